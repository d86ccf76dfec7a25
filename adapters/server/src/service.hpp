#pragma once
/// Service: the composition root. Every part that the settings ask for, tied together.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "backends.hpp"
#include "coffeeauth/auth.hpp"
#include "coffeeauth/http/route.hpp"
#include "coffeeauth/http_poco/http_poco.hpp"
#include "coffeeauth/jobs/worker.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/ports/mailer.hpp"
#include "coffeeauth/standard/bundle.hpp"
#include "coffeeauth/standard/command.hpp"
#include "log.hpp"
#include "metrics.hpp"
#include "settings.hpp"
#include "state_watch.hpp"

namespace coffeeauth::server {

/// Passwords in hand.
struct HashingLoad {
  int running = 0;
  int waiting = 0;
};

/// What a command wants of the secret key, with which the store's signing keys are sealed.
enum class SecretKeyUse {
  /// The one they were sealed with; made in DATA_DIR while there are none to fit.
  own_or_first,
  /// The one they were sealed with, or one that is there when there are none yet.
  own,
  /// Any, made in DATA_DIR where it is missing: for mending a store whose own one is lost.
  any,
  /// None; what is done reads nothing that is sealed.
  none
};

/// Whether a file of SQLite that is not there yet is made.
enum class MissingFile { made, refused };

/// Opens the Store (applying migrations) and builds an Auth over it. Borrows nothing; lives as long
/// as the command. Throws ConfigError, std::runtime_error or Unavailable with a text for the
/// operator.
class Service {
 public:
  explicit Service(LoadedSettings loaded, SecretKeyUse use = SecretKeyUse::own_or_first,
                   MissingFile missing = MissingFile::made);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  [[nodiscard]] const Settings& settings() const noexcept;
  [[nodiscard]] Auth& auth() noexcept;
  [[nodiscard]] Store& store() noexcept;
  /// The routes of the features that are on.
  [[nodiscard]] std::vector<http::Route> feature_routes();
  /// The commands of the features; valid as long as this.
  [[nodiscard]] std::vector<standard::Command> feature_commands();
  /// What delivers the jobs of the features that are on. Throws ConfigError.
  [[nodiscard]] std::vector<standard::JobReceiver> job_receivers();
  /// Made at the first call, which throws ConfigError when the settings say of no place for mails.
  [[nodiscard]] Mailer& mailer();
  [[nodiscard]] Log& log() noexcept;
  [[nodiscard]] Metrics& metrics() noexcept;
  /// Where mails are written to instead of being sent; nothing when they are sent.
  [[nodiscard]] const std::optional<std::filesystem::path>& mail_folder() const noexcept;
  /// What the parts are, for logs: no password in it.
  [[nodiscard]] std::string store_name() const;
  [[nodiscard]] std::string mail_name() const;
  /// `memory` without Redis.
  [[nodiscard]] std::string cache_name() const;
  /// For metrics. Nothing without Redis.
  [[nodiscard]] std::optional<redis::RedisStatistics> redis_statistics() const;
  [[nodiscard]] HashingLoad hashing() const;
  /// From now on a line is logged when the database or Redis goes down or comes back.
  void watch_parts();
  /// Logs which features are off, which settings of the service before this one mean nothing here,
  /// and which names in the environment are nearly those of settings, if any were set.
  void tell_names();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The workers of a process that delivers: for mails, and for each channel of a feature.
class Workers {
 public:
  /// Borrows `service`. Throws ConfigError.
  explicit Workers(Service& service);

  void start();
  void request_stop() noexcept;
  /// Waits until that moment at the longest; whether all that was in hand is done.
  [[nodiscard]] bool stop_until(std::chrono::steady_clock::time_point last_moment);

 private:
  jobs::MailWorker mails_;
  std::vector<std::unique_ptr<jobs::JobWorker>> jobs_;
};

/// Logs where the jobs of each channel go.
void tell_receivers(Service& service);

/// Lets it listen; throws std::runtime_error that names `settings`, its address and port, where it
/// cannot.
void start_server(http_poco::Server& server, std::string_view settings);

/// Writes the last line of a command that worked until it was stopped, and gives its exit status.
/// When deliveries are still going on (`settled` is false), the process ends here: a mail server
/// may keep one for a minute, its lease is short, and another worker takes it over.
[[nodiscard]] int say_stopped(Service& service, bool settled);

/// Which database the settings ask for; for a file, DATA_DIR is made if it is not there, readable
/// by its owner alone. Throws ConfigError.
[[nodiscard]] sql::Database prepare_database(const Settings& settings,
                                             MissingFile missing = MissingFile::made);

}  // namespace coffeeauth::server
