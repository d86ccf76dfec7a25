#pragma once
/// NewDevice: notifies account owners by mail of logins from new devices.

#include <memory>
#include <string_view>
#include <vector>

#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/feature.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/new_device/devices.hpp"
#include "coffeeauth/new_device/options.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace new_device {

/// The notice of a login from a new device, with time and origin. Operators can omit it; see
/// NoticeConfig.
inline constexpr std::string_view login_mail = "new_device_login";
/// Recorded in the transaction of such a login, also beyond the day's limit of notices.
inline constexpr EventKind device_login{"new_device_login"};

/// The room. Pass it to Auth, which it must outlive. Thread-safe.
///
/// A device is a network (rate_limit_network()) and a kind of client (client_family()); only a
/// keyed digest of both is stored. The check is part of the transaction that opens a session, so a
/// session and its notice are written together or not at all. There is no notice of an account's
/// first login, of its first one after the room was added if the network is not new to the account,
/// of a refresh, of a reauthentication, or of a login that a LoginStep has not let pass. When the
/// account is recovered (see Event::details), its devices are forgotten: the next login from each
/// is reported.
class NewDevice final : public Feature {
 public:
  /// Borrows `devices`. Throws std::invalid_argument with the name of the setting for invalid
  /// options.
  explicit NewDevice(DeviceStore& devices, NewDeviceOptions options = {});
  ~NewDevice() override;

  [[nodiscard]] std::string_view name() const noexcept override;
  [[nodiscard]] Contributions attach(Kernel& kernel) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Returns the room's mail, for use with make_default_templates() alongside your own. Auth adds it
/// itself.
[[nodiscard]] std::vector<MailKind> mails();

}  // namespace new_device
}  // namespace coffeeauth
