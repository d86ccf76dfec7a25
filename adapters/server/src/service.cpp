#include "service.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "bundles.hpp"
#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/redis/redis.hpp"
#include "coffeeauth/smtp/smtp.hpp"
#include "coffeeauth/sql/sql.hpp"
#include "coffeeauth/standard/parts.hpp"
#include "coffeeauth/value_text.hpp"
#include "coffeeauth/zxcvbn/zxcvbn.hpp"
#include "event_log.hpp"
#include "folder_templates.hpp"
#include "measured_hasher.hpp"

namespace coffeeauth::server {
namespace {

namespace fs = std::filesystem;

/// Opens the Store with someone to tell.
std::unique_ptr<Store> open_store(const Settings& settings, sql::Database& database,
                                  Diagnostics& diagnostics) {
  std::visit([&](auto& options) { options.diagnostics = &diagnostics; }, database);
  try {
    return sql::make_store(database);
  } catch (const std::runtime_error&) {
    fail_with_place(settings, database);
  }
}

std::string place_of_secret_key(const Settings& settings) {
  if (!settings.secret_key.empty()) return "SECRET_KEY";
  return (settings.data_dir / "secret.key").string();
}

/// Never makes one beside signing keys that it cannot open: whoever came by the wrong folder would
/// take the service down with it.
Secret key_for(const Settings& settings, Store& store, SecretKeyUse use) {
  constexpr std::size_t size_of_a_stand_in = 32;
  if (!settings.secret_key.empty()) return settings.secret_key.clone();
  if (use == SecretKeyUse::any) return secret_key_of(settings.data_dir);
  // In this order, since a key is kept before anything is sealed with it. Beside the previous one
  // it is meant to be made.
  const bool seals_some = use != SecretKeyUse::none &&
                          !kept_previous_secret_key(settings.data_dir) &&
                          !store.keys().list_keys().empty();
  if (auto kept = kept_secret_key(settings.data_dir)) return *std::move(kept);
  if (use == SecretKeyUse::none) return random_bytes(*make_system_random(), size_of_a_stand_in);
  if (seals_some) {
    throw ConfigError(
        place_of_secret_key(settings) +
        " is missing, but the signing keys in the database are encrypted with it. Restore it, or "
        "set DATA_DIR or SECRET_KEY as for the server. If it is lost, `coffeeauth keys rotate "
        "--now` creates another one and a new signing key; all sessions, codes and pending mails "
        "are invalid then, passwords stay valid");
  }
  if (use == SecretKeyUse::own) {
    throw ConfigError(place_of_secret_key(settings) +
                      " is missing: the server creates it when it first starts. Set DATA_DIR or "
                      "SECRET_KEY as for the server");
  }
  return secret_key_of(settings.data_dir);
}

/// Stops a start that could only end in a service that answers 503 to every login.
void check_secret_key(const Settings& settings, Auth& auth) {
  try {
    auth.check();
  } catch (const SecretKeyMismatch&) {
    throw ConfigError(
        place_of_secret_key(settings) +
        ": the current signing key is encrypted with another secret key. Restore that one, or add "
        "it to SECRET_KEY_PREVIOUS if you are changing the key. If this one is right, `coffeeauth "
        "keys list` marks the signing key that was created with another one, and `coffeeauth keys "
        "revoke KID` deletes it. If the right one is lost, `coffeeauth keys rotate --now` creates "
        "a new signing key; all sessions, codes and pending mails are invalid then, passwords "
        "stay valid");
  }
}

[[noreturn]] void refuse_folder(std::string_view setting, const fs::path& folder,
                                std::error_code why) {
  std::error_code error;
  const auto whole = fs::absolute(folder, error);
  throw ConfigError(std::string{setting} + ": " + (error ? folder : whole).string() +
                    " cannot be made" + (why ? ": " + why.message() : ""));
}

/// Readable by its owner alone.
void make_data_dir(const Settings& settings) {
  std::error_code error;
  if (fs::create_directories(settings.data_dir, error)) {
    fs::permissions(settings.data_dir, fs::perms::owner_all, error);
  }
  if (error) refuse_folder("DATA_DIR", settings.data_dir, error);
}

void make_mail_folder(const Settings& settings, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && fs::is_directory(folder, error)) return;
  refuse_folder(settings.mail_folder.empty() ? "DATA_DIR" : "MAIL_FOLDER", folder, error);
}

/// A server of the world refuses such a sender or cannot answer it, each mail by itself and later.
void warn_of_local_sender(const Settings& settings, Log& log) {
  const auto address = smtp::parse_sender(settings.from_email).address;
  const auto domain = address.substr(address.rfind('@') + 1);
  if (domain.find_first_of(".[") != std::string::npos) return;
  log.write(LogLevel::warning, "mail_sender_is_local",
            {{"setting", "DEFAULT_FROM_EMAIL"}, {"domain", domain}});
}

std::string name_of(const std::optional<smtp::SmtpOptions>& server) {
  return server ? "smtp://" + server->host + ":" + std::to_string(server->port) : std::string{};
}

std::string name_of(const std::optional<redis::RedisOptions>& redis) {
  if (!redis) return "memory";
  return std::string{redis->tls ? "rediss" : "redis"} + "://" + redis->host + ":" +
         std::to_string(redis->port) + "/" + std::to_string(redis->database);
}

}  // namespace

