#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>

#include "coffeeauth/mail_templates.hpp"
#include "lib/mail/mail_words.hpp"
#include "lib/mail/mustache.hpp"
#include "lib/mail/time_words.hpp"

namespace coffeeauth {
namespace {

constexpr std::string_view usual_language = "en";

/// What every mail may use, besides what its own kind brings.
constexpr std::array<std::string_view, 11> usual_names{
    "service", "email",     "first_name", "code",    "link",    "expires_at",
    "at",      "valid_for", "subject",    "preview", "language"};

bool is_usual(std::string_view name) {
  return std::find(usual_names.begin(), usual_names.end(), name) != usual_names.end();
}

bool is_kind_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_language(std::string_view tag) {
  return tag.size() >= 2 && tag.size() <= 8 &&
         std::all_of(tag.begin(), tag.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

/// The primary subtag, in lower case.
std::string primary_subtag(std::string_view tag) {
  std::string out{tag.substr(0, tag.find('-'))};
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

/// At most one blank line in a row, none at the ends: a section without a value leaves its own.
std::string tidied(const std::string& text) {
  std::string out;
  std::size_t breaks = 2;
  for (const char c : text) {
    breaks = c == '\n' ? breaks + 1 : 0;
    if (breaks <= 2) out += c;
  }
  const auto last = out.find_last_not_of(" \n");
  out.resize(last == std::string::npos ? 0 : last + 1);
  return out.append(1, '\n');
}

class DefaultTemplates final : public MailTemplates {
 public:
  DefaultTemplates(std::string service_name, MailFrame frame)
      : service_name_(std::move(service_name)), frame_(checked_frame(std::move(frame))) {}

  void add(const MailKind& kind) {
    if (!is_kind_name(kind.name)) {
      throw std::invalid_argument(kind.name + ": a kind is named by a-z, 0-9 and _");
    }
    const auto known = kinds_.find(kind.name);
    Languages added;
    for (const auto& words : kind.words) {
      if (!is_language(words.language)) {
        throw std::invalid_argument(words.language + "/" + kind.name +
                                    ": a language is named by its primary subtag, such as en");
      }
      auto ready = make_ready(kind.name, words, frame_);
      if (known != kinds_.end()) check_replacement(kind.name, words.language, ready, known->second);
      added.insert_or_assign(words.language, std::move(ready));
    }
    auto& all = kinds_[kind.name];
    for (auto& [language, ready] : added) all.insert_or_assign(language, std::move(ready));
    if (!all.contains(usual_language)) {
      throw std::invalid_argument(std::string{usual_language} + "/" + kind.name +
                                  ".txt: it is missing, and other languages fall back to it");
    }
  }

  [[nodiscard]] std::optional<MailContent> render(std::string_view kind,
                                                  const MailParameters& parameters) const override {
    const auto found = kinds_.find(kind);
    if (found == kinds_.end()) return std::nullopt;
    auto language = found->second.find(primary_subtag(parameters.language));
    if (language == found->second.end()) language = found->second.find(usual_language);
    const auto& words = language->second;
    auto values = values_of(parameters, language->first);
    MailContent content;
    content.subject = mustache::render(words.subject, values, mustache::Output::text);
    content.text = tidied(mustache::render(words.text, values, mustache::Output::text));
    if (words.html.empty()) return content;
    values["subject"] = content.subject;
    values["preview"] = mustache::render(words.preview, values, mustache::Output::text);
    content.html = mustache::render(words.html, values, mustache::Output::html);
    return content;
  }

 private:
  using Languages = std::map<std::string, ReadyWords, std::less<>>;

  /// A slip in a name would send a mail with a hole in it, and nobody would be told.
  static void check_replacement(const std::string& kind, const std::string& language,
                                const ReadyWords& words, const Languages& known) {
    const auto before = [&](std::string_view name) {
      return std::any_of(known.begin(), known.end(), [&](const auto& one) {
        return one.second.text_names.contains(name) || one.second.html_names.contains(name);
      });
    };
    const auto check = [&](const std::string& file, const auto& names) {
      for (const auto& name : names) {
        if (!is_usual(name) && !before(name)) {
          throw std::invalid_argument(file + ": nothing fills {{" + name + "}}");
        }
      }
      const bool has_key = before("code") || before("link");
      if (has_key && !names.contains("code") && !names.contains("link")) {
        throw std::invalid_argument(file + ": it must hold {{" +
                                    (before("code") ? "code" : "link") + "}}");
      }
    };
    const auto file = language + "/" + kind;
    check(file + ".txt", words.text_names);
    if (!words.html.empty()) check(file + ".html", words.html_names);
  }

  [[nodiscard]] mustache::Values values_of(const MailParameters& parameters,
                                           const std::string& language) const {
    mustache::Values values{parameters.extra.begin(), parameters.extra.end()};
    values["service"] = service_name_;
    values["language"] = language;
    values["email"] = parameters.to.display();
    values["first_name"] = parameters.first_name;
    values["code"] = parameters.code;
    values["link"] = parameters.link;
    const bool ends = parameters.expires_at != UtcTime{};
    const bool happened = parameters.at != UtcTime{};
    values["expires_at"] = ends ? moment_in_words(parameters.expires_at, language) : std::string{};
    values["at"] = happened ? moment_in_words(parameters.at, language) : std::string{};
    values["valid_for"] = ends && happened
                              ? span_in_words(parameters.expires_at - parameters.at, language)
                              : std::string{};
    return values;
  }

  std::string service_name_;
  MailFrame frame_;
  std::map<std::string, Languages, std::less<>> kinds_;
};

}  // namespace

std::unique_ptr<MailTemplates> make_default_templates(std::string service_name,
                                                      std::vector<MailKind> further,
                                                      MailFrame frame) {
  auto templates = std::make_unique<DefaultTemplates>(std::move(service_name), std::move(frame));
  for (const auto& kind : library_mail_kinds()) templates->add(kind);
  for (const auto& kind : further) templates->add(kind);
  return templates;
}

}  // namespace coffeeauth
