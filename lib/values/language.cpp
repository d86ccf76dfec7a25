#include "coffeeauth/language.hpp"

#include <algorithm>
#include <span>

#include "lib/values/ascii.hpp"

namespace coffeeauth {
namespace {

bool is_tag_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_tag_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool has_only_letters(std::string_view text, std::size_t count) {
  return text.size() == count && std::all_of(text.begin(), text.end(), is_tag_letter);
}

bool is_primary(std::string_view subtag) {
  return has_only_letters(subtag, 2) || has_only_letters(subtag, 3);
}
bool is_script(std::string_view subtag) { return has_only_letters(subtag, 4); }
bool is_region(std::string_view subtag) {
  return has_only_letters(subtag, 2) ||
         (subtag.size() == 3 && std::all_of(subtag.begin(), subtag.end(), is_tag_digit));
}

/// Takes what is before the next hyphen off the front.
std::string_view take_subtag(std::string_view& rest) {
  const auto subtag = rest.substr(0, rest.find('-'));
  rest.remove_prefix(std::min(subtag.size() + 1, rest.size()));
  return subtag;
}

/// Subtags of one to eight letters or digits, with a hyphen between each two (RFC 5646 2.1).
bool is_well_formed(std::string_view tag) {
  if (tag.empty() || tag.back() == '-') return false;
  while (!tag.empty()) {
    const auto subtag = take_subtag(tag);
    if (subtag.empty() || subtag.size() > 8 ||
        !std::all_of(subtag.begin(), subtag.end(),
                     [](char c) { return is_tag_letter(c) || is_tag_digit(c); })) {
      return false;
    }
  }
  return true;
}

/// The first `count` letters in upper case, the others in lower case.
std::string with_capitals(std::string_view subtag, std::size_t count) {
  auto text = ascii_lower(subtag);
  for (auto& c : std::span{text}.first(std::min(count, text.size()))) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

}  // namespace

Result<Language> Language::parse(std::string_view typed) {
  if (typed.empty()) return field_error("language", "required", "This field may not be blank.");
  if (typed.size() > max_length) {
    return field_error("language", "too_long", "Enter a language tag of at most 35 characters.");
  }
  auto rest = typed;
  const auto primary = take_subtag(rest);
  if (!is_well_formed(typed) || !is_primary(primary)) {
    return field_error("language", "invalid", "Enter a language tag, such as de or pt-BR.");
  }
  auto tag = ascii_lower(primary);
  auto subtag = take_subtag(rest);
  if (is_script(subtag)) {
    tag.append("-").append(with_capitals(subtag, 1));
    subtag = take_subtag(rest);
  }
  if (is_region(subtag)) tag.append("-").append(with_capitals(subtag, subtag.size()));
  return Language{std::move(tag)};
}

Language Language::restore(std::string tag) { return Language{std::move(tag)}; }

}  // namespace coffeeauth
