#pragma once
/// RecordingMailer: a mailbox for tests to look into.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/mailer.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Sends nothing and keeps everything. Callable from any thread.
class RecordingMailer final : public Mailer {
 public:
  /// Answers `delivered`, unless answer_next() said otherwise.
  [[nodiscard]] Delivery deliver(const Mail& mail) noexcept override;

  /// The answer to the next mail, behind those that were scripted already. What is not answered
  /// `delivered` counts as an attempt and does not reach the mailbox.
  void answer_next(Delivery answer);

  /// The mails that were delivered, oldest first.
  [[nodiscard]] std::vector<Mail> delivered() const;
  /// How many reached that mailbox.
  [[nodiscard]] std::size_t count_for(const EmailAddress& to) const;
  /// The latest in that mailbox.
  [[nodiscard]] std::optional<Mail> last_to(const EmailAddress& to) const;
  /// The six digits in the last mail to `to`; nothing when there are none.
  [[nodiscard]] std::optional<std::string> last_code_for(const EmailAddress& to) const;
  /// The last mail that was tried, delivered or not.
  [[nodiscard]] std::optional<Mail> last_attempt() const;
  /// How often deliver() was called.
  [[nodiscard]] std::size_t attempts() const;

  /// Waits until `count` mails to `to` have been delivered; false when `patience` runs out first.
  [[nodiscard]] bool wait_for(const EmailAddress& to, std::size_t count,
                              std::chrono::milliseconds patience = std::chrono::seconds{30}) const;

 private:
  [[nodiscard]] std::size_t count_locked(const EmailAddress& to) const;

  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  std::deque<Delivery> answers_;
  std::vector<Mail> delivered_;
  std::optional<Mail> last_attempt_;
  std::size_t attempts_ = 0;
};

}  // namespace testing
}  // namespace coffeeauth
