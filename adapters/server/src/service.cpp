#include "service.hpp"

#include <cstdlib>
#include <utility>

#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/redis/redis.hpp"
#include "coffeeauth/smtp/smtp.hpp"

namespace coffeeauth::server {
namespace {

namespace fs = std::filesystem;

std::string text_of(const auto& id) { return id ? id->str() : std::string{}; }

LogLevel level_of(EventKind kind) {
  switch (kind) {
    case EventKind::refresh_token_reused:
    case EventKind::login_throttled:
    case EventKind::mail_given_up:
    case EventKind::mail_expired:
    case EventKind::mail_server_failing:
      return LogLevel::warning;
    case EventKind::background_failed:
      return LogLevel::error;
    default:
      return LogLevel::info;
  }
}

/// Audit lines and counts of what happens.
class EventLog final : public EventSink {
 public:
  EventLog(Log& log, Metrics& metrics) : log_(log), metrics_(metrics) {}

  void on(const Event& event) noexcept override {
    try {
      metrics_.count_event(event);
      if (event.repeated) return;
      log_.write(level_of(event.kind), wire_name(event.kind),
                 {{"user", text_of(event.user)},
                  {"actor", text_of(event.actor)},
                  {"session", text_of(event.session)},
                  {"mail", event.mail},
                  {"part", event.part},
                  {"reason", event.reason},
                  {"address", event.client.address},
                  {"request_id", event.client.request_id},
                  {"count", event.count == 1 ? std::string{} : std::to_string(event.count)}});
    } catch (const std::exception&) {
      // A line is lost rather than a request.
    }
  }

 private:
  Log& log_;
  Metrics& metrics_;
};

/// What an embedder's own code did wrong; in this program the code of its own routes.
class DiagnosticsLog final : public Diagnostics {
 public:
  explicit DiagnosticsLog(Log& log) : log_(log) {}

  void tell(const Diagnostic& diagnostic) noexcept override {
    try {
      log_.write(LogLevel::error, "own_code_failed",
                 {{"what", std::string{diagnostic.what}},
                  {"which", std::string{diagnostic.which}},
                  {"text", std::string{diagnostic.text}}});
    } catch (const std::exception&) {
      // A line is lost rather than a request.
    }
  }

 private:
  Log& log_;
};

/// Opens the Store with someone to tell.
std::unique_ptr<Store> open_store(Database& database, Diagnostics& diagnostics) {
  std::visit([&](auto& options) { options.diagnostics = &diagnostics; }, database);
  return server::open_store(std::as_const(database));
}

Secret key_for(const Settings& settings) {
  if (!settings.secret_key.empty()) return settings.secret_key.clone();
  return secret_key_of(settings.data_dir);
}

/// Readable by its owner alone.
void make_data_dir(const Settings& settings) {
  std::error_code error;
  if (fs::create_directories(settings.data_dir, error)) {
    fs::permissions(settings.data_dir, fs::perms::owner_all, error);
  }
  if (error) throw ConfigError("DATA_DIR: " + settings.data_dir.string() + " cannot be made");
}

std::string name_of(const std::optional<smtp::SmtpOptions>& server) {
  return server ? "smtp://" + server->host + ":" + std::to_string(server->port) : std::string{};
}

std::unique_ptr<Mailer> make_mailer(const Settings& settings, smtp::SmtpOptions server) {
  try {
    return smtp::make_smtp_mailer(std::move(server));
  } catch (const std::invalid_argument& error) {
    const std::string name = settings.smtp_url.empty() ? "EMAIL_HOST: " : "SMTP_URL: ";
    throw ConfigError(name + error.what());
  }
}

std::shared_ptr<redis::RedisClient> make_redis(const Settings& settings) {
  auto options = redis_of(settings);
  try {
    return options ? redis::make_redis_client(*std::move(options)) : nullptr;
  } catch (const std::invalid_argument& error) {
    throw ConfigError(std::string{"REDIS_URL: "} + error.what());
  }
}

std::unique_ptr<Cache> make_cache(const std::shared_ptr<redis::RedisClient>& client,
                                  const Clock& clock) {
  if (!client) return memory::make_memory_cache({}, clock);
  return memory::make_near_cache(redis::make_redis_cache(client), {}, clock);
}

std::unique_ptr<RateCounter> make_counters(const std::shared_ptr<redis::RedisClient>& client) {
  auto own = memory::make_memory_counters({});
  return client ? redis::make_redis_counters(client, std::move(own)) : std::move(own);
}

}  // namespace

int say_stopped(Service& service, bool settled) {
  service.log().info("stopped", {{"left", settled ? "" : "a mail that was being delivered"}});
  if (!settled) std::_Exit(0);
  return 0;
}

Database prepare_database(const Settings& settings) {
  auto database = database_of(settings);
  if (std::holds_alternative<sql::SqliteOptions>(database)) make_data_dir(settings);
  return database;
}

struct Service::Parts {
  explicit Parts(LoadedSettings loaded)
      : settings(std::move(loaded.settings)),
        database(prepare_database(settings)),
        mail_server(name_of(smtp_of(settings))),
        mail_folder(mail_server.empty() ? mail_folder_of(settings) : std::nullopt),
        log(settings.log_format, settings.log_level, *clock),
        events(log, metrics),
        diagnostics(log),
        random(make_system_random()),
        store(open_store(database, diagnostics)),
        redis(make_redis(settings)),
        cache(make_cache(redis, *clock)),
        counters(make_counters(redis)),
        hasher(make_hashing_pool(settings.policy.passwords,
                                 make_argon2_hasher(settings.policy.passwords, *random))),
        keys(crypto::make_openssl_keys()),
        templates(make_default_templates(settings.policy.passwords.service_name)),
        auth(settings.policy, key_for(settings),
             {.store = *store,
              .cache = *cache,
              .counters = *counters,
              .clock = *clock,
              .random = *random,
              .hasher = *hasher,
              .keys = *keys,
              .templates = *templates,
              .events = events,
              .diagnostics = &diagnostics}) {}

  Settings settings;
  Database database;
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
  std::unique_ptr<PasswordHasher> hasher;
  std::unique_ptr<SigningKeyFactory> keys;
  std::unique_ptr<MailTemplates> templates;
  Auth auth;
  std::unique_ptr<Mailer> mailer;
};

Service::Service(LoadedSettings loaded) : parts_(std::make_unique<Parts>(std::move(loaded))) {}
Service::~Service() = default;

const Settings& Service::settings() const noexcept { return parts_->settings; }
Auth& Service::auth() noexcept { return parts_->auth; }
Store& Service::store() noexcept { return *parts_->store; }
Log& Service::log() noexcept { return parts_->log; }
Metrics& Service::metrics() noexcept { return parts_->metrics; }

Mailer& Service::mailer() {
  if (parts_->mailer) return *parts_->mailer;
  if (auto server = smtp_of(parts_->settings)) {
    parts_->mailer = make_mailer(parts_->settings, *std::move(server));
  } else if (!parts_->mail_folder) {
    throw ConfigError(
        "SMTP_URL: PostgreSQL needs a mail server (this or EMAIL_HOST), or MAIL_FOLDER to write "
        "mails to");
  } else {
    make_data_dir(parts_->settings);
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

}  // namespace coffeeauth::server
