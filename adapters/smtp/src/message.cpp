#include "message.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "adapters/net/src/base64.hpp"
#include "encoding.hpp"

namespace coffeeauth::smtp {
namespace {

constexpr std::size_t longest_plain_text = 64;
constexpr std::string_view encoding_field = "Content-Transfer-Encoding";
/// No line of a body begins with two hyphens, whatever it is encoded in.
constexpr std::string_view boundary = "=_coffeeauth_alternative";

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// A header field; refuses what could end its line.
std::string field(std::string_view name, std::string_view value) {
  const bool controlled = std::any_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
  if (controlled) {
    throw std::invalid_argument("a mail header must not hold control characters");
  }
  return std::string{name} + ": " + std::string{value} + std::string{line_end};
}

/// A field whose value was encoded, and may be folded by that.
std::string text_field(std::string_view name, std::string_view text) {
  static_cast<void>(field(name, text));
  return std::string{name} + ": " + encode_header_text(text) + std::string{line_end};
}

/// How many octets from `text` fit into `room` without cutting a UTF-8 sequence.
std::size_t whole_characters(std::string_view text, std::size_t room) {
  auto size = std::min(room, text.size());
  while (size > 0 && size < text.size() &&
         (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  return size;
}

std::string address_field(std::string_view name, const Sender& sender) {
  if (sender.name.empty()) return field(name, sender.address);
  static_cast<void>(field(name, sender.name));
  std::string shown = encode_header_text(sender.name);
  if (is_printable_ascii(sender.name) && sender.name.size() <= longest_plain_text) {
    shown = "\"";
    for (const char c : sender.name) {
      if (c == '"' || c == '\\') shown += '\\';
      shown += c;
    }
    shown += '"';
  }
  static_cast<void>(field(name, sender.address));
  return std::string{name} + ": " + shown + "\r\n <" + sender.address + ">" + std::string{line_end};
}

std::string body_part(std::string_view subtype, std::string_view text, Octets octets) {
  const auto encoded = encode_text(text, octets);
  return field("Content-Type", "text/" + std::string{subtype} + "; charset=utf-8") +
         field(encoding_field, encoded.encoding) + std::string{line_end} + encoded.body;
}

/// The first body part behind `type`: what stands behind its transfer encoding, up to the boundary.
std::optional<std::string> read_part(std::string_view message, std::string_view type) {
  // At the beginning of a line: other fields may hold the words, too.
  constexpr std::string_view marker = "\r\nContent-Transfer-Encoding: ";
  message.remove_prefix(std::min(message.find(type), message.size()));
  const auto at = message.find(marker);
  const auto head_end = message.find("\r\n\r\n", at);
  if (at == std::string_view::npos || head_end == std::string_view::npos) return std::nullopt;
  const auto encoding = message.substr(at + marker.size(), head_end - at - marker.size());
  auto body = message.substr(head_end + 4);
  body = body.substr(0, body.find("\r\n--" + std::string{boundary}));
  if (encoding == "7bit" || encoding == "8bit") return std::string{body};
  if (encoding == "quoted-printable") return decode_quoted_printable(body);
  return std::nullopt;
}

std::string_view header_value(std::string_view head, std::string_view name) {
  const auto start = head.find(std::string{line_end} + std::string{name} + ": ");
  if (start == std::string_view::npos) return {};
  const auto value = head.substr(start + 2 + name.size() + 2);
  // Up to the first line end that is not followed by a fold.
  for (std::size_t at = value.find(line_end); at != std::string_view::npos;
       at = value.find(line_end, at + 2)) {
    if (at + 2 >= value.size() || value[at + 2] != ' ') return value.substr(0, at);
  }
  return value;
}

std::string decode_header_text(std::string_view text) {
  std::string out;
  bool after_word = false;
  while (!text.empty()) {
    if (text.starts_with("=?UTF-8?B?")) {
      const auto end = text.find("?=", 10);
      const auto bytes =
          net::decode_base64(text.substr(10, end == std::string_view::npos ? 0 : end - 10));
      if (end == std::string_view::npos || !bytes) return out;
      out += *bytes;
      text.remove_prefix(end + 2);
      after_word = true;
      continue;
    }
    const auto blank = text.find_first_not_of(" \r\n");
    if (after_word && blank != std::string_view::npos && text.substr(blank).starts_with("=?")) {
      text.remove_prefix(blank);
      continue;
    }
    if (text.front() != '\r' && text.front() != '\n') out += text.front();
    text.remove_prefix(1);
    after_word = false;
  }
  return out;
}

}  // namespace

std::string encode_header_text(std::string_view text) {
  // What is longer than a line is encoded, too: encoded words can be folded anywhere.
  if (text.size() <= longest_plain_text && is_printable_ascii(text) &&
      text.find("=?") == std::string_view::npos) {
    return std::string{text};
  }
  constexpr std::size_t octets_a_word = 39;  // 52 characters of base64 and 12 of frame
  std::string out;
  while (!text.empty()) {
    const auto size = whole_characters(text, octets_a_word);
    if (size == 0) throw std::invalid_argument("a mail header must be UTF-8");
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + net::encode_base64(text.substr(0, size)) + "?=";
    text.remove_prefix(size);
  }
  return out;
}

std::string to_message_date(UtcTime time) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  std::array<char, 64> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
      days.at(std::chrono::weekday{day}.c_encoding()), static_cast<unsigned>(date.day()),
      months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string with_host(std::string_view message_id, std::string_view host) {
  const auto at = message_id.rfind('@');
  if (host.empty() || at == std::string_view::npos ||
      message_id.find('.', at) != std::string_view::npos) {
    return std::string{message_id};
  }
  return std::string{message_id.substr(0, at + 1)} + std::string{host};
}

std::string compose_message(const Mail& mail, const Sender& from, std::string_view host,
                            Octets octets) {
  std::string message = field("Date", to_message_date(mail.date)) + address_field("From", from) +
                        field("To", mail.to.canonical()) + text_field("Subject", mail.subject) +
                        field("Message-ID", "<" + with_host(mail.message_id, host) + ">") +
                        field("Auto-Submitted", "auto-generated") + field("MIME-Version", "1.0");
  if (mail.html.empty()) return message + body_part("plain", mail.text, octets);
  const std::string delimiter = "\r\n--" + std::string{boundary};
  message +=
      field("Content-Type", "multipart/alternative; boundary=\"" + std::string{boundary} + "\"");
  for (const auto& part :
       {body_part("plain", mail.text, octets), body_part("html", mail.html, octets)}) {
    message += delimiter + "\r\n" + part;
  }
  return message + delimiter + "--\r\n";
}

std::optional<FolderMail> read_message(std::string_view message) {
  const auto body = message.find("\r\n\r\n");
  if (body == std::string_view::npos) return std::nullopt;
  const std::string head = "\r\n" + std::string{message.substr(0, body + 2)};
  auto text = read_part(message, "\r\nContent-Type: text/plain;");
  if (!text) return std::nullopt;
  const auto html_part = "\r\n--" + std::string{boundary} + "\r\nContent-Type: text/html;";
  auto html = read_part(message, html_part).value_or(std::string{});
  // Lines end in CR LF in a message, and as everywhere else in a Mail.
  std::erase(*text, '\r');
  std::erase(html, '\r');
  return FolderMail{.file = {},
                    .to = std::string{header_value(head, "To")},
                    .subject = decode_header_text(header_value(head, "Subject")),
                    .date = std::string{header_value(head, "Date")},
                    .text = *std::move(text),
                    .html = std::move(html)};
}

}  // namespace coffeeauth::smtp
