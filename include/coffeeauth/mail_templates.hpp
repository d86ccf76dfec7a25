#pragma once
/// MailTemplates: the texts of the mails. Pass your own kinds and languages to
/// make_default_templates(), or implement the class to render them differently.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The values that a template may use. Valid only while the mail is being rendered.
struct MailParameters {
  /// The recipient.
  EmailAddress to;
  /// From parse_name(). Empty in every mail that a stranger can cause: otherwise a stranger could
  /// sign up with somebody else's address, and send a text of their choice to its mailbox.
  std::string first_name{};
  /// BCP 47, stored with the job: User::language if known, or else the language of the client that
  /// caused the mail; may be empty.
  std::string language{};
  /// The digits of the code, for kinds of mail that have one.
  std::string code{};
  /// When the code or the link expires.
  UtcTime expires_at{};
  /// An absolute URL with a token, for kinds of mail that have a link.
  std::string link{};
  /// When the reported event happened; if not set, the time of the job.
  UtcTime at{};
  /// Values for your own kinds, by the names that their texts use. They cannot replace the members
  /// above. Templates treat each value as one line of text.
  std::map<std::string, std::string> extra{};
};

/// A rendered mail, in UTF-8.
struct MailContent {
  /// The subject, as one line of text.
  std::string subject;
  /// Plain text, complete by itself.
  std::string text;
  /// The HTML body; empty for a plain-text mail. User input in it must be escaped.
  std::string html;
};

/// Kinds of mail: stable words, stored in the outbox. The set is open: see MailKind.
namespace mail_kind {
/// The code that verifies the mailbox.
inline constexpr std::string_view verification_code = "verification_code";
/// Sent to an account's owner when somebody signs up with its address; contains no code.
inline constexpr std::string_view sign_up_for_existing = "sign_up_for_existing";
/// The code that lets a user log in despite failures counted for the account.
inline constexpr std::string_view login_code = "login_code";
/// Notifies the owner of a changed password; `client` and `address` tell where it was changed, and
/// `reset_page` links to the page that requests a password reset.
inline constexpr std::string_view password_changed = "password_changed";
/// Notifies the former mailbox of a changed address; `new_email` is the new address, `link` undoes
/// the change, and `by_administrator` is set if an administrator made it.
inline constexpr std::string_view email_changed = "email_changed";
}  // namespace mail_kind

/// The text of one kind of mail in one language, as Mustache templates. docs/guide/mails.md lists
/// the available names.
struct MailWords {
  /// A primary language subtag in lower case, such as `en`.
  std::string language;
  /// `Subject: ...`, optionally `Preview: ...` (shown beside the subject in an inbox), a blank
  /// line, and the plain text.
  std::string text;
  /// The HTML body, without MailFrame::layout; empty for a plain-text mail.
  std::string html{};
};

/// A kind of mail, as plain data. CMake's coffeeauth_embed_mails() makes it from a folder of files.
struct MailKind {
  /// Lower-case letters, digits and underscores; the name used to enqueue its mails.
  std::string name;
  /// English is used for readers whose language is missing.
  std::vector<MailWords> words;
  /// Whether the mail only informs the account owner (Kernel::notify()), so that an operator may
  /// omit it: see NoticeConfig. False for a mail with a code or with a link that the recipient
  /// needs.
  bool is_notice = false;
};

/// HTML shared by all mails, as Mustache templates. An empty member selects the library's default.
struct MailFrame {
  /// The frame around each mail; `{{> words}}` marks where the mail's own HTML goes.
  std::string layout{};
  /// What `{{> code}}` renders.
  std::string code{};
  /// What `{{#button}}label{{/button}}` renders; `{{> label}}` marks where the label goes.
  std::string button{};
};

/// Renders mails. Must be thread-safe.
class MailTemplates {
 public:
  virtual ~MailTemplates() = default;
  MailTemplates(const MailTemplates&) = delete;
  MailTemplates& operator=(const MailTemplates&) = delete;

  /// Renders one mail. `subject` must be one line; the text must be complete without the HTML.
  /// Returns nothing for an unknown kind: then the library's own texts are used, and if it has none
  /// either, the mail is given up with the reason `template`.
  [[nodiscard]] virtual std::optional<MailContent> render(
      std::string_view kind, const MailParameters& parameters) const = 0;

 protected:
  MailTemplates() = default;
};

/// Makes templates of the library's own texts, signed with `service_name`, and those of `further`.
/// If `further` contains a kind that exists already, its texts replace those in the same languages;
/// texts in other languages are kept.
///
/// Throws std::invalid_argument when a text cannot be parsed, uses an unknown name, or omits the
/// code or link of the text it replaces, and when a new kind lacks English. The message begins with
/// the kind or text at fault, such as `en/login_code.txt: `.
[[nodiscard]] std::unique_ptr<MailTemplates> make_default_templates(
    std::string service_name, std::vector<MailKind> further = {}, MailFrame frame = {});

/// Returns the library's own texts, unrendered, as a starting point. Thread-safe.
[[nodiscard]] std::vector<MailKind> library_mail_kinds();

}  // namespace coffeeauth
