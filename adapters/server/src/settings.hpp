#pragma once
/// Settings: everything that the program is told from outside, and where each value came from.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/secret_keys.hpp"
#include "env_file.hpp"

namespace coffeeauth::standard {
class Bundle;
}  // namespace coffeeauth::standard

namespace coffeeauth::server {

enum class LogFormat { automatic, json, text };
enum class LogLevel { debug, info, warning, error };

/// The server's own settings beside the policy numbers of Config.
struct Settings {
  Config policy{};
  /// `sqlite:///path` or `postgresql://...`.
  std::string database_url{};
  /// Parts that are chosen by a URL, or by the names of the service that this one replaces; empty
  /// for the embedded default.
  std::string redis_url{};
  std::string smtp_url{};
  /// To PostgreSQL, from this process.
  std::size_t database_connections = 10;
  /// Values of the old names (`DB_HOST`, `EMAIL_HOST`, ...), by name.
  std::map<std::string, std::string, std::less<>> old_names{};
  std::filesystem::path data_dir = "data";
  Secret secret_key{};
  std::vector<Secret> previous_secret_keys{};
  std::string http_host = "127.0.0.1";
  std::uint16_t http_port = 8000;
  /// Between two requests on a connection.
  std::chrono::milliseconds http_idle_timeout{75'000};
  /// Where worker and scheduler answer for themselves; not at all without a port.
  std::string metrics_host = "127.0.0.1";
  std::optional<std::uint16_t> metrics_port{};
  std::size_t max_connections = 2'000;
  std::size_t max_connections_per_address = 256;
  std::vector<std::string> trusted_proxies{};
  std::vector<std::string> operator_networks{};
  /// Opens what the operator networks may read, from anywhere; empty for none.
  Secret operator_token{};
  std::vector<std::string> cors_origins{};
  /// Where clients reach the service, as PublicUrl::str(); empty when nobody said.
  std::string public_url{};
  /// As zxcvbn::ZxcvbnOptions has it.
  unsigned password_min_strength = 2;
  std::string from_email = "coffeeauth@localhost";
  /// Empty for the domain of `from_email`.
  std::string mail_hostname{};
  /// Where mails are written to instead of being sent; empty for a mail server, or DATA_DIR/mail.
  std::filesystem::path mail_folder{};
  /// An operator's own words, see make_folder_templates(); empty for none.
  std::filesystem::path mail_templates{};
  /// Where a login with a token gets it: one of them, or neither.
  std::string email_token_file{};
  std::string email_token_command{};
  /// Serves /dev/mail, to whoever has the link that the start prints, while mails go to a folder.
  bool dev_mail = false;
  LogFormat log_format = LogFormat::automatic;
  LogLevel log_level = LogLevel::info;
  bool access_log = false;
};

/// One name that can be set, for showing and for documentation.
struct SettingRow {
  std::string name;
  /// The value in force, masked when it is a secret.
  std::string value;
  /// `environment`, `.env:12` or `default`.
  std::string origin;
  std::string description;
};

/// A name that is no setting, and the setting whose name is a slip or two away.
struct NearMiss {
  std::string name;
  std::string meant;
  bool operator==(const NearMiss&) const = default;
};

/// The features of a program.
using Bundles = std::vector<std::shared_ptr<standard::Bundle>>;

struct LoadedSettings {
  Settings settings;
  /// With what is said of them in `rows`.
  Bundles bundles{};
  std::vector<SettingRow> rows;
  /// Names of the service before this one that were set and mean nothing here.
  std::vector<std::string> meaningless{};
  /// Names in the environment that are nearly those of settings.
  std::vector<NearMiss> near_misses{};
};

/// Looks a name up in the process environment.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string&)>;

/// Environment first, then the env file, then defaults; a value of blanks alone is as good as none.
/// Throws ConfigError with one clear line for a malformed or out-of-range value, and for a name in
/// the env file that is no setting. `environment_names`: all that are set there, for near_misses;
/// most of them are not this program's. `rooms`: the fields of every feature that the program
/// holds, bound to its Options, which are filled. Throws std::logic_error when two fields have one
/// name.
[[nodiscard]] LoadedSettings load_settings(const EnvironmentLookup& environment,
                                           const std::vector<EnvEntry>& file_entries,
                                           std::string_view file_name,
                                           const std::vector<std::string>& environment_names = {},
                                           std::vector<ConfigField> rooms = {});

/// The secret key kept in `data_dir`, made on first use: 32 random bytes, readable by the owner
/// alone. Throws ConfigError when it cannot be read or made.
[[nodiscard]] Secret secret_key_of(const std::filesystem::path& data_dir);

/// The key that is kept there; nothing when there is none. Never makes one.
[[nodiscard]] std::optional<Secret> kept_secret_key(const std::filesystem::path& data_dir);

/// The key that was kept there before, as `secret.key.previous`; nothing when there is none.
[[nodiscard]] std::optional<Secret> kept_previous_secret_key(const std::filesystem::path& data_dir);

/// `current` and all previous keys. Throws ConfigError when one key stands there twice.
[[nodiscard]] SecretKeys ring_of(const Settings& settings, Secret current);

/// Whether there is a previous key. Throws ConfigError when the file of one cannot be read.
[[nodiscard]] bool has_previous_secret_key(const Settings& settings);

/// Throws ConfigError when one key stands in SECRET_KEY and SECRET_KEY_PREVIOUS twice.
void check_secret_keys(const Settings& settings);

}  // namespace coffeeauth::server
