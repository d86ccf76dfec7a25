#include "resp.hpp"

#include <array>
#include <utility>

namespace coffeeauth::redis {
namespace {

constexpr std::int64_t most_items = 1'024;
constexpr int most_levels = 4;
constexpr std::size_t longest_line = 64 * 1024;
constexpr std::string_view line_end = "\r\n";

using Outcome = std::variant<Parsed, Incomplete, Malformed>;

/// Digits with an optional minus, at most 18 of them: no overflow, no `+`, no blanks.
std::optional<std::int64_t> parse_integer(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

Outcome parse_bulk(std::string_view input, std::size_t header, std::int64_t length) {
  if (length == -1) return Parsed{{.kind = Reply::Kind::nil}, header};
  if (length < 0) return Malformed{};
  const auto size = static_cast<std::size_t>(length);
  if (size > most_octets) return Malformed{};
  if (input.size() < header + size + line_end.size()) return Incomplete{};
  if (input.substr(header + size, line_end.size()) != line_end) return Malformed{};
  return Parsed{{.kind = Reply::Kind::bulk, .text = std::string{input.substr(header, size)}},
                header + size + line_end.size()};
}

/// How deep in arrays an item is, and how many more there may be in the whole reply: arrays of
/// arrays would be a thousand times a thousand.
struct Bounds {
  int level = 0;
  std::int64_t& items_left;
};

Outcome parse_any(std::string_view input, Bounds bounds);

Outcome parse_array(std::string_view input, std::size_t header, std::int64_t count, Bounds bounds) {
  if (count == -1) return Parsed{{.kind = Reply::Kind::nil}, header};
  if (count < 0 || count > bounds.items_left || bounds.level >= most_levels) return Malformed{};
  bounds.items_left -= count;
  Parsed array{{.kind = Reply::Kind::array}, header};
  for (std::int64_t i = 0; i < count; ++i) {
    auto item = parse_any(input.substr(array.size), {bounds.level + 1, bounds.items_left});
    auto* const parsed = std::get_if<Parsed>(&item);
    if (parsed == nullptr) return item;
    array.reply.items.push_back(std::move(parsed->reply));
    array.size += parsed->size;
  }
  return array;
}

Outcome parse_any(std::string_view input, Bounds bounds) {
  const auto end = input.find(line_end);
  if (end == std::string_view::npos) {
    if (input.size() > longest_line) return Malformed{};
    return Incomplete{};
  }
  if (end == 0) return Malformed{};
  const auto line = input.substr(1, end - 1);
  const auto header = end + line_end.size();
  if (input.front() == '+') {
    return Parsed{{.kind = Reply::Kind::status, .text = std::string{line}}, header};
  }
  if (input.front() == '-') {
    return Parsed{{.kind = Reply::Kind::error, .text = std::string{line}}, header};
  }
  const auto number = parse_integer(line);
  if (!number) return Malformed{};
  switch (input.front()) {
    case ':':
      return Parsed{{.kind = Reply::Kind::integer, .integer = *number}, header};
    case '$':
      return parse_bulk(input, header, *number);
    case '*':
      return parse_array(input, header, *number, bounds);
    default:
      return Malformed{};
  }
}

}  // namespace

std::variant<Parsed, Incomplete, Malformed> parse_reply(std::string_view input) {
  // A server that does not begin like one is not waited for.
  constexpr std::string_view kinds = "+-:$*";
  if (!input.empty() && kinds.find(input.front()) == std::string_view::npos) return Malformed{};
  if (input.size() > most_octets + longest_line) return Malformed{};
  auto items_left = most_items;
  return parse_any(input, {0, items_left});
}

std::string serialise_command(const std::vector<std::string_view>& words) {
  // The sign, 20 digits and the line ends.
  constexpr std::size_t most_around = 32;
  std::size_t size = most_around;
  for (const auto word : words) size += word.size() + most_around;
  std::string out;
  out.reserve(size);
  out += "*" + std::to_string(words.size());
  out += line_end;
  for (const auto word : words) {
    out += "$" + std::to_string(word.size());
    out += line_end;
    out += word;
    out += line_end;
  }
  return out;
}

DownReason reason_of(const Reply& error) noexcept {
  using enum DownReason;
  constexpr std::array<std::pair<std::string_view, DownReason>, 8> words{
      {{"NOAUTH", credentials},
       {"WRONGPASS", credentials},
       {"NOPERM", not_permitted},
       {"READONLY", read_only},
       {"OOM", full},
       {"LOADING", starting},
       {"MASTERDOWN", starting},
       {"BUSY", timed_out}}};
  for (const auto& [word, reason] : words) {
    // A script's failure quotes the word of the command that failed in it.
    if (error.text.find(word) != std::string::npos) return reason;
  }
  return other;
}

}  // namespace coffeeauth::redis
