#include "wire.hpp"

#include <algorithm>
#include <cstring>

#include "adapters/net/src/base64.hpp"
#include "encoding.hpp"

namespace coffeeauth::smtp {
namespace {

constexpr std::size_t longest_reply_line = 1'000;
constexpr std::size_t most_lines = 100;

bool is_decimal(char c) { return c >= '0' && c <= '9'; }

/// The code that begins a line; 0 when none does.
int code_of(std::string_view line) {
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_decimal(line[1]) ||
      !is_decimal(line[2])) {
    return 0;
  }
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

bool equal_ignoring_case(std::string_view a, std::string_view upper) {
  return std::equal(a.begin(), a.end(), upper.begin(), upper.end(), [](char x, char y) {
    return (x >= 'a' && x <= 'z' ? static_cast<char>(x - 'a' + 'A') : x) == y;
  });
}

void copy_into(std::span<std::byte>& room, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(room.data(), bytes.data(), bytes.size());
  room = room.subspan(bytes.size());
}

}  // namespace

std::variant<Parsed, Incomplete, Malformed> parse_reply(std::string_view input) {
  Parsed parsed;
  while (parsed.reply.lines.size() < most_lines) {
    const auto rest = input.substr(parsed.size);
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) {
      if (rest.size() > longest_reply_line) return Malformed{};
      return Incomplete{};
    }
    if (end == 0 || end > longest_reply_line || rest[end - 1] != '\r') return Malformed{};
    const auto line = rest.substr(0, end - 1);
    const int code = code_of(line);
    if (code == 0 || (!parsed.reply.lines.empty() && code != parsed.reply.code)) {
      return Malformed{};
    }
    parsed.reply.code = code;
    parsed.reply.lines.emplace_back(line.substr(std::min<std::size_t>(4, line.size())));
    parsed.size += end + 1;
    if (line.size() == 3 || line[3] == ' ') return parsed;
  }
  return Malformed{};
}

Capabilities read_capabilities(const Reply& ehlo) {
  Capabilities found;
  // The first line is the server's greeting.
  for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {
    std::string_view line = ehlo.lines[i];
    std::vector<std::string_view> words;
    while (!line.empty()) {
      // Old servers say `AUTH=`.
      const auto end = std::min(line.find_first_of(" ="), line.size());
      if (end > 0) words.push_back(line.substr(0, end));
      line.remove_prefix(std::min(end + 1, line.size()));
    }
    if (words.empty()) continue;
    found.starttls |= equal_ignoring_case(words.front(), "STARTTLS");
    found.pipelining |= equal_ignoring_case(words.front(), "PIPELINING");
    if (!equal_ignoring_case(words.front(), "AUTH")) continue;
    for (const auto word : words) {
      found.plain |= equal_ignoring_case(word, "PLAIN");
      found.xoauth2 |= equal_ignoring_case(word, "XOAUTH2");
      found.login |= equal_ignoring_case(word, "LOGIN");
    }
  }
  return found;
}

std::string to_data(std::string_view message) {
  std::string data;
  data.reserve(message.size() + 16);
  bool at_line_start = true;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const char c = message[i];
    if (c == '\r' || c == '\n') {
      // A lone CR or LF is a line's end to some servers and none to others; so none goes out.
      if (c == '\r' && i + 1 < message.size() && message[i + 1] == '\n') ++i;
      data += "\r\n";
      at_line_start = true;
      continue;
    }
    if (at_line_start && c == '.') data += '.';
    data += c;
    at_line_start = false;
  }
  if (!at_line_start) data += "\r\n";
  return data + ".\r\n";
}

Secret secret_line(std::string_view before, const Secret& bytes) {
  const auto encoded = net::encode_base64(bytes);
  auto line = Secret::of_size(before.size() + encoded.size() + line_end.size());
  auto room = line.writable();
  for (const auto part : {before, encoded.expose_secret(), line_end}) copy_into(room, part);
  return line;
}

Secret plain_message(std::string_view username, const Secret& password) {
  // of_size() is zeros, and the two that PLAIN wants stand before the name and the password.
  auto message = Secret::of_size(1 + username.size() + 1 + password.size());
  auto room = message.writable().subspan(1);
  copy_into(room, username);
  room = room.subspan(1);
  copy_into(room, password.expose_secret());
  return message;
}

Secret xoauth2_message(std::string_view username, const Secret& token) {
  constexpr std::string_view before = "user=";
  constexpr std::string_view between =
      "\x01"
      "auth=Bearer ";
  constexpr std::string_view after = "\x01\x01";
  auto message = Secret::of_size(before.size() + username.size() + between.size() + token.size() +
                                 after.size());
  auto room = message.writable();
  for (const auto part : {before, username, between, token.expose_secret(), after}) {
    copy_into(room, part);
  }
  return message;
}

}  // namespace coffeeauth::smtp
