#pragma once
/// MailTemplates: the words of the mails. Replace it to speak with your own voice.

#include <memory>
#include <string>
#include <string_view>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Everything a template may use. Lives only while the mail is being rendered.
struct MailParameters {
  /// Whom the mail is for.
  EmailAddress to;
  /// From parse_name(); may be empty.
  std::string first_name{};
  /// BCP 47, from sign-up; may be empty.
  std::string language{};
  /// The six digits, for the kinds `verification_code` and `login_code`.
  std::string code{};
  /// When the code stops being good; in UTC, so say so.
  UtcTime expires_at{};
};

/// A rendered mail, in UTF-8.
struct MailContent {
  /// One line.
  std::string subject;
  /// Plain text, complete by itself.
  std::string text;
  /// The same as HTML; empty for a plain-text mail. What a person typed must be escaped.
  std::string html;
};

/// Kinds of mail; stable words, kept in the outbox.
namespace mail_kind {
/// The code that proves the mailbox.
inline constexpr std::string_view verification_code = "verification_code";
/// To the owner of an account whose address somebody signed up with: no code in it.
inline constexpr std::string_view sign_up_for_existing = "sign_up_for_existing";
/// The code that lets a login past the failures that were counted for the account.
inline constexpr std::string_view login_code = "login_code";
}  // namespace mail_kind

/// Callable from many threads.
class MailTemplates {
 public:
  virtual ~MailTemplates() = default;
  MailTemplates(const MailTemplates&) = delete;
  MailTemplates& operator=(const MailTemplates&) = delete;

  /// Renders one mail. `subject` must be one line; the text must be complete without the HTML.
  [[nodiscard]] virtual MailContent render(std::string_view kind,
                                           const MailParameters& parameters) const = 0;

 protected:
  MailTemplates() = default;
};

/// The library's own words, signed with `service_name`.
[[nodiscard]] std::unique_ptr<MailTemplates> make_default_templates(std::string service_name);

}  // namespace coffeeauth
