#include "lib/config/notice_field.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "coffeeauth/value_text.hpp"

namespace coffeeauth {
namespace {

constexpr std::string_view setting = "NOTICES";
constexpr std::string_view all_notices = "all";
constexpr std::string_view notices_expected =
    "all, or notices that are omitted, each with a minus: -password_changed";

bool is_notice_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

/// What a text leaves out; nothing when it is malformed.
std::optional<std::vector<std::string>> parse_notices(std::string_view text) {
  std::vector<std::string> left_out;
  auto parts = parse_list(text);
  if (parts.empty()) return std::nullopt;
  if (is_word(parts.front(), all_notices)) parts.erase(parts.begin());
  for (const auto& part : parts) {
    // A name alone could as well mean that it is the only one to be sent.
    if (!part.starts_with('-') || !is_notice_word(std::string_view{part}.substr(1))) {
      return std::nullopt;
    }
    left_out.push_back(part.substr(1));
  }
  return left_out;
}

std::string notices_text(const std::vector<std::string>& left_out) {
  if (left_out.empty()) return std::string{all_notices};
  std::vector<std::string> parts;
  for (const auto& kind : left_out) parts.push_back("-" + kind);
  return to_list_text(parts);
}

}  // namespace

ConfigField notice_field(NoticeConfig& notices) {
  return {.name = std::string{setting},
          .description =
              "Notices to account owners: all, or the ones that are omitted, each with a "
              "minus before it (`-password_changed`).",
          .expects = std::string{notices_expected},
          .get = [&notices] { return notices_text(notices.left_out); },
          .set =
              [&notices](std::string_view text) {
                auto left_out = parse_notices(text);
                if (left_out) notices.left_out = *std::move(left_out);
                return left_out.has_value();
              }};
}

std::optional<FieldError> check_notices(const NoticeConfig& notices,
                                        const std::vector<MailKind>& further) {
  if (notices.left_out.empty()) return std::nullopt;
  std::set<std::string> known;
  const auto take = [&known](const std::vector<MailKind>& kinds) {
    for (const auto& kind : kinds) {
      if (kind.is_notice) known.insert(kind.name);
    }
  };
  take(library_mail_kinds());
  take(further);
  const auto& left_out = notices.left_out;
  if (std::all_of(left_out.begin(), left_out.end(),
                  [&](const std::string& kind) { return known.contains(kind); })) {
    return std::nullopt;
  }
  const std::vector<std::string> names{known.begin(), known.end()};
  return detail::must_be(setting, "unknown_notice", "all, or omit some of " + notices_text(names));
}

}  // namespace coffeeauth
