#include <algorithm>
#include <utility>

#include "coffeeauth/sms/testing.hpp"

namespace coffeeauth::sms {

Delivery RecordingSms::deliver(const Sms& message) noexcept {
  const std::lock_guard lock{mutex_};
  ++attempts_;
  Delivery answer{DeliveryVerdict::delivered};
  if (!answers_.empty()) {
    answer = std::move(answers_.front());
    answers_.pop_front();
  }
  if (answer.verdict == DeliveryVerdict::delivered) {
    delivered_.push_back({.id = message.id,
                          .to = message.to,
                          .text = std::string{message.text.expose_secret()},
                          .kind = message.kind,
                          .expires_at = message.expires_at});
  }
  return answer;
}

void RecordingSms::answer_next(Delivery answer) {
  const std::lock_guard lock{mutex_};
  answers_.push_back(std::move(answer));
}

std::vector<RecordedSms> RecordingSms::delivered() const {
  const std::lock_guard lock{mutex_};
  return delivered_;
}

std::optional<RecordedSms> RecordingSms::last_to(const PhoneNumber& to) const {
  const std::lock_guard lock{mutex_};
  const auto last = std::find_if(delivered_.rbegin(), delivered_.rend(),
                                 [&](const RecordedSms& message) { return message.to == to; });
  if (last == delivered_.rend()) return std::nullopt;
  return *last;
}

std::optional<std::string> RecordingSms::last_code_for(const PhoneNumber& to) const {
  const auto message = last_to(to);
  if (!message) return std::nullopt;
  const auto& text = message->text;
  const auto end =
      std::find_if_not(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (end == text.begin()) return std::nullopt;
  return std::string{text.begin(), end};
}

std::size_t RecordingSms::attempts() const {
  const std::lock_guard lock{mutex_};
  return attempts_;
}

}  // namespace coffeeauth::sms
