#include "http_answer.hpp"

#include <algorithm>
#include <string_view>

namespace coffeeauth::sms {
namespace {

constexpr std::string_view versions = "HTTP/1.";
/// `HTTP/1.1 200`.
constexpr std::size_t status_end = versions.size() + 1 + 1 + 3;

bool is_decimal(char c) noexcept { return c >= '0' && c <= '9'; }

/// Of `HTTP/1.1 200 OK`; nothing for another line.
std::optional<int> status_of(std::string_view line) {
  if (!line.starts_with(versions) || line.size() < status_end) return std::nullopt;
  const auto version = line[versions.size()];
  const auto digits = line.substr(status_end - 3, 3);
  if ((version != '0' && version != '1') || line[versions.size() + 1] != ' ') return std::nullopt;
  if (!std::all_of(digits.begin(), digits.end(), is_decimal) || digits[0] == '0') {
    return std::nullopt;
  }
  if (line.size() > status_end && line[status_end] != ' ') return std::nullopt;
  return (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
}

/// Whether what came so far can still become a status line: a server that speaks another protocol
/// is not waited for.
bool may_be_status_line(std::string_view start) {
  const auto known = std::min(start.size(), versions.size());
  return start.substr(0, known) == versions.substr(0, known);
}

}  // namespace

HeadRead read_head(const std::string& buffer) {
  for (std::size_t gone = 0;;) {
    const std::string_view rest = std::string_view{buffer}.substr(gone);
    const auto end = rest.find("\r\n\r\n");
    if (end == std::string_view::npos) {
      const bool is_malformed = !may_be_status_line(rest) || buffer.size() > longest_heads;
      return {.is_malformed = is_malformed};
    }
    const auto status = status_of(rest.substr(0, rest.find("\r\n")));
    if (!status || gone + end > longest_heads) return {.is_malformed = true};
    // 101 answers a question that was not asked.
    if (*status == 101) return {.is_malformed = true};
    if (*status >= 200) return {.status = status};
    gone += end + 4;
  }
}

}  // namespace coffeeauth::sms
