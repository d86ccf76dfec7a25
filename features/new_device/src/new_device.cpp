#include "coffeeauth/new_device/new_device.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "coffeeauth/rate_limiter.hpp"
#include "coffeeauth/user_agent.hpp"
#include "coffeeauth_new_device_mails.hpp"

namespace coffeeauth::new_device {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::seconds day{24h};

NewDeviceOptions checked(NewDeviceOptions options) {
  require_valid(fields(options));
  return options;
}

}  // namespace

struct NewDevice::State final : Recorder {
  State(const Feature& room, DeviceStore& devices_in, const NewDeviceOptions& options_in)
      : devices(devices_in), options(checked(options_in)), kernel(room) {}

  void record(Transaction& tx, const Event& event) override;
  void see(Transaction& tx, const UserId& user, const Event& login) const;

  /// What the Store keeps of a device: of one account alone, so that no two of them can be found to
  /// share one.
  [[nodiscard]] std::vector<FeatureDigest> digests_of(const UserId& user,
                                                      const ClientContext& client) const {
    return sealer->digests("device", {user.str(), rate_limit_network(client.address),
                                      client_family(client.user_agent)});
  }

  DeviceStore& devices;
  const NewDeviceOptions options;
  AttachedKernel kernel;
  std::unique_ptr<Sealer> sealer;
};

void NewDevice::State::record(Transaction& tx, const Event& event) {
  if (!event.user) return;
  // Whoever knew the former password may have been reported from there, and not be again.
  if (event.has(account_recovered)) devices.in(tx)->forget(*event.user);
  // The one door records it for each session that it opens, and for nothing else.
  if (event.kind == EventKind::logged_in) see(tx, *event.user, event);
}

void NewDevice::State::see(Transaction& tx, const UserId& user, const Event& login) const {
  // Older than the room, or moved in: the core knows where it was used before.
  const auto first = login.has(network_is_new) ? FirstDevice::reported : FirstDevice::accepted;
  const auto sighting =
      devices.in(tx)->see(user, digests_of(user, login.client), first, options, login.at);
  if (sighting == Sighting::known || sighting == Sighting::first) return;
  kernel->record(tx, {.kind = device_login,
                      .at = login.at,
                      .user = user,
                      .session = login.session,
                      .client = login.client});
  if (sighting == Sighting::paced) return;
  const auto account = tx.users().find(user);
  if (!account) return;
  const auto& own = account->language;
  kernel->notify(tx, login_mail,
                 {.to = account->email,
                  .first_name = account->first_name,
                  .language = own.empty() ? login.client.language : own.tag(),
                  .at = login.at},
                 login.client);
}

NewDevice::NewDevice(DeviceStore& devices, NewDeviceOptions options)
    : state_(std::make_unique<State>(*this, devices, options)) {}
NewDevice::~NewDevice() = default;

std::string_view NewDevice::name() const noexcept { return "new_device"; }

Contributions NewDevice::attach(Kernel& kernel) {
  auto& state = *state_;
  state.kernel = kernel;
  state.sealer = kernel.sealer(name());
  const auto clean = [&state](Transaction& tx, std::size_t limit, UtcTime now) {
    return state.devices.in(tx)->delete_unseen(now - state.options.lifetime, limit);
  };
  return {.clean_ups = {{"new_device", clean}},
          .recorders = {&state},
          .mails = mails(),
          .digests_live_for = state.options.lifetime};
}

std::vector<MailKind> mails() { return mail_kinds(); }

std::vector<ConfigField> fields(NewDeviceOptions& o) {
  return {
      field(
          "KNOWN_DEVICES",
          "Devices (network and kind of client) remembered for an account; a login from any other "
          "is reported by mail",
          o.devices, {1, 1'000}),
      field("KNOWN_DEVICE_LIFETIME", "How long a device is remembered after its last login",
            o.lifetime, {day, 730 * day}),
      field("NEW_DEVICE_NOTICES_PER_DAY", "Maximum mails about new devices to one account in a day",
            o.notices_per_day, {1, 100})};
}

}  // namespace coffeeauth::new_device
