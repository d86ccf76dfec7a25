#include "lib/mail/mail_words.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "lib/mail/library_mails.hpp"
#include "lib/mail/mustache.hpp"
#include "lib/values/unicode.hpp"

namespace coffeeauth {
namespace {

constexpr std::string_view code_part = "{{> code}}";
constexpr std::string_view words_part = "{{> words}}";
constexpr std::string_view label_part = "{{> label}}";
constexpr std::string_view button_begin = "{{#button}}";
constexpr std::string_view button_end = "{{/button}}";

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

/// What every editor may leave: a mark at the beginning, and other ends of lines.
std::string plain(std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  replace_all(text, "\r\n", "\n");
  if (!unicode::is_valid(text)) throw std::invalid_argument("it is not UTF-8");
  return text;
}

/// Takes the lines above the blank one off `text`.
void read_head(std::string& text, ReadyWords& out) {
  for (;;) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.erase(0, end + 1);
    const auto value = [&](std::string_view name) -> std::string {
      const auto at = line.find_first_not_of(' ', name.size());
      return at == std::string::npos ? std::string{} : line.substr(at);
    };
    if (line.starts_with("Subject:")) {
      out.subject = value("Subject:");
    } else if (line.starts_with("Preview:")) {
      out.preview = value("Preview:");
    } else if (line.empty() && !out.subject.empty()) {
      return;
    } else {
      throw std::invalid_argument(
          "it begins with `Subject: ...`, perhaps `Preview: ...`, and a blank line");
    }
  }
}

/// Puts the button around each label in `html`.
void put_buttons(std::string& html, const std::string& button) {
  for (auto at = html.find(button_begin); at != std::string::npos;
       at = html.find(button_begin, at)) {
    const auto label = at + button_begin.size();
    const auto end = html.find(button_end, label);
    auto whole = button;
    replace_all(whole, label_part, std::string_view{html}.substr(label, end - label));
    html.replace(at, end + button_end.size() - at, whole);
    at += whole.size();
  }
}

template <class Read>
auto in_file(const std::string& name, Read read) {
  try {
    return read();
  } catch (const std::invalid_argument& failure) {
    throw std::invalid_argument(name + ": " + failure.what());
  }
}

std::string checked_part(const std::string& name, std::string own, std::string_view usual,
                         std::string_view needed) {
  if (own.empty()) return std::string{usual};
  return in_file(name, [&] {
    own = plain(std::move(own));
    static_cast<void>(mustache::names_in(own, {"words", "label"}));
    if (own.find(needed) == std::string::npos) {
      throw std::invalid_argument("it must hold " + std::string{needed});
    }
    return own;
  });
}

}  // namespace

MailFrame checked_frame(MailFrame frame) {
  return {
      .layout = checked_part("layout.html", std::move(frame.layout), library_layout(), words_part),
      .code = checked_part("code.html", std::move(frame.code), library_code(), "{{code}}"),
      .button = checked_part("button.html", std::move(frame.button), library_button(), label_part)};
}

ReadyWords make_ready(std::string_view kind, const MailWords& words, const MailFrame& frame) {
  const auto file = words.language + "/" + std::string{kind};
  ReadyWords out;
  in_file(file + ".txt", [&] {
    auto text = plain(words.text);
    out.text_names = mustache::names_in(text, {});
    read_head(text, out);
    // A section that begins in the head and ends below it would be broken in both.
    for (const auto& piece : {out.subject, out.preview, text}) {
      static_cast<void>(mustache::names_in(piece, {}));
    }
    out.text = std::move(text);
  });
  if (words.html.empty()) return out;
  in_file(file + ".html", [&] {
    auto html = plain(words.html);
    out.html_names = mustache::names_in(html, {"code"});
    if (html.find(code_part) != std::string::npos) out.html_names.emplace("code");
    if (out.html_names.erase("button") > 0) out.html_names.emplace("link");
    replace_all(html, code_part, frame.code);
    put_buttons(html, frame.button);
    out.html = frame.layout;
    replace_all(out.html, words_part, html);
    // {{> code }}, {{# button }}: a part that is written in another way was not found above.
    if (mustache::names_in(out.html, {}).contains("button")) {
      throw std::invalid_argument("a button is {{#button}}...{{/button}}, without blanks");
    }
  });
  return out;
}

}  // namespace coffeeauth
