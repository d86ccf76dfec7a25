// Reads private parts: every octet of what goes over the wire counts, and servers that send each
// of these are not to be had.
#include "adapters/smtp/src/wire.hpp"
#include "tests/exposed.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <string>
#include <string_view>

using namespace coffeeauth::smtp;
using coffeeauth::Secret;

namespace {

/// `code size first-line|second-line`, `incomplete` or `malformed`.
std::string read(std::string_view input) {
  const auto outcome = parse_reply(input);
  if (std::holds_alternative<Incomplete>(outcome)) return "incomplete";
  if (std::holds_alternative<Malformed>(outcome)) return "malformed";
  const auto& parsed = std::get<Parsed>(outcome);
  auto text = std::to_string(parsed.reply.code) + " " + std::to_string(parsed.size) + " ";
  for (const auto& line : parsed.reply.lines)
    text += (&line == &parsed.reply.lines[0] ? "" : "|") + line;
  return text;
}

Capabilities offered(std::string_view lines) {
  const auto outcome = parse_reply(lines);
  return read_capabilities(std::get<Parsed>(outcome).reply);
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("a reply is one line, or several of one code") {
  CHECK(read("250 OK\r\n") == "250 8 OK");
  CHECK(read("250\r\n") == "250 5 ");
  CHECK(read("250 \r\n") == "250 6 ");
  CHECK(read("250-a\r\n250-\r\n250 c\r\n") == "250 20 a||c");
  CHECK(read("220 a\r\n250 b\r\n") == "220 7 a");
}

TEST_CASE("a reply that is not all there waits for more") {
  const std::string whole = "250-a\r\n250 b\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(read(whole.substr(0, size)) == "incomplete");
  }
}

TEST_CASE("what is no reply is malformed") {
  for (const std::string_view text :
       {"\r\n", "\n", "25\r\n", "2x0 a\r\n", "150 a\r\n", "650 a\r\n", "250a\r\n", "2500 a\r\n",
        " 250 a\r\n", "250 a\n", "HTTP/1.1 400 Bad Request\r\n", "250-a\r\n251 b\r\n",
        "250-a\r\nb\r\n", "-50 a\r\n"}) {
    CAPTURE(text);
    CHECK(read(text) == "malformed");
  }
}

TEST_CASE("a reply has at most 100 lines of 1,000 octets") {
  const std::string longest = "250 " + std::string(995, 'x') + "\r\n";
  CHECK(read(longest) != "malformed");
  CHECK(read("250 " + std::string(996, 'x') + "\r\n") == "malformed");
  CHECK(read("250 " + std::string(2'000, 'x')) == "malformed");
  CHECK(read(repeated("250-x\r\n", 99) + "250 x\r\n") != "malformed");
  CHECK(read(repeated("250-x\r\n", 100) + "250 x\r\n") == "malformed");
  CHECK(read(repeated("250-x\r\n", 100)) == "malformed");
}

TEST_CASE("capabilities are words of lines, in any case, after the greeting") {
  auto can = offered("250-mail\r\n250-starttls\r\n250 auth Login PLAIN\r\n");
  CHECK(can.starttls);
  CHECK(can.plain);
  CHECK(can.login);

  can = offered("250-STARTTLS AUTH PLAIN\r\n250-AUTH CRAM-MD5 PLAINER\r\n250 XSTARTTLS\r\n");
  CHECK_FALSE(can.starttls);
  CHECK_FALSE(can.plain);
  CHECK_FALSE(can.login);

  CHECK(offered("250-mail\r\n250 Pipelining\r\n").pipelining);
  CHECK_FALSE(offered("250-PIPELINING\r\n250 XPIPELINING\r\n").pipelining);

  can = offered("250-mail\r\n250 AUTH=LOGIN\r\n");
  CHECK(can.login);
  CHECK_FALSE(can.plain);
}

TEST_CASE("data ends its lines in CR LF, stuffs its dots and ends in one") {
  CHECK(to_data("") == ".\r\n");
  CHECK(to_data("a") == "a\r\n.\r\n");
  CHECK(to_data("a\r\n") == "a\r\n.\r\n");
  CHECK(to_data("a\nb\rc\r\nd") == "a\r\nb\r\nc\r\nd\r\n.\r\n");
  CHECK(to_data("\n\r\n\r") == "\r\n\r\n\r\n.\r\n");
  CHECK(to_data(".") == "..\r\n.\r\n");
  CHECK(to_data("..a\n.\n.b\r.c") == "...a\r\n..\r\n..b\r\n..c\r\n.\r\n");
  CHECK(to_data("a.b") == "a.b\r\n.\r\n");
}

TEST_CASE("nothing in data can end it early") {
  for (const std::string_view end :
       {"\n.\n", "\r.\r", "\r\n.\r\n", "\n.\r\n", "\r\n.\n", "\r.\n"}) {
    const auto data = to_data("a" + std::string{end} + "MAIL FROM:<x@y>");
    CAPTURE(data);
    CHECK(data.find("\r\n.\r\n") == data.size() - 5);
  }
}

TEST_CASE("secrets are base64, and PLAIN is RFC 4616's") {
  CHECK(exposed(secret_line("", Secret{""})) == "\r\n");
  CHECK(exposed(secret_line("", Secret{"a"})) == "YQ==\r\n");
  CHECK(exposed(secret_line("AUTH ", Secret{"abc"})) == "AUTH YWJj\r\n");
  const auto message = plain_message("tim", Secret{"tanstaaftanstaaf"});
  CHECK(exposed(secret_line("", message)) == "AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n");
}

TEST_CASE("XOAUTH2's message is the one that Google's and Microsoft's documents show") {
  const auto message = xoauth2_message("someuser@example.com",
                                       Secret{"ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"});
  CHECK(exposed(secret_line("", message)) ==
        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSF"
        "JoZG1semRHRXVZMjl0Q2cBAQ==\r\n");
  CHECK(offered("250-mail\r\n250 AUTH PLAIN XOAUTH2\r\n").xoauth2);
  CHECK_FALSE(offered("250-mail\r\n250 AUTH PLAIN XOAUTH\r\n").xoauth2);
}
