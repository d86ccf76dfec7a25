#include "coffeeauth/bearer.hpp"

#include <algorithm>
#include <cstddef>

namespace coffeeauth {
namespace {

constexpr std::string_view scheme = "bearer";
constexpr std::size_t longest_token = 4096;

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_b64token(std::string_view text) noexcept {
  const auto end = text.find_last_not_of('=');
  return end != std::string_view::npos &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end) + 1, [](char c) {
           return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~' ||
                  c == '+' || c == '/';
         });
}

bool is_bearer(std::string_view word) noexcept {
  return word.size() == scheme.size() &&
         std::equal(word.begin(), word.end(), scheme.begin(), [](char typed, char lower) {
           return (typed >= 'A' && typed <= 'Z' ? typed - 'A' + 'a' : typed) == lower;
         });
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

Result<std::string_view> bearer_token(std::string_view authorization) noexcept {
  const auto value = trimmed(authorization);
  const auto blank = std::min(value.find_first_of(" \t"), value.size());
  if (!is_bearer(value.substr(0, blank))) return ErrorCode::not_authenticated;
  const auto token = trimmed(value.substr(blank));
  if (token.size() > longest_token || !is_b64token(token)) return ErrorCode::token_invalid;
  return token;
}

}  // namespace coffeeauth
