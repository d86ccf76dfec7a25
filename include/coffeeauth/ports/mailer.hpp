#pragma once
/// Mailer: hands one finished message to the world.

#include <chrono>
#include <string>
#include <string_view>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A finished message. `subject` and bodies are UTF-8 with `\n` line ends and hold no user input
/// that was not validated; the text is complete without the HTML.
struct Mail {
  /// The one recipient; canonical() is the address to hand to a server.
  EmailAddress to;
  /// One line, not yet encoded (RFC 2047 is the implementation's business).
  std::string subject;
  /// The plain-text body.
  std::string text;
  /// Empty for a plain-text message.
  std::string html;
  /// The Message-ID without its angle brackets; the same at every try. What stands behind the `@`
  /// without a dot is no host's name: a Mailer that knows a better one puts it there.
  std::string message_id;
  /// For the Date field: when the mail was asked for.
  UtcTime date{};
};

/// What to do with a mail now.
enum class DeliveryVerdict {
  delivered,
  /// Nothing is known to have been delivered: come back later.
  retry_later,
  /// Permanently refused because of this recipient or this message: trying again would be spam.
  /// What is wrong with the service's own set-up is `retry_later`, so that mending it loses no
  /// mail.
  refused,
};

/// What stood in the way of a mail: a closed set, safe to log, count and label metrics with.
enum class DeliveryProblem {
  /// Nothing did, or the Mailer does not say.
  none,
  /// The mailbox does not exist, is full, or takes no mail.
  recipient,
  /// The message itself was refused: its form, its size or what it contains.
  message,
  /// The address that the mails come from was refused.
  sender,
  /// The login was refused, or one is needed.
  login,
  /// The server may not or will not send for this service: relaying denied, reputation, sending
  /// paused.
  policy,
  /// More mails than the server's plan allows.
  quota,
  /// The server asks to come back later: greylisting, load, maintenance.
  busy,
  /// The server cannot be reached, or the connection broke.
  unreachable,
  /// The connection could not be secured, or the certificate is not trusted.
  tls,
  /// The other side does not speak the protocol as expected.
  protocol,
  /// Something on this side: a template, memory, the mail folder.
  local,
};

/// The stable snake_case word of `problem`: `policy`.
[[nodiscard]] std::string_view wire_name(DeliveryProblem problem) noexcept;

/// The answer of one try.
struct Delivery {
  /// What to do now.
  DeliveryVerdict verdict = DeliveryVerdict::retry_later;
  /// A few fixed words for the administrator (`connection refused`, `RCPT TO 450`): never the
  /// server's text, a secret or an address.
  std::string reason{};
  /// Which kind of thing went wrong, for events and metrics.
  DeliveryProblem problem = DeliveryProblem::none;
  /// Whether the server turned the connection away for now, before it heard of the mail. While
  /// other mails are on their way that says that they are too many, and counts as no try of this
  /// one.
  bool turned_away = false;
};

/// The right of one mail to be handed over for good. A worker gives it to few mails at a time
/// (JobConfig::in_doubt) and takes it back when the Store knows that the mail was delivered: so
/// many mails may arrive twice when its process is killed. Used by the thread that delivers the
/// mail.
class DeliveryTurn {
 public:
  virtual ~DeliveryTurn() = default;
  DeliveryTurn(const DeliveryTurn&) = delete;
  DeliveryTurn& operator=(const DeliveryTurn&) = delete;

  /// Waits for the turn, at most for `longest`; true at once when this mail has it. False when it
  /// cannot be had in time, or the worker stops: nothing may be handed over then. Whatever
  /// deliver_in_turn() says after that, short of `delivered`, counts as no try.
  [[nodiscard]] virtual bool take(std::chrono::milliseconds longest) = 0;

 protected:
  DeliveryTurn() = default;
};

/// Callable from many threads.
class Mailer {
 public:
  virtual ~Mailer() = default;
  Mailer(const Mailer&) = delete;
  Mailer& operator=(const Mailer&) = delete;

  /// Tries to hand one mail to the next server; says what to do with it. One that throws all the
  /// same is taken to have said `retry_later`.
  ///
  /// When the connection drops after the final dot, implementations must say `retry_later`: a
  /// second mail is a nuisance, a missing code is a lost customer. The Message-ID lets the
  /// receiving side drop the double.
  [[nodiscard]] virtual Delivery deliver(const Mail& mail) = 0;

  /// Does the same for a worker that hands over few mails at a time. An implementation that can do
  /// most of its work beforehand (connect, log in, send all but the end) takes `turn` right before
  /// the next server could call the mail its own. This one takes it first, for up to half a minute,
  /// and calls deliver(): right for any Mailer, and as slow as JobConfig::in_doubt deliveries at a
  /// time are. One to which a mail cannot be delivered twice need not take it.
  [[nodiscard]] virtual Delivery deliver_in_turn(const Mail& mail, DeliveryTurn& turn) {
    return turn.take(std::chrono::seconds{30}) ? deliver(mail) : Delivery{};
  }

 protected:
  Mailer() = default;
};

}  // namespace coffeeauth
