#pragma once
/// TextMessages: the room that writes text messages with codes, within its limits.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/feature.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/sms/budgets.hpp"
#include "coffeeauth/sms/options.hpp"
#include "coffeeauth/sms/phone_number.hpp"
#include "coffeeauth/sms/sender.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

/// Recorded in the transaction that writes a message to the outbox; Event::mail is its kind. The
/// event `job_delivered` tells when a worker has handed it over.
inline constexpr EventKind sms_sent{"sms_sent"};
/// A message was not written because of SmsLimits::service_per_hour.
inline constexpr EventKind sms_budget_exhausted{"sms_budget_exhausted"};

/// A code that arrived at a phone: a second factor.
inline constexpr LoginMethod sms_code{"sms", MethodUse::second, "sms"};

/// A code to send to a number.
struct CodeMessage {
  /// The account, which has proved a first factor or authenticated again: no anonymous request may
  /// lead to a message.
  UserId user;
  /// The recipient.
  PhoneNumber to;
  /// The code, in digits.
  std::string_view code;
  /// When it expires; the message is dropped then.
  UtcTime expires_at;
  /// A stable snake_case word, shown by events and `outbox list`.
  std::string_view kind = "code";
  /// The language of the message, as a tag; English unless the room knows it.
  std::string language{};
  /// What it is for.
  BudgetShare share = BudgetShare::login;
};

/// What became of a message.
enum class SmsOutcome {
  /// Written to the outbox.
  queued,
  /// Not written: sent too often to the number, for the user or from the network. The last message
  /// stays good.
  paced,
  /// Not written: the whole service has sent as many as SmsLimits::service_per_hour allows.
  service_full,
  /// Not written: the number is outside SmsOptions::prefixes.
  not_allowed,
};

/// The answer to a message that was to be sent.
struct SmsAnswer {
  /// What became of it.
  SmsOutcome outcome = SmsOutcome::queued;
  /// For `paced` and `service_full`: after how long it may be sent, if no other is until then.
  std::chrono::seconds retry_after{0};
};

/// The room. Pass it to Auth, which it must outlive. Thread-safe.
///
/// For the feature that asks for second factors it is a CodeChannel of the type `sms`, whose
/// numbers come as `phone`; not if it may send to no number at all.
///
/// A message is a job of the outbox, for the channel `sms`: a jobs::JobWorker with an SmsHandler
/// delivers it. What the Store keeps to count messages is a keyed digest of the number and of the
/// network.
class TextMessages final : public Feature {
 public:
  /// Borrows `budgets`. Throws std::invalid_argument with the name of the setting for invalid
  /// options.
  explicit TextMessages(BudgetStore& budgets, SmsOptions options = {});
  ~TextMessages() override;

  [[nodiscard]] std::string_view name() const noexcept override;
  [[nodiscard]] Contributions attach(Kernel& kernel) override;

  /// Whether messages may be sent to the number at all. Check it before you keep a number.
  [[nodiscard]] bool allows(const PhoneNumber& number) const;

  /// Counts the message and writes it to the outbox, or does neither. `client` sent the request.
  /// Call it last: until the transaction ends, no other message of the service is written.
  [[nodiscard]] SmsAnswer send(Transaction& transaction, const CodeMessage& message,
                               const ClientContext& client);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sms
}  // namespace coffeeauth
