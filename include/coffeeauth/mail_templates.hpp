#pragma once
/// MailTemplates: the words of the mails. Give kinds and languages of your own to
/// make_default_templates(), or replace the class to render them in another way.

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

/// Everything a template may use. Lives only while the mail is being rendered.
struct MailParameters {
  /// Whom the mail is for.
  EmailAddress to;
  /// From parse_name(). Empty in every mail that a stranger can cause: a name is what its owner
  /// typed, and must not reach a mailbox that is not proved to be theirs.
  std::string first_name{};
  /// BCP 47, from sign-up; may be empty.
  std::string language{};
  /// The digits, for the kinds that carry a code.
  std::string code{};
  /// When the code or the link stops being good.
  UtcTime expires_at{};
  /// An absolute URL that holds a token, for the kinds that carry a link.
  std::string link{};
  /// When the thing happened that the mail tells of; the time of the job when it is not set.
  UtcTime at{};
  /// Values of kinds of your own, by the name that their words use. Names of the members above
  /// keep their meaning. Templates treat each value as one line of text.
  std::map<std::string, std::string> extra{};
};

/// A rendered mail, in UTF-8.
struct MailContent {
  /// One line.
  std::string subject;
  /// Plain text, complete by itself.
  std::string text;
  /// The body as HTML; empty for a plain-text mail. What a person typed must be escaped.
  std::string html;
};

/// Kinds of mail; stable words, kept in the outbox. The set is open: see MailKind.
namespace mail_kind {
/// The code that proves the mailbox.
inline constexpr std::string_view verification_code = "verification_code";
/// To the owner of an account whose address somebody signed up with: no code in it.
inline constexpr std::string_view sign_up_for_existing = "sign_up_for_existing";
/// The code that lets a login past the failures that were counted for the account.
inline constexpr std::string_view login_code = "login_code";
/// Tells the owner that the password was changed; `client` and `address` say from where, and
/// `reset_page` leads to the page that asks for a new one.
inline constexpr std::string_view password_changed = "password_changed";
/// Tells the owner of a login from a device that was not seen before; values as above.
inline constexpr std::string_view new_device_login = "new_device_login";
}  // namespace mail_kind

/// The words of one kind of mail in one language, as Mustache templates. docs/guide/mails.md lists
/// the names that they may use.
struct MailWords {
  /// A primary subtag in lower case, such as `en`.
  std::string language;
  /// `Subject: ...`, optionally `Preview: ...` (what an inbox shows beside the subject), a blank
  /// line, and the plain text.
  std::string text;
  /// The body as HTML, without MailFrame::layout around it; empty for a plain-text mail.
  std::string html{};
};

/// A kind of mail as plain data. coffeeauth_embed_mails() of CMake makes them of a folder of files.
struct MailKind {
  /// Lower-case letters, digits and underscores; the word under which its jobs are enqueued.
  std::string name;
  /// English is the language of every reader whose own is missing.
  std::vector<MailWords> words;
};

/// The HTML that mails share, as Mustache templates. An empty member stands for the library's own.
struct MailFrame {
  /// Around each mail; `{{> words}}` is where its own part goes.
  std::string layout{};
  /// What `{{> code}}` shows.
  std::string code{};
  /// What `{{#button}}label{{/button}}` shows; `{{> label}}` is where the label goes.
  std::string button{};
};

/// Callable from many threads.
class MailTemplates {
 public:
  virtual ~MailTemplates() = default;
  MailTemplates(const MailTemplates&) = delete;
  MailTemplates& operator=(const MailTemplates&) = delete;

  /// Renders one mail. `subject` must be one line; the text must be complete without the HTML.
  /// Returns nothing for a kind that it does not know: the library's own words are sent then, and
  /// where there are none either, the job is given up with the reason `template`.
  [[nodiscard]] virtual std::optional<MailContent> render(
      std::string_view kind, const MailParameters& parameters) const = 0;

 protected:
  MailTemplates() = default;
};

/// The library's own words, signed with `service_name`, and those of `further`. A kind that is
/// given again replaces the words of the languages it brings, and leaves the others.
///
/// Throws std::invalid_argument, which begins with `language/kind.txt: ` or the like, where words
/// cannot be parsed, use a name that nothing fills, or no longer hold the code or the link that
/// the replaced ones did; and where a new kind has no English.
[[nodiscard]] std::unique_ptr<MailTemplates> make_default_templates(
    std::string service_name, std::vector<MailKind> further = {}, MailFrame frame = {});

/// The library's own words, unrendered: a place to start from.
[[nodiscard]] std::vector<MailKind> library_mail_kinds();

}  // namespace coffeeauth