void start_server(http_poco::Server& server, std::string_view settings) {
  try {
    server.start();
  } catch (const std::runtime_error& failure) {
    throw std::runtime_error(std::string{settings} + ": " + failure.what());
  }
}

int say_stopped(Service& service, bool settled) {
  service.log().info("stopped", {{"left", settled ? "" : "a mail that was being delivered"}});
  if (!settled) {
    service.log().close();
    std::_Exit(0);
  }
  return 0;
}

sql::Database prepare_database(const Settings& settings, MissingFile missing) {
  auto database = database_of(settings);
  if (missing == MissingFile::refused) check_there(database);
  if (std::holds_alternative<sql::SqliteOptions>(database)) make_data_dir(settings);
  server::check_place(database);
  return database;
}

struct Service::Parts {
  static std::unique_ptr<PasswordHasher> measured_hasher(const PasswordConfig& config,
                                                         RandomSource& random, Parts& parts) {
    auto inner =
        std::make_unique<MeasuredHasher>(make_argon2_hasher(config, random), parts.hashing_now);
    return std::make_unique<MeasuredHasher>(make_hashing_pool(config, std::move(inner)),
                                            parts.hashing_all);
  }

  static sql::Database database_for(const LoadedSettings& loaded, MissingFile missing) {
    auto database = prepare_database(loaded.settings, missing);
    add_tables(loaded.bundles, database);
    return database;
  }

  /// Those that can do nothing say why when the server starts.
  std::vector<Feature*> open_features() {
    const auto at = surroundings_of(settings, bundles);
    std::vector<Feature*> features;
    for (const auto& bundle : bundles) {
      features.push_back(&opened(*bundle, at));
      if (auto why = bundle->why_off(at); !why.empty()) {
        features_off.emplace_back(bundle->name(), std::move(why));
      }
    }
    return features;
  }

  Feature& opened(standard::Bundle& bundle, const standard::Surroundings& at) {
    try {
      return bundle.open(*store, at);
    } catch (const std::invalid_argument& fault) {
      throw ConfigError(fault.what());
    }
  }

  Parts(LoadedSettings loaded, SecretKeyUse use, MissingFile missing)
      : database(database_for(loaded, missing)),
        bundles(std::move(loaded.bundles)),
        settings(std::move(loaded.settings)),
        meaningless(to_list_text(loaded.meaningless)),
        near_misses(std::move(loaded.near_misses)),
        mail_server(name_of(smtp_of(settings))),
        mail_folder(mail_server.empty() ? mail_folder_of(settings) : std::nullopt),
        log(settings.log_format, settings.log_level, *clock),
        events(log, metrics),
        diagnostics(log),
        random(make_system_random()),
        store(open_store(settings, database, diagnostics)),
        redis(make_redis(settings)),
        cache(standard::make_cache(redis, *clock)),
        counters(standard::make_counters(redis)),
        judge(zxcvbn::make_zxcvbn_judge({.min_strength = settings.password_min_strength})),
        hasher(measured_hasher(settings.policy.passwords, *random, *this)),
        keys(crypto::make_openssl_keys()),
        templates(make_folder_templates(settings.mail_templates,
                                        settings.policy.passwords.service_name,
                                        standard::mails_of(bundles))),
        auth(settings.policy, ring_of(settings, key_for(settings, *store, use)),
             {.store = *store,
              .cache = *cache,
              .counters = *counters,
              .clock = *clock,
              .random = *random,
              .judge = *judge,
              .hasher = *hasher,
              .keys = *keys,
              .templates = *templates,
              .events = events,
              .diagnostics = &diagnostics},
             open_features()) {}

  sql::Database database;
  Bundles bundles;
  /// Their names, and why.
  std::vector<std::pair<std::string, std::string>> features_off;
  Settings settings;
  /// Names of settings, with commas.
  std::string meaningless;
  std::vector<NearMiss> near_misses;
  /// For people; empty when there is none.
  std::string mail_server;
  /// Set when mails go there instead.
  std::optional<fs::path> mail_folder;
  std::unique_ptr<Clock> clock = make_system_clock();
  Metrics metrics;
  Log log;
  EventLog events;
  DiagnosticsLog diagnostics;
  std::unique_ptr<RandomSource> random;
  std::unique_ptr<Store> store;
  /// Null when the settings ask for none.
  std::shared_ptr<redis::RedisClient> redis;
  std::unique_ptr<Cache> cache;
  std::unique_ptr<RateCounter> counters;
  /// Passwords being hashed, and these with those that wait.
  std::atomic<int> hashing_now{0};
  std::atomic<int> hashing_all{0};
  std::unique_ptr<PasswordJudge> judge;
  std::unique_ptr<PasswordHasher> hasher;
  std::unique_ptr<SigningKeyFactory> keys;
  std::unique_ptr<MailTemplates> templates;
  Auth auth;
  std::unique_ptr<Mailer> mailer;
  /// Last, since it asks the others.
  std::unique_ptr<StateWatch> watch;
};

