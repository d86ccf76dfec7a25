#pragma once
/// Mailer: hands a finished mail over for delivery.

#include <chrono>
#include <string>
#include <string_view>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A finished mail. `subject` and bodies are UTF-8 with `\n` line ends and contain only validated
/// user input; the text is complete without the HTML.
struct Mail {
  /// The only recipient; canonical() is the address to give to a server.
  EmailAddress to;
  /// One line, not encoded yet (the implementation applies RFC 2047).
  std::string subject;
  /// The plain-text body.
  std::string text;
  /// The HTML body; empty for a plain-text mail.
  std::string html;
  /// The Message-ID without angle brackets; constant across attempts. If there is no dot behind the
  /// `@`, that part is not a host name: a Mailer that knows a better one should put it there.
  std::string message_id;
  /// When the mail was requested: the value of the Date field.
  UtcTime date{};
};

/// How to proceed with a mail.
enum class DeliveryVerdict {
  delivered,
  /// Not known to have been delivered: try again later.
  retry_later,
  /// Permanently refused because of this recipient or this message: do not try again. For errors in
  /// the service's own set-up return `retry_later`, so that no mail is lost once they are fixed.
  refused,
};

/// Why a delivery failed: a closed set, safe in logs and in labels of metrics.
enum class DeliveryProblem {
  /// No failure, or the Mailer does not say.
  none,
  /// The mailbox does not exist, is full, or accepts no mail.
  recipient,
  /// The message was rejected for its form, size or content.
  message,
  /// The sender's address was rejected.
  sender,
  /// The login was rejected, or a login is required.
  login,
  /// The server does not send for this service: relaying denied, reputation, sending paused.
  policy,
  /// The mails exceed a quota of the server's plan.
  quota,
  /// The server asks to try again later: greylisting, load, maintenance.
  busy,
  /// The server cannot be reached, or the connection broke.
  unreachable,
  /// The connection could not be secured, or the certificate is not trusted.
  tls,
  /// The server violates the protocol.
  protocol,
  /// A failure on this side: a template, memory, the mail folder.
  local,
};

/// Returns the stable snake_case word: `policy`.
[[nodiscard]] std::string_view wire_name(DeliveryProblem problem) noexcept;

/// The result of one attempt.
struct Delivery {
  /// How to proceed.
  DeliveryVerdict verdict = DeliveryVerdict::retry_later;
  /// A few fixed words for the administrator (`connection refused`, `RCPT TO 450`): never the
  /// server's text, a secret or an address.
  std::string reason{};
  /// The kind of failure, for events and metrics.
  DeliveryProblem problem = DeliveryProblem::none;
  /// Whether the server rejected the connection for now, before it knew of the mail. While other
  /// mails are being delivered, that means too many connections, and does not count as an attempt
  /// at this mail.
  bool turned_away = false;
};

/// Permission to finish handing over one mail. A worker grants it to few mails at a time
/// (JobConfig::in_doubt) and takes it back when the Store has recorded the delivery, so that at
/// most this many mails arrive twice when the process is killed. Used on the thread that delivers
/// the mail.
class DeliveryTurn {
 public:
  virtual ~DeliveryTurn() = default;
  DeliveryTurn(const DeliveryTurn&) = delete;
  DeliveryTurn& operator=(const DeliveryTurn&) = delete;

  /// Waits for the turn, at most for `longest`; returns true at once if the mail has it. Returns
  /// false when it cannot be had in time or the worker stops: do not hand over the mail then.
  /// Whatever deliver_in_turn() returns after that, except `delivered`, does not count as an
  /// attempt.
  [[nodiscard]] virtual bool take(std::chrono::milliseconds longest) = 0;

 protected:
  DeliveryTurn() = default;
};

/// Delivers mails. Must be thread-safe.
class Mailer {
 public:
  virtual ~Mailer() = default;
  Mailer(const Mailer&) = delete;
  Mailer& operator=(const Mailer&) = delete;

  /// Tries to hand one mail over to the next server, and returns how to proceed. Must not throw; an
  /// exception is treated as `retry_later`.
  ///
  /// When the connection breaks after the final dot, implementations must return `retry_later`: a
  /// second mail is a nuisance, a missing code is a lost customer. The Message-ID lets the
  /// receiving side drop the duplicate.
  [[nodiscard]] virtual Delivery deliver(const Mail& mail) = 0;

  /// Delivers for a worker that hands over few mails at a time. An implementation that can do most
  /// of its work beforehand (connect, log in, send all but the end) takes `turn` right before the
  /// server can accept the mail. The default takes it first, for up to 30 seconds, and calls
  /// deliver(): correct for any Mailer, but only JobConfig::in_doubt deliveries run at a time. An
  /// implementation that cannot deliver a mail twice need not take it.
  [[nodiscard]] virtual Delivery deliver_in_turn(const Mail& mail, DeliveryTurn& turn) {
    return turn.take(std::chrono::seconds{30}) ? deliver(mail) : Delivery{};
  }

 protected:
  Mailer() = default;
};

}  // namespace coffeeauth
