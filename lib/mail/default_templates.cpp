#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "coffeeauth/mail_templates.hpp"

namespace coffeeauth {
namespace {

/// The sentences of one kind of mail in one language. `{service}`, `{code}` and `{until}` are
/// filled in.
struct Words {
  std::string_view subject;
  std::string_view greeting;
  std::string_view lead;
  /// Shown large, on a line of its own; empty for none.
  std::string_view highlight;
  std::string_view closing;
};

struct Language {
  std::string_view tag;
  Words verification_code;
  Words sign_up_for_existing;
  Words login_code;
};

const Words& words_for(std::string_view kind, const Language& language) {
  if (kind == mail_kind::verification_code) return language.verification_code;
  if (kind == mail_kind::login_code) return language.login_code;
  return language.sign_up_for_existing;
}

constexpr std::array<Language, 2> languages{
    {{"en",
      {"{service}: your verification code", "Hello,",
       "to finish signing up at {service}, enter this code:", "{code}",
       "The code is good until {until}. If you did not ask for it, ignore this mail: nothing "
       "happens without the code. Never give it to anybody."},
      {"{service}: somebody tried to sign up with your address", "Hello,",
       "somebody, perhaps you, just tried to sign up at {service} with this address. It already "
       "has an account, so nothing was changed.",
       "",
       "If it was you, log in with the password you chose. If it was not, there is nothing you "
       "need "
       "to do."},
      {"{service}: your login code", "Hello,",
       "to log in at {service}, enter this code beside your password:", "{code}",
       "The code is good until {until}. If you did not ask for it, ignore this mail: without your "
       "password the code opens nothing. Never give it to anybody."}},
     {"de",
      {"{service}: Ihr Bestätigungscode", "Guten Tag,",
       "um die Anmeldung bei {service} abzuschließen, geben Sie diesen Code ein:", "{code}",
       "Der Code gilt bis {until}. Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese "
       "E-Mail: Ohne den Code geschieht nichts. Geben Sie ihn an niemanden weiter."},
      {"{service}: Anmeldeversuch mit Ihrer Adresse", "Guten Tag,",
       "jemand, vielleicht Sie selbst, hat gerade versucht, sich mit dieser Adresse bei {service} "
       "zu registrieren. Dafür gibt es schon ein Konto; es wurde nichts geändert.",
       "",
       "Wenn Sie es waren, melden Sie sich mit Ihrem Passwort an. Wenn nicht, brauchen Sie nichts "
       "zu tun."},
      {"{service}: Ihr Anmeldecode", "Guten Tag,",
       "um sich bei {service} anzumelden, geben Sie diesen Code neben Ihrem Passwort ein:",
       "{code}",
       "Der Code gilt bis {until}. Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese "
       "E-Mail: Ohne Ihr Passwort öffnet der Code nichts. Geben Sie ihn an niemanden weiter."}}}};

/// The language whose tag is the primary subtag of `wanted`; English otherwise.
const Language& language_for(std::string_view wanted) {
  const auto primary = wanted.substr(0, wanted.find('-'));
  const auto* const found =
      std::find_if(languages.begin(), languages.end(), [&](const Language& language) {
        return std::equal(
            primary.begin(), primary.end(), language.tag.begin(), language.tag.end(),
            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
      });
  return found == languages.end() ? languages.front() : *found;
}

std::string until_text(UtcTime time) {
  // To the minute: people read this, and the seconds would only worry them.
  const auto text = to_rfc3339(time);
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

class DefaultTemplates final : public MailTemplates {
 public:
  explicit DefaultTemplates(std::string service_name) : service_name_(std::move(service_name)) {}

  [[nodiscard]] MailContent render(std::string_view kind,
                                   const MailParameters& parameters) const override {
    const auto& language = language_for(parameters.language);
    const auto& words = words_for(kind, language);
    const auto fill = [&](std::string_view text) { return filled(text, parameters); };
    MailContent content;
    content.subject = fill(words.subject);
    content.text = fill(words.greeting) + "\n\n" + fill(words.lead) + "\n\n";
    // Alone on its line, so that a double click or a script takes the code and nothing else.
    if (!words.highlight.empty()) content.text += fill(words.highlight) + "\n\n";
    content.text += fill(words.closing) + "\n";
    content.html = html(language.tag, words, parameters);
    return content;
  }

 private:
  [[nodiscard]] std::string filled(std::string_view text, const MailParameters& parameters) const {
    std::string out;
    while (!text.empty()) {
      const auto open = text.find('{');
      out += text.substr(0, open);
      if (open == std::string_view::npos) break;
      const auto close = text.find('}', open);
      const auto name = text.substr(open + 1, close - open - 1);
      if (name == "service") out += service_name_;
      if (name == "code") out += parameters.code;
      if (name == "until") out += until_text(parameters.expires_at);
      text.remove_prefix(close + 1);
    }
    return out;
  }

  [[nodiscard]] std::string html(std::string_view tag, const Words& words,
                                 const MailParameters& parameters) const {
    const auto paragraph = [&](std::string_view text) {
      return "<p>" + escape_html(filled(text, parameters)) + "</p>\n";
    };
    std::string out = "<!DOCTYPE html>\n<html lang=\"" + std::string{tag} +
                      "\"><head><meta charset=\"utf-8\"></head>\n"
                      "<body style=\"font-family:sans-serif;line-height:1.5\">\n";
    out += paragraph(words.greeting) + paragraph(words.lead);
    if (!words.highlight.empty()) {
      out += "<p style=\"font-size:2em;letter-spacing:.2em;font-weight:bold\">" +
             escape_html(filled(words.highlight, parameters)) + "</p>\n";
    }
    return out + paragraph(words.closing) + "</body></html>\n";
  }

  std::string service_name_;
};

}  // namespace

std::unique_ptr<MailTemplates> make_default_templates(std::string service_name) {
  return std::make_unique<DefaultTemplates>(std::move(service_name));
}

}  // namespace coffeeauth
