#pragma once
/// SmsSender: hands a text message over for delivery.

#include <optional>
#include <string>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/ports/job_handler.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/sms/phone_number.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

/// JobRequest::channel of text messages.
inline constexpr std::string_view channel = "sms";

/// A text message.
struct Sms {
  /// Constant across attempts, so that the receiving side can drop duplicates.
  JobId id;
  /// The only recipient.
  PhoneNumber to;
  /// UTF-8, with `\n` line ends. Contains a code: keep it out of logs.
  Secret text;
  /// A stable word such as `code`.
  std::string kind;
  /// When the code in it expires.
  std::optional<UtcTime> expires_at{};
};

/// Delivers text messages. Must be thread-safe.
class SmsSender {
 public:
  virtual ~SmsSender() = default;
  SmsSender(const SmsSender&) = delete;
  SmsSender& operator=(const SmsSender&) = delete;

  /// Tries to hand one message over, and returns how to proceed; like Mailer::deliver().
  [[nodiscard]] virtual Delivery deliver(const Sms& message) noexcept = 0;

 protected:
  SmsSender() = default;
};

/// What a message with a code says.
struct CodeText {
  /// PasswordConfig::service_name.
  std::string service_name;
  /// The host of the service's public URL: browsers offer the code on its pages only. Empty if it
  /// has none.
  std::string host{};
  /// A language tag: `de` and its variants give German, everything else English.
  std::string language{};
};

/// Returns the text of a message with that code, which it begins with. Its last line is `@host
/// #code`, for browsers; without CodeText::host there is none.
[[nodiscard]] Secret code_text(const CodeText& at, std::string_view code);

/// Returns JobRequest::payload of a message.
[[nodiscard]] Secret payload_of(const PhoneNumber& to, const Secret& text);

/// Gives the jobs of the channel to a sender; for a jobs::JobWorker.
class SmsHandler final : public JobHandler {
 public:
  /// Borrows `sender`.
  explicit SmsHandler(SmsSender& sender) noexcept : sender_(sender) {}

  [[nodiscard]] Delivery deliver(const Job& job) override;

 private:
  SmsSender& sender_;
};

}  // namespace sms
}  // namespace coffeeauth
