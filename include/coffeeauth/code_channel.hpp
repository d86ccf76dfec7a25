#pragma once
/// CodeChannel: a way to send short codes to users, such as text messages, brought by a feature.

#include <chrono>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/time.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

class Transaction;

/// Where codes are sent.
struct CodeTarget {
  /// The number or address in its canonical form: equal texts are the same recipient.
  std::string address;
  /// What may be shown of it: `+49...67`.
  std::string hint;
};

/// A code to send.
struct OutgoingCode {
  /// The account, which has proved a first factor or has authenticated again: no anonymous request
  /// may lead to a message.
  UserId user;
  /// CodeTarget::address.
  std::string_view to;
  /// The digits of the code.
  std::string_view code;
  /// When the code expires; the message is useless then.
  UtcTime expires_at{};
  /// The language of the message, as a tag; may be empty.
  std::string language{};
  /// Whether the code confirms a recipient that the account has just named.
  bool enrols = false;
  /// Whether the account has logged in from the client's network before (Kernel::knows_network()).
  /// Codes for others need a pace of their own: whoever has stolen the password must not use up
  /// those of the owner. False for codes that enrol.
  bool from_known_network = false;
};

/// What became of a code.
enum class CodeOutcome {
  /// It is in the outbox.
  queued,
  /// Nothing was sent: the limit of the recipient, the account or the network has been reached.
  paced,
  /// Nothing was sent: the limit of the whole service has been reached.
  service_full,
};

/// The answer to a code that was to be sent.
struct CodeSent {
  /// What became of it.
  CodeOutcome outcome = CodeOutcome::queued;
  /// Unless it is queued: after how long another may be sent, if no limit is used up until then.
  std::chrono::seconds retry_after{0};
};

/// A way to send codes. The feature that asks for second factors finds it in
/// Kernel::code_channels(). Must be thread-safe.
class CodeChannel {
 public:
  virtual ~CodeChannel() = default;
  CodeChannel(const CodeChannel&) = delete;
  CodeChannel& operator=(const CodeChannel&) = delete;

  /// The kind of factor that it makes, and ChallengeMethod::type: `sms`, `email`.
  [[nodiscard]] virtual std::string_view type() const noexcept = 0;
  /// What a code that arrived proves.
  [[nodiscard]] virtual const LoginMethod& method() const noexcept = 0;
  /// The member of a request that names the recipient, such as `phone`; empty when it is the
  /// account's own, such as its mailbox.
  [[nodiscard]] virtual std::string_view field() const noexcept = 0;
  /// Returns the recipient that `typed` names, or that of the account when field() is empty. Error:
  /// validation_failed on field().
  [[nodiscard]] virtual Result<CodeTarget> target(const User& user, std::string_view typed) = 0;
  /// Whether messages can be sent to `address`, a CodeTarget::address of before: settings may have
  /// changed since.
  [[nodiscard]] virtual bool reaches(std::string_view /*address*/) const { return true; }
  /// Writes the message to the outbox, or counts nothing and writes nothing. `client` sent the
  /// request. Call it last in the transaction.
  [[nodiscard]] virtual CodeSent send(Transaction& transaction, const OutgoingCode& code,
                                      const ClientContext& client) = 0;

 protected:
  CodeChannel() = default;
};

}  // namespace coffeeauth
