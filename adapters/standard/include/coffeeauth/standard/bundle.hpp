#pragma once
/// Bundle: a feature with everything that goes with it, so that a program adds it in one line.

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
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/sql/migrations.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace standard {

/// What a program knows of itself that a feature may need.
struct Surroundings {
  /// Where people reach the service, as PublicUrl::str(); empty when it is not configured.
  std::string public_url{};
  /// PasswordConfig::service_name.
  std::string service_name{};
  /// ApiOptions::prefix.
  std::string prefix = "/api";
};

/// A feature, its settings, tables, mails and routes. Options::bundles takes them, and the server
/// holds a list. One belongs to one Auth, and is called from one thread, in the order of the
/// members.
class Bundle {
 public:
  virtual ~Bundle() = default;
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  /// Feature::name().
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// The settings, bound to options of the bundle's own, for programs that are configured by text.
  [[nodiscard]] virtual std::vector<ConfigField> fields() { return {}; }
  /// The tables, for a SQL store; a room of neither database for a feature without tables.
  [[nodiscard]] virtual sql::RoomMigrations migrations() const { return {}; }
  /// The words of its mails.
  [[nodiscard]] virtual std::vector<MailKind> mails() const { return {}; }

  /// Why the feature can do nothing in these surroundings, as a sentence for operators that names
  /// the setting; empty when it can.
  [[nodiscard]] virtual std::string why_off(const Surroundings& /*at*/) const { return {}; }
  /// Makes the feature over the opened Store, and keeps it. One that can do nothing is made, too:
  /// what it keeps for others stays kept. Throws std::invalid_argument, which begins with the name
  /// of the setting, for settings that cannot be, and std::logic_error when it was opened before.
  [[nodiscard]] virtual Feature& open(Store& store, const Surroundings& at) = 0;
  /// The routes of the opened feature, over the Auth that it was given to; none when it can do
  /// nothing.
  [[nodiscard]] virtual std::vector<http::Route> routes(Auth& auth) = 0;

 protected:
  Bundle() = default;
};

/// Bundles of a program, in the order of their features.
using Bundles = std::vector<std::shared_ptr<Bundle>>;

/// The tables of all, without those that have none.
[[nodiscard]] std::vector<sql::RoomMigrations> tables_of(const Bundles& bundles);
/// The words of all mails.
[[nodiscard]] std::vector<MailKind> mails_of(const Bundles& bundles);
/// The routes of all opened features.
[[nodiscard]] std::vector<http::Route> routes_of(const Bundles& bundles, Auth& auth);

}  // namespace standard
}  // namespace coffeeauth
