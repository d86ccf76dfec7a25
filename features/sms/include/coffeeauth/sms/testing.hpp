#pragma once
/// RecordingSms: a phone for tests to inspect.

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/sms/sender.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

/// A message that RecordingSms was given.
struct RecordedSms {
  /// Sms::id.
  JobId id;
  /// Sms::to.
  PhoneNumber to;
  /// Sms::text.
  std::string text;
  /// Sms::kind.
  std::string kind;
  /// Sms::expires_at.
  std::optional<UtcTime> expires_at{};
};

/// Sends nothing and keeps all messages, with their texts in clear. Thread-safe.
class RecordingSms final : public SmsSender {
 public:
  /// Returns `delivered`, or the next result of answer_next().
  [[nodiscard]] Delivery deliver(const Sms& message) noexcept override;

  /// Queues the result of a coming deliver(). A message whose result is not `delivered` counts as
  /// an attempt and is not kept.
  void answer_next(Delivery answer);

  /// The delivered messages, oldest first.
  [[nodiscard]] std::vector<RecordedSms> delivered() const;
  /// The latest message delivered to `to`; nothing when there is none.
  [[nodiscard]] std::optional<RecordedSms> last_to(const PhoneNumber& to) const;
  /// The digits that the latest message to `to` begins with; nothing when there are none.
  [[nodiscard]] std::optional<std::string> last_code_for(const PhoneNumber& to) const;
  /// Number of calls of deliver().
  [[nodiscard]] std::size_t attempts() const;

 private:
  mutable std::mutex mutex_;
  std::deque<Delivery> answers_;
  std::vector<RecordedSms> delivered_;
  std::size_t attempts_ = 0;
};

}  // namespace sms
}  // namespace coffeeauth
