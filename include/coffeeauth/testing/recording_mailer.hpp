#pragma once
/// RecordingMailer: a mailbox for tests to inspect.

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

/// Sends nothing and keeps all mails. Thread-safe.
class RecordingMailer final : public Mailer {
 public:
  /// Returns `delivered`, or the next result of answer_next().
  [[nodiscard]] Delivery deliver(const Mail& mail) noexcept override;

  /// Queues the result of a coming deliver(). A mail whose result is not `delivered` counts as an
  /// attempt but does not reach the mailbox.
  void answer_next(Delivery answer);

  /// The delivered mails, oldest first.
  [[nodiscard]] std::vector<Mail> delivered() const;
  /// Number of mails delivered to `to`.
  [[nodiscard]] std::size_t count_for(const EmailAddress& to) const;
  /// The latest mail delivered to `to`; nothing when there is none.
  [[nodiscard]] std::optional<Mail> last_to(const EmailAddress& to) const;
  /// The six digits in the latest mail to `to`; nothing when there are none.
  [[nodiscard]] std::optional<std::string> last_code_for(const EmailAddress& to) const;
  /// The latest mail attempted, delivered or not; nothing when there is none.
  [[nodiscard]] std::optional<Mail> last_attempt() const;
  /// Number of calls of deliver().
  [[nodiscard]] std::size_t attempts() const;

  /// Waits until `count` mails to `to` are delivered; returns false when `patience` runs out first.
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
