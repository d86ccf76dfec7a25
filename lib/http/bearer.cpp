#include "lib/http/bearer.hpp"

#include <algorithm>
#include <cstddef>

#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

constexpr std::size_t longest_token = 4096;

bool is_b64token(std::string_view text) noexcept {
  const auto end = text.find_last_not_of('=');
  return end != std::string_view::npos &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end) + 1, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.' || c == '_' || c == '~' || c == '+' || c == '/';
         });
}

}  // namespace

Bearer read_bearer(const Request& request) noexcept {
  const auto fields = request.header_count("Authorization");
  if (fields == 0) return {};
  if (fields > 1) return {BearerState::malformed, {}};
  const auto value = trim(request.header("Authorization"));
  const auto blank = std::min(value.find(' '), value.size());
  if (!equal_ignoring_case(value.substr(0, blank), "Bearer")) return {};
  const auto token = trim(value.substr(blank));
  if (token.size() > longest_token || !is_b64token(token)) return {BearerState::malformed, {}};
  return {BearerState::present, token};
}

}  // namespace coffeeauth::http
