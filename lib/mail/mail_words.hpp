#pragma once
/// One kind's words in one language, made ready for rendering. Private to lib/mail.

#include <set>
#include <string>

#include "coffeeauth/mail_templates.hpp"

namespace coffeeauth {

/// Mustache sources without parts: what a rendering needs and nothing else.
struct ReadyWords {
  std::string subject;
  std::string preview;
  std::string text;
  /// The whole document; empty for a plain-text mail.
  std::string html;
  /// Names that subject, preview and text use, and those that the HTML does.
  std::set<std::string, std::less<>> text_names;
  std::set<std::string, std::less<>> html_names;
};

/// `frame` with the library's own in place of what is empty. Throws std::invalid_argument, which
/// begins with the file's name, for what is no frame.
[[nodiscard]] MailFrame checked_frame(MailFrame frame);

/// Throws std::invalid_argument, which begins with `language/kind.txt: ` or `.html: `.
[[nodiscard]] ReadyWords make_ready(std::string_view kind, const MailWords& words,
                                    const MailFrame& frame);

}  // namespace coffeeauth
