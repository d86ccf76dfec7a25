#pragma once
/// The contract of Mailer, as a test suite. Needs doctest; used as testing/contract/store.hpp says.

#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/mailer.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// A mail as its recipient has it, decoded: UTF-8 with `\n` line ends.
struct ReceivedMail {
  /// The recipient's address.
  std::string to;
  /// One line.
  std::string subject;
  /// The plain-text body.
  std::string text;
  /// Empty when there is none.
  std::string html;
  /// Without the angle brackets.
  std::string message_id;
};

/// Makes the Mailers that the suite tries out, and looks into the mailboxes behind them.
class MailerHarness {
 public:
  virtual ~MailerHarness() = default;
  MailerHarness(const MailerHarness&) = delete;
  MailerHarness& operator=(const MailerHarness&) = delete;

  /// A new Mailer whose way to the mailboxes is open; the mailboxes are empty.
  [[nodiscard]] virtual std::unique_ptr<Mailer> fresh() = 0;
  /// What arrived since fresh(), in any order, whoever it was for.
  [[nodiscard]] virtual std::vector<ReceivedMail> received() = 0;
  /// Closes the way of the last fresh() one, for its next mail at least. False when the harness
  /// cannot: then that promise is not tried.
  [[nodiscard]] virtual bool take_down() { return false; }
  /// Has the next mail of the last fresh() one refused for good. False when the harness cannot.
  [[nodiscard]] virtual bool refuse_next() { return false; }

 protected:
  MailerHarness() = default;
};

/// Runs the suite inside a TEST_CASE: each promise is a SUBCASE that begins with `mailer:`.
void mailer_contract(MailerHarness& harness);

}  // namespace testing
}  // namespace coffeeauth
