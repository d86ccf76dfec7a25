#include "coffeeauth/testing/recording_mailer.hpp"

#include <algorithm>
#include <string_view>

#include "coffeeauth/verification_code.hpp"

namespace coffeeauth::testing {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The first run of digits that is exactly as long as a code.
std::optional<std::string> find_code(std::string_view text) {
  for (auto first = text.begin(); first != text.end();) {
    first = std::find_if(first, text.end(), is_digit);
    const auto last = std::find_if_not(first, text.end(), is_digit);
    if (static_cast<std::size_t>(last - first) == VerificationCode::digits) {
      return std::string{first, last};
    }
    first = last;
  }
  return std::nullopt;
}

}  // namespace

Delivery RecordingMailer::deliver(const Mail& mail) noexcept {
  const std::lock_guard lock{mutex_};
  ++attempts_;
  last_attempt_ = mail;
  Delivery answer{DeliveryVerdict::delivered};
  if (!answers_.empty()) {
    answer = std::move(answers_.front());
    answers_.pop_front();
  }
  if (answer.verdict == DeliveryVerdict::delivered) {
    delivered_.push_back(mail);
    arrived_.notify_all();
  }
  return answer;
}

void RecordingMailer::answer_next(Delivery answer) {
  const std::lock_guard lock{mutex_};
  answers_.push_back(std::move(answer));
}

std::vector<Mail> RecordingMailer::delivered() const {
  const std::lock_guard lock{mutex_};
  return delivered_;
}

std::size_t RecordingMailer::count_for(const EmailAddress& to) const {
  const std::lock_guard lock{mutex_};
  return count_locked(to);
}

std::size_t RecordingMailer::count_locked(const EmailAddress& to) const {
  return static_cast<std::size_t>(std::count_if(delivered_.begin(), delivered_.end(),
                                                [&](const Mail& mail) { return mail.to == to; }));
}

std::optional<Mail> RecordingMailer::last_to(const EmailAddress& to) const {
  const std::lock_guard lock{mutex_};
  const auto last = std::find_if(delivered_.rbegin(), delivered_.rend(),
                                 [&](const Mail& mail) { return mail.to == to; });
  if (last == delivered_.rend()) return std::nullopt;
  return *last;
}

std::optional<std::string> RecordingMailer::last_code_for(const EmailAddress& to) const {
  const auto mail = last_to(to);
  if (!mail) return std::nullopt;
  return find_code(mail->text);
}

std::optional<Mail> RecordingMailer::last_attempt() const {
  const std::lock_guard lock{mutex_};
  return last_attempt_;
}

std::size_t RecordingMailer::attempts() const {
  const std::lock_guard lock{mutex_};
  return attempts_;
}

bool RecordingMailer::wait_for(const EmailAddress& to, std::size_t count,
                               std::chrono::milliseconds patience) const {
  std::unique_lock lock{mutex_};
  return arrived_.wait_for(lock, patience, [&] { return count_locked(to) >= count; });
}

}  // namespace coffeeauth::testing
