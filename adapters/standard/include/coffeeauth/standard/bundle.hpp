#pragma once
/// Bundle: a feature with all that belongs to it, so that a program adds it in one line.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/feature.hpp"
#include "coffeeauth/http/route.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/ports/job_handler.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/sql/migrations.hpp"
#include "coffeeauth/standard/command.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace standard {

/// What a feature may need to know about the program.
struct Surroundings {
  /// The public URL of the service, as PublicUrl::str(); empty when it is not configured.
  std::string public_url{};
  /// PasswordConfig::service_name.
  std::string service_name{};
  /// ApiOptions::prefix.
  std::string prefix = "/api";
  /// A folder for files of development, such as messages that are not sent; empty where files might
  /// get lost unnoticed, as over PostgreSQL.
  std::string data_dir{};
  /// Whether C++ code configures the program: messages then name members of options (`public_url`)
  /// in place of settings (`PUBLIC_URL`).
  bool by_options = false;
  /// login_page_of() all bundles of the program.
  std::string login_page{};
  /// Draws a QR code of a text, as a complete SVG document; empty if the program cannot. The text
  /// may be a secret, and so is the picture.
  std::function<std::string(std::string_view text)> qr_svg{};
};

/// A message that was written to a folder instead of being sent, for a page to show.
struct WrittenMessage {
  /// A unique id of letters, digits, `-`, `_`, `.` and `@`.
  std::string id{};
  /// The recipient.
  std::string to{};
  /// One line: what the message is.
  std::string subject{};
  /// The time, as text.
  std::string date{};
  /// The plain text.
  std::string text{};
};

/// Delivers the jobs of a feature.
struct JobReceiver {
  /// JobRequest::channel.
  std::string channel{};
  /// Never null; belongs to the bundle.
  JobHandler* handler = nullptr;
  /// Where the jobs go, for logs: a server's origin or a folder.
  std::string place{};
  /// Returns the messages that were written to a folder, newest first. Empty if they are sent.
  /// Must be thread-safe.
  std::function<std::vector<WrittenMessage>()> written{};
};

/// A feature with its settings, tables, mails, routes and commands. Options::bundles takes them,
/// and the server has a list. Belongs to one Auth; call it on one thread, in the order of its
/// members.
class Bundle {
 public:
  virtual ~Bundle() = default;
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  /// Feature::name().
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// The settings, bound to the bundle's options, for programs configured by text.
  [[nodiscard]] virtual std::vector<ConfigField> fields() { return {}; }
  /// The tables, for a SQL store; without any migrations for a feature that has no tables.
  [[nodiscard]] virtual sql::RoomMigrations migrations() const { return {}; }
  /// The texts of its mails.
  [[nodiscard]] virtual std::vector<MailKind> mails() const { return {}; }

  /// Why the feature is disabled in these surroundings, as a sentence for operators that names the
  /// setting; empty if it is not. With Surroundings::by_options, a text for programmers, which
  /// begins with `public_url: ` if that option is missing.
  [[nodiscard]] virtual std::string why_off(const Surroundings& /*at*/) const { return {}; }
  /// The page that logs in with the token of a mailed link and asks for the second step: a path
  /// below the public URL, such as `/account/login`, which takes the token as `#token=`. Empty if
  /// the feature serves none. May be called before open().
  [[nodiscard]] virtual std::string login_page() const { return {}; }
  /// Creates the feature over the opened Store, and owns it. A disabled feature is created as well,
  /// so that its stored data (reservations, say) stays in force. Throws std::invalid_argument,
  /// whose text begins with the setting's name, for invalid settings, and std::logic_error when
  /// called twice.
  [[nodiscard]] virtual Feature& open(Store& store, const Surroundings& at) = 0;
  /// Returns the routes of the opened feature, for the Auth it was attached to; none if it is
  /// disabled.
  [[nodiscard]] virtual std::vector<http::Route> routes(Auth& auth) = 0;
  /// Returns the commands for operators. May be called before open(), for the help; the commands
  /// run only after open(), and while the bundle exists.
  [[nodiscard]] virtual std::vector<Command> commands() { return {}; }
  /// Returns what delivers the jobs of the opened feature, for a jobs::JobWorker each; none if it
  /// is disabled. Its handlers live as long as the bundle. Throws std::invalid_argument, whose text
  /// begins with the setting's name, when one cannot be made.
  [[nodiscard]] virtual std::vector<JobReceiver> receivers(Auth& /*auth*/) { return {}; }

 protected:
  Bundle() = default;
};

/// Bundles of a program, in the order of their features.
using Bundles = std::vector<std::shared_ptr<Bundle>>;

/// Returns the tables of all bundles that have any.
[[nodiscard]] std::vector<sql::RoomMigrations> tables_of(const Bundles& bundles);
/// Returns the mails of all bundles.
[[nodiscard]] std::vector<MailKind> mails_of(const Bundles& bundles);
/// Returns Bundle::login_page() of the first bundle that has one; empty if none has.
[[nodiscard]] std::string login_page_of(const Bundles& bundles);
/// Returns the routes of all opened bundles.
[[nodiscard]] std::vector<http::Route> routes_of(const Bundles& bundles, Auth& auth);
/// Returns the commands of all bundles.
[[nodiscard]] std::vector<Command> commands_of(const Bundles& bundles);
/// Returns what delivers the jobs of all opened bundles.
[[nodiscard]] std::vector<JobReceiver> receivers_of(const Bundles& bundles, Auth& auth);

}  // namespace standard
}  // namespace coffeeauth
