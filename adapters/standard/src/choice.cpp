#include "adapters/standard/src/choice.hpp"

#include <filesystem>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "adapters/standard/src/judge.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/smtp/smtp.hpp"
#include "coffeeauth/sql/database.hpp"
#include "coffeeauth/url.hpp"

namespace coffeeauth::standard {
namespace {

constexpr std::string_view in_memory = "memory:";

[[noreturn]] void refuse(std::string_view option, std::string_view why) {
  throw std::invalid_argument(std::string{option} + ": " + std::string{why});
}

/// What `make` gives; what it refuses is refused in the name of the option.
template <class Make>
auto named(std::string_view option, Make make) -> std::invoke_result_t<Make> {
  try {
    return make();
  } catch (const std::invalid_argument& error) {
    refuse(option, error.what());
  }
}

bool is_empty(const MailFrame& frame) {
  return frame.layout.empty() && frame.code.empty() && frame.button.empty();
}

constexpr std::string_view databases =
    "expected sqlite:///path, postgresql://user:password@host/name or memory:";

sql::Database database_of(const Options& options) {
  const std::string_view url = options.database_url;
  if (!url.starts_with("sqlite:///") && !url.starts_with("postgres")) {
    refuse("database_url", databases);
  }
  return named("database_url", [&] {
    auto database = sql::parse_database_url(url);
    sql::check_place(database);
    return database;
  });
}

std::unique_ptr<Store> open_sql_store(const Options& options) {
  auto database = database_of(options);
  std::visit(
      [&](auto& how) {
        how.diagnostics = options.diagnostics;
        how.rooms = options.rooms;
        auto rooms = tables_of(options.bundles);
        std::move(rooms.begin(), rooms.end(), std::back_inserter(how.rooms));
      },
      database);
  try {
    return named("rooms", [&] { return sql::make_store(database); });
  } catch (const std::runtime_error& failure) {
    throw std::runtime_error("database_url: " + sql::name_of(database) + ": " + failure.what());
  }
}

/// Beside a file of SQLite. Nothing where files could get lost unnoticed: a service that has
/// outgrown one file may run in a container, whose folders go with it.
std::optional<std::filesystem::path> folder_beside_database(const Options& options) {
  if (options.store != nullptr || options.database_url == in_memory) return std::nullopt;
  const auto database = database_of(options);
  const auto* const sqlite = std::get_if<sql::SqliteOptions>(&database);
  if (sqlite == nullptr) return std::nullopt;
  return std::filesystem::path{sqlite->path}.parent_path();
}

std::optional<std::filesystem::path> folder_of(const Options& options) {
  if (!options.mail_folder.empty()) return options.mail_folder;
  const auto beside = folder_beside_database(options);
  if (!beside) return std::nullopt;
  return *beside / "mail";
}

/// A file in the working folder has no parent path, but the folder is one.
std::string data_dir_of(const Options& options) {
  const auto beside = folder_beside_database(options);
  if (!beside) return {};
  return beside->empty() ? "." : beside->string();
}

smtp::Sender sender_of(const Options& options) {
  if (options.from_email.empty()) return {};
  return named("from_email", [&] { return smtp::parse_sender(options.from_email); });
}

void check_store(const Options& options) {
  if (options.store != nullptr) {
    if (!options.database_url.empty()) refuse("store", "database_url is set, too; leave one out");
    if (!options.rooms.empty()) refuse("rooms", "a store of yours is opened with its own");
    return;
  }
  if (options.database_url.empty()) {
    refuse("database_url", std::string{databases} + ", or a store");
  }
  if (options.database_url != in_memory) {
    static_cast<void>(database_of(options));
  } else if (!options.rooms.empty()) {
    refuse("rooms", "the store in memory has no tables");
  }
}

void check_mails(const Options& options) {
  if (!options.delivers_mails) return;
  const bool to_server = !options.smtp_url.empty();
  const bool to_folder = !options.mail_folder.empty();
  if (options.mailer != nullptr && (to_server || to_folder)) {
    refuse("mailer",
           std::string{to_server ? "smtp_url" : "mail_folder"} + " is set, too; leave one out");
  }
  if (to_server && to_folder) refuse("mail_folder", "smtp_url is set, too; leave one out");
  if (to_server && options.from_email.empty()) {
    refuse("from_email", "a mail server needs to know who mails are from");
  }
}

}  // namespace

void check(const Options& options) {
  const auto problems = validate(options.config);
  if (!problems.empty()) {
    refuse("config", problems.front().field + " " + problems.front().message);
  }
  check_store(options);
  if (!options.redis_url.empty() && options.cache != nullptr && options.counters != nullptr) {
    refuse("redis_url", "cache and counters are set, too, so nothing would be kept there");
  }
  check_mails(options);
  if (options.templates != nullptr && (!options.mails.empty() || !is_empty(options.mail_frame))) {
    refuse(options.mails.empty() ? "mail_frame" : "mails",
           "templates is set, too; give it the words");
  }
  for (const auto& bundle : options.bundles) {
    if (!bundle) refuse("bundles", "one is a null pointer");
  }
  if (options.public_url.empty()) return;
  static_cast<void>(named("public_url", [&] { return PublicUrl::parse(options.public_url); }));
  if (!options.api.public_url.empty() && options.api.public_url != options.public_url) {
    refuse("public_url", "api.public_url says another; leave that one out");
  }
}

std::unique_ptr<Store> open_store(const Options& options) {
  if (options.database_url == in_memory) return memory::make_memory_store();
  return open_sql_store(options);
}

std::shared_ptr<redis::RedisClient> open_redis(const Options& options) {
  if (options.redis_url.empty()) return nullptr;
  return named("redis_url",
               [&] { return redis::make_redis_client(redis::parse_redis_url(options.redis_url)); });
}

std::vector<Feature*> open_bundles(const Options& options, Store& store) {
  const Surroundings at{.public_url = options.public_url,
                        .service_name = options.config.passwords.service_name,
                        .prefix = options.api.prefix,
                        .data_dir = data_dir_of(options),
                        .by_options = true,
                        .login_page = login_page_of(options.bundles)};
  std::vector<Feature*> features;
  for (const auto& bundle : options.bundles) {
    const auto option = "bundles: " + std::string{bundle->name()};
    if (const auto why = bundle->why_off(at); !why.empty()) {
      if (why.starts_with("public_url: ")) throw std::invalid_argument(why);
      refuse(option, why);
    }
    features.push_back(&named(option, [&]() -> Feature& { return bundle->open(store, at); }));
  }
  features.insert(features.end(), options.features.begin(), options.features.end());
  return features;
}

std::unique_ptr<PasswordJudge> make_judge(const Options& options) {
  auto judge = named("password_min_strength",
                     [&] { return make_usual_judge(options.password_min_strength); });
  if (!judge) {
    refuse("judge",
           "this coffeeauth was built without zxcvbn: give a judge, or &accept_any_password()");
  }
  return judge;
}

std::unique_ptr<MailTemplates> make_templates(const Options& options) {
  const auto* const option = is_empty(options.mail_frame) ? "mails"
                             : options.mails.empty()      ? "mail_frame"
                                                          : "mails, mail_frame";
  return named(option, [&] {
    auto mails = mails_of(options.bundles);
    mails.insert(mails.end(), options.mails.begin(), options.mails.end());
    return make_default_templates(options.config.passwords.service_name, std::move(mails),
                                  options.mail_frame);
  });
}

std::unique_ptr<Mailer> make_mailer(const Options& options) {
  auto from = sender_of(options);
  auto client_name = smtp::client_name_of(options.public_url);
  if (!options.smtp_url.empty()) {
    return named("smtp_url", [&] {
      auto server = smtp::parse_smtp_url(options.smtp_url);
      server.from = std::move(from);
      server.client_name = std::move(client_name);
      return smtp::make_smtp_mailer(std::move(server));
    });
  }
  const auto folder = folder_of(options);
  if (!folder) {
    refuse("smtp_url or mail_folder",
           "mails need a mail server, a folder or a mailer (or another process that delivers "
           "them, and delivers_mails off)");
  }
  try {
    return smtp::make_folder_mailer(
        {.folder = *folder, .from = std::move(from), .client_name = std::move(client_name)});
  } catch (const std::filesystem::filesystem_error& failure) {
    refuse("mail_folder", folder->string() + " cannot be made a folder for the owner alone: " +
                              failure.code().message());
  }
}

http::ApiOptions make_api_options(Options& options, Auth& auth,
                                  std::shared_ptr<redis::RedisClient> client) {
  auto api = std::move(options.api);
  if (!options.public_url.empty()) api.public_url = options.public_url;
  if (options.cache == nullptr && !client) api.cache_is_memory = true;
  if (options.cache == nullptr && client && !api.cache_trouble) {
    api.cache_trouble = [client = std::move(client)] { return client->statistics().trouble; };
  }
  const auto append = [&](std::vector<http::Route> further) {
    std::move(further.begin(), further.end(), std::back_inserter(api.extra_routes));
  };
  append(routes_of(options.bundles, auth));
  if (options.routes) append(options.routes(auth));
  return api;
}

}  // namespace coffeeauth::standard
