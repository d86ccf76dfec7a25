#pragma once
/// Channels: two ways to send codes, as other rooms bring them, that keep what was sent.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/code_channel.hpp"
#include "coffeeauth/feature.hpp"
#include "coffeeauth/ports/store.hpp"

namespace coffeeauth::second_factor {

inline constexpr LoginMethod by_sms{"sms", MethodUse::second, "sms"};
inline constexpr LoginMethod by_mail{"email_factor", MethodUse::mailbox_second, "otp"};
/// A link that was mailed.
inline constexpr LoginMethod mail_link{"mail_link", MethodUse::mailbox, "otp"};

/// What was sent.
struct SentText {
  std::string to;
  std::string code;
  std::string language;
  UtcTime expires_at{};
  bool enrols = false;
  bool from_known_network = false;
};

class FakeChannel final : public CodeChannel {
 public:
  FakeChannel(std::string_view type, std::string_view field, const LoginMethod& method)
      : type_(type), field_(field), method_(method) {}

  std::string_view type() const noexcept override { return is_off ? "" : type_; }
  const LoginMethod& method() const noexcept override { return method_; }
  std::string_view field() const noexcept override { return field_; }
  Result<CodeTarget> target(const User& user, std::string_view typed) override {
    if (field_.empty()) return CodeTarget{.address = user.email.display(), .hint = "a...@example"};
    std::string number{typed};
    std::erase(number, ' ');
    if (!number.starts_with("+49")) {
      return Error{.code = ErrorCode::validation_failed,
                   .fields = {{std::string{field_}, "not_allowed", "Not there."}}};
    }
    return CodeTarget{.address = number, .hint = "+49..." + number.substr(number.size() - 2)};
  }
  bool reaches(std::string_view address) const override { return address.starts_with(prefix); }
  CodeSent send(Transaction& /*tx*/, const OutgoingCode& code, const ClientContext&) override {
    if (outcome != CodeOutcome::queued) return {outcome, retry_after};
    sent.push_back({.to = std::string{code.to},
                    .code = std::string{code.code},
                    .language = code.language,
                    .expires_at = code.expires_at,
                    .enrols = code.enrols,
                    .from_known_network = code.from_known_network});
    return {};
  }

  CodeOutcome outcome = CodeOutcome::queued;
  std::chrono::seconds retry_after{90};
  /// Whether nothing finds it, as if its room brought none.
  bool is_off = false;
  /// Of what can be reached.
  std::string prefix{};
  std::vector<SentText> sent;

 private:
  std::string_view type_;
  std::string_view field_;
  const LoginMethod& method_;
};

struct Channels final : Feature {
  std::string_view name() const noexcept override { return "channels"; }
  Contributions attach(Kernel&) override {
    return {.methods = {by_sms, by_mail, mail_link}, .code_channels = {&phone, &mailbox}};
  }

  FakeChannel phone{"sms", "phone", by_sms};
  FakeChannel mailbox{"email", "", by_mail};
};

}  // namespace coffeeauth::second_factor