namespace {

std::optional<DownReason> last_trouble_of(Store& store) {
  for (const auto& [name, pool] : sql::statistics(store)) {
    if (pool.down) return pool.down;
  }
  return std::nullopt;
}

std::optional<DownReason> trouble_of(Store& store) {
  if (!last_trouble_of(store)) return std::nullopt;
  try {
    // Whether it is back is not known before somebody asks: for each of the connections that reads,
    // lists and writes have of their own.
    store.ping();
    static_cast<void>(store.users().count({}));
    static_cast<void>(store.begin());
  } catch (const Unavailable&) {
    // It is not.
  }
  return last_trouble_of(store);
}

/// Asked by itself: a server at rest would not notice, and a wrong password is worth a line at
/// once.
std::optional<DownReason> trouble_of(redis::RedisClient& client) {
  static_cast<void>(client.ping());
  return client.statistics().trouble;
}

}  // namespace

Service::Service(LoadedSettings loaded, SecretKeyUse use, MissingFile missing)
    : parts_(std::make_unique<Parts>(std::move(loaded), use, missing)) {
  if (use == SecretKeyUse::own_or_first || use == SecretKeyUse::own) {
    check_secret_key(parts_->settings, parts_->auth);
  }
}
Service::~Service() = default;

const Settings& Service::settings() const noexcept { return parts_->settings; }
Auth& Service::auth() noexcept { return parts_->auth; }
Store& Service::store() noexcept { return *parts_->store; }
std::vector<http::Route> Service::feature_routes() {
  return standard::routes_of(parts_->bundles, parts_->auth);
}
std::vector<standard::Command> Service::feature_commands() {
  return standard::commands_of(parts_->bundles);
}
std::vector<standard::JobReceiver> Service::job_receivers() {
  try {
    return standard::receivers_of(parts_->bundles, parts_->auth);
  } catch (const std::invalid_argument& fault) {
    throw ConfigError(fault.what());
  }
}
Log& Service::log() noexcept { return parts_->log; }
Metrics& Service::metrics() noexcept { return parts_->metrics; }

Mailer& Service::mailer() {
  if (parts_->mailer) return *parts_->mailer;
  check_mail_place(parts_->settings);
  parts_->mailer = make_mailer(parts_->settings);
  if (parts_->mailer) warn_of_local_sender(parts_->settings, parts_->log);
  if (!parts_->mailer) {
    make_data_dir(parts_->settings);
    make_mail_folder(parts_->settings, *parts_->mail_folder);
    parts_->mailer =
        smtp::make_folder_mailer({.folder = *parts_->mail_folder,
                                  .from = smtp::parse_sender(parts_->settings.from_email),
                                  .client_name = mail_hostname_of(parts_->settings)});
  }
  return *parts_->mailer;
}

const std::optional<std::filesystem::path>& Service::mail_folder() const noexcept {
  return parts_->mail_folder;
}
std::string Service::store_name() const { return name_of(parts_->database); }
std::string Service::mail_name() const {
  return parts_->mail_folder ? parts_->mail_folder->string() : parts_->mail_server;
}
std::string Service::cache_name() const { return name_of(redis_of(parts_->settings)); }
std::optional<redis::RedisStatistics> Service::redis_statistics() const {
  if (!parts_->redis) return std::nullopt;
  return parts_->redis->statistics();
}

HashingLoad Service::hashing() const {
  const int running = parts_->hashing_now;
  return {.running = running, .waiting = std::max(0, parts_->hashing_all - running)};
}

void Service::watch_parts() {
  std::vector<WatchedPart> watched{
      {"database", [store = parts_->store.get()] { return trouble_of(*store); }}};
  if (parts_->redis) {
    watched.push_back({"redis", [client = parts_->redis] { return trouble_of(*client); }});
  }
  parts_->watch = std::make_unique<StateWatch>(parts_->log, std::move(watched));
}

void Service::tell_names() {
  for (const auto& [name, reason] : parts_->features_off) {
    parts_->log.write(LogLevel::warning, "feature_is_off", {{"name", name}, {"reason", reason}});
  }
  if (!parts_->meaningless.empty()) {
    parts_->log.info("settings_without_meaning", {{"names", parts_->meaningless}});
  }
  for (const auto& [name, meant] : parts_->near_misses) {
    parts_->log.write(LogLevel::warning, "no_setting_of_this_name",
                      {{"name", name}, {"meant", meant}});
  }
}

}  // namespace coffeeauth::server
