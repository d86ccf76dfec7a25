#pragma once
/// Mailer: hands one finished message to the world.

#include <string>

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
  /// The id-left and id-right of the Message-ID, without the angle brackets; the same at every try.
  std::string message_id;
  /// For the Date field: when the mail was asked for.
  UtcTime date{};
};

/// What to do with a mail now.
enum class DeliveryVerdict {
  delivered,
  /// Nothing is known to have been delivered: come back later.
  retry_later,
  /// Permanently refused for this recipient: trying again would be spam.
  refused,
};

/// The answer of one try.
struct Delivery {
  /// What to do now.
  DeliveryVerdict verdict = DeliveryVerdict::retry_later;
  /// A few words of ours for the administrator (`connection refused`, `450`); no secret, no
  /// address.
  std::string reason{};
};

/// Callable from many threads.
class Mailer {
 public:
  virtual ~Mailer() = default;
  Mailer(const Mailer&) = delete;
  Mailer& operator=(const Mailer&) = delete;

  /// Tries to hand one mail to the next server; says what to do with it. Does not throw.
  ///
  /// When the connection drops after the final dot, implementations must say `retry_later`: a
  /// second mail is a nuisance, a missing code is a lost customer. The Message-ID lets the
  /// receiving side drop the double.
  [[nodiscard]] virtual Delivery deliver(const Mail& mail) noexcept = 0;

 protected:
  Mailer() = default;
};

}  // namespace coffeeauth
