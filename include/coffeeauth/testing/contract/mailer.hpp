#pragma once
/// The contract of Mailer, as a test suite. Needs doctest; for its use see contract/store.hpp.

#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/mailer.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// A mail as received, decoded: UTF-8 with `\n` line ends.
struct ReceivedMail {
  /// The recipient's address.
  std::string to;
  /// One line.
  std::string subject;
  /// The plain-text body.
  std::string text;
  /// The HTML body; empty for a plain-text mail.
  std::string html;
  /// The Message-ID without angle brackets.
  std::string message_id;
};

/// Makes the Mailers that the suite tests, and reads the mailboxes behind them.
class MailerHarness {
 public:
  virtual ~MailerHarness() = default;
  MailerHarness(const MailerHarness&) = delete;
  MailerHarness& operator=(const MailerHarness&) = delete;

  /// Returns a new Mailer that can deliver; the mailboxes are empty.
  [[nodiscard]] virtual std::unique_ptr<Mailer> fresh() = 0;
  /// Returns the mails received since fresh(), by anyone, in any order.
  [[nodiscard]] virtual std::vector<ReceivedMail> received() = 0;
  /// Makes delivery impossible for the last Mailer of fresh(), at least for its next mail. Returns
  /// false if the harness cannot: the promise is then not tested.
  [[nodiscard]] virtual bool take_down() { return false; }
  /// Makes the next mail be refused permanently. Returns false if the harness cannot.
  [[nodiscard]] virtual bool refuse_next() { return false; }

 protected:
  MailerHarness() = default;
};

/// Runs the suite inside a TEST_CASE: each promise is a SUBCASE that begins with `mailer:`.
void mailer_contract(MailerHarness& harness);

}  // namespace testing
}  // namespace coffeeauth
