#pragma once
/// What a reply that is not the one wished for means for the mail (RFC 5321 4.2, RFC 3463). Pure.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/ports/mailer.hpp"
#include "wire.hpp"

namespace coffeeauth::smtp {

/// Where in a conversation a reply came.
enum class Step { greeting, hello, starttls, login, sender, recipient, data, message, reset };

/// As reasons call it: `RCPT TO`.
[[nodiscard]] std::string_view name_of(Step step) noexcept;

/// The subject and detail of an enhanced status code; its class is the reply's own.
struct EnhancedStatus {
  int subject = 0;
  int detail = 0;
  friend bool operator==(const EnhancedStatus&, const EnhancedStatus&) = default;
};

/// The enhanced status code that begins the lines of `reply`, whether or not the server announced
/// ENHANCEDSTATUSCODES. One of another class than the reply, or a second one that disagrees, says
/// nothing certain: then it is 0.0, which decides nothing.
[[nodiscard]] std::optional<EnhancedStatus> enhanced_status(const Reply& reply);

/// `RCPT TO 550 5.1.1`: digits of the server at most, none of its words.
[[nodiscard]] std::string reason_for(Step step, const Reply& reply);

/// Which kind of thing went wrong.
[[nodiscard]] DeliveryProblem problem_of(Step step, const Reply& reply);

/// What becomes of the mail. Refused for good is only what is certainly about this recipient or
/// this message: 5.6.x and those of 5.1.x and 5.2.x that RFC 3463 and RFC 7505 give to an address
/// or a mailbox, to the recipient or the message; and 550, 551 or 553 to the recipient without any
/// enhanced code and without a word about the sender. Everything else may be mended by whoever runs
/// the service or the server, and waits: also codes that contradict each other.
[[nodiscard]] Delivery judge(Step step, const Reply& reply);

/// Delivery::turned_away.
[[nodiscard]] bool turns_away(Step step, const Reply& reply);

}  // namespace coffeeauth::smtp
