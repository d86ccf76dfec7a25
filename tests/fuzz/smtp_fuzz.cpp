// What a mail server says, and the mail that goes to it.

#include <algorithm>
#include <string>

#include "adapters/smtp/src/message.hpp"
#include "adapters/smtp/src/wire.hpp"
#include "coffeeauth/smtp/smtp.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth::smtp {
namespace {

using fuzz::hold;

void check_reply(std::string_view input) {
  const auto outcome = parse_reply(input);
  const auto* const parsed = std::get_if<Parsed>(&outcome);
  if (parsed == nullptr) {
    hold(!std::holds_alternative<Incomplete>(outcome) || input.size() <= 102'000,
         "an endless reply is not waited for");
    return;
  }
  const auto& reply = parsed->reply;
  hold(reply.code >= 200 && reply.code < 600, "a code has three digits");
  hold(!reply.lines.empty() && reply.lines.size() <= 100, "a reply has 1 to 100 lines");
  hold(parsed->size <= input.size() && input[parsed->size - 1] == '\n', "a reply ends a line");
  for (const auto& line : reply.lines) {
    hold(line.find('\n') == std::string::npos, "a line is one line");
  }
  // However it arrives: each beginning is waited on, and what follows changes nothing.
  for (std::size_t size = 0; size < parsed->size; ++size) {
    hold(std::holds_alternative<Incomplete>(parse_reply(input.substr(0, size))),
         "the beginning of a reply is not a reply yet");
  }
  const auto alone = parse_reply(input.substr(0, parsed->size));
  hold(std::get<Parsed>(alone).reply.lines == reply.lines, "a reply is read up to its end");
  static_cast<void>(read_capabilities(reply));
}

void check_data(std::string_view input) {
  const auto data = to_data(input);
  hold(data.ends_with(".\r\n"), "a message is ended");
  hold(data.find("\r\n.\r\n") == std::string::npos || data.find("\r\n.\r\n") + 5 == data.size(),
       "nothing inside a message ends it");
  for (std::size_t at = 0; at < data.size(); ++at) {
    hold(data[at] != '\n' || (at > 0 && data[at - 1] == '\r'), "no LF goes out alone");
    hold(data[at] != '\r' || data[at + 1] == '\n', "no CR goes out alone");
  }
}

/// Subject and text as somebody's name could make them.
void check_message(std::string_view input) {
  fuzz::Pieces pieces{input};
  const std::string subject{pieces.line()};
  const std::string text{pieces.rest()};
  const Mail mail{.to = EmailAddress::parse("ada@example.org").value(),
                  .subject = subject,
                  .text = text,
                  .html = {},
                  .message_id = "1@coffeeauth"};
  std::string message;
  try {
    message = compose_message(mail, Sender{.address = "service@example.org", .name = subject});
  } catch (const std::invalid_argument&) {
    return;
  }
  const auto head = message.substr(0, message.find("\r\n\r\n") + 2);
  std::size_t fields = 0;
  std::size_t begin = 0;
  while (begin < head.size()) {
    const auto end = head.find("\r\n", begin);
    fields += head[begin] != ' ' ? 1 : 0;
    hold(end - begin <= 998, "no line of a head is too long");
    begin = end + 2;
  }
  hold(fields == 9, "no text begins a field of its own");
  hold(std::all_of(message.begin(), message.end(),
                   [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\r' || c == '\n'; }),
       "a message is ASCII");
  const auto read = read_message(message);
  hold(read.has_value() && read->to == "ada@example.org", "a message can be read");
  hold(read->subject == subject, "a subject reads as it was");
  auto expected = text;
  std::erase(expected, '\r');
  hold(read->text == expected, "a text reads as it was");
  const auto in_file = read_message(
      compose_message(mail, Sender{.address = "service@example.org"}, {}, Octets::eight_bit));
  hold(in_file.has_value() && in_file->text == expected, "a text in a file reads as it was");
}

}  // namespace
}  // namespace coffeeauth::smtp

COFFEEAUTH_FUZZ_TARGET(smtp) {
  using namespace coffeeauth::smtp;
  check_reply(input);
  check_data(input);
  check_message(input);
  static_cast<void>(read_message(input));
  try {
    const auto sender = parse_sender(input);
    coffeeauth::fuzz::hold(sender.address.find_first_of("\r\n<> ") == std::string::npos &&
                               sender.name.find_first_of("\r\n") == std::string::npos,
                           "a sender is one line");
  } catch (const std::invalid_argument&) {
    return;
  }
}
