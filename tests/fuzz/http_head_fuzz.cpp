// The guard before everything: which octets are a request head, and what may go out as one.

#include <algorithm>
#include <string>

#include "adapters/http/src/head.hpp"
#include "adapters/http/src/response_head.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth::http_poco {
namespace {

using fuzz::hold;

/// As when the client sends one octet at a time.
HeadScan scan_dripping(std::string_view input) {
  HeadScan scan;
  for (std::size_t size = 1; size <= input.size() && scan.state == HeadState::incomplete; ++size) {
    scan = scan_head(input.substr(0, size), size - 1);
  }
  return scan;
}

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

void check_accepted(const Head& head) {
  const auto& request = head.request;
  hold(!request.method.empty() &&
           request.method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos,
       "a method is upper-case letters");
  hold(request.target.starts_with('/'), "a target is in origin-form");
  hold(!has_controls(request.target) && request.target.find_first_of(" #\t") == std::string::npos,
       "a target has neither blanks nor a fragment");
  hold(request.header_count("Host") <= 1, "there is one Host");
  hold(request.header_count("Transfer-Encoding") == (head.chunked ? 1 : 0),
       "no transfer coding is let in but chunked, once");
  hold(!head.chunked || request.header_count("Content-Length") == 0,
       "a chunked body has no other length");
  hold(request.header_count("Content-Length") <= 1, "there is one length");
  hold(head.content_length < 1'000'000'000, "a length has nine digits");
  for (const auto& field : request.headers) {
    hold(!field.name.empty() && !has_controls(field.name) &&
             field.name.find_first_of(" \t:") == std::string::npos,
         "a field's name is a token");
    hold(!has_controls(field.value), "a field's value is one line");
  }
}

std::string write(const Head& head, std::string_view version) {
  std::string text = head.request.method + " " + head.request.target + " ";
  text.append(version).append("\r\n");
  for (const auto& field : head.request.headers) {
    text.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  return text + "\r\n";
}

void check_round_trip(const Head& head, std::string_view bytes) {
  const auto line = bytes.substr(0, bytes.find("\r\n"));
  const auto again = parse_head(write(head, line.substr(line.rfind(' ') + 1)));
  const auto* const same = std::get_if<Head>(&again);
  hold(same != nullptr, "what was read can be written and read again");
  const auto equal = [](const http::Header& a, const http::Header& b) {
    return a.name == b.name && a.value == b.value;
  };
  const auto& a = head.request;
  const auto& b = same->request;
  hold(a.method == b.method && a.target == b.target &&
           std::equal(a.headers.begin(), a.headers.end(), b.headers.begin(), b.headers.end(),
                      equal) &&
           head.content_length == same->content_length && head.chunked == same->chunked &&
           head.keep_alive == same->keep_alive && head.expects_continue == same->expects_continue,
       "it reads as the same head");
}

/// The input as a field of an answer: whatever it holds, it stays one field.
void check_answer(std::string_view input) {
  fuzz::Pieces pieces{input};
  const std::string name{pieces.until(":")};
  const http::Response response{
      .status = 200, .headers = {{name, std::string{pieces.rest()}}}, .body = {}};
  std::string out;
  if (!append_head(out, response, "Sun, 06 Nov 1994 08:49:37 GMT", AfterResponse::keep_alive)) {
    hold(out.empty(), "an answer that is refused writes nothing");
    return;
  }
  std::size_t lines = 0;
  for (std::size_t at = out.find('\n'); at != std::string::npos; at = out.find('\n', at + 1)) {
    hold(at > 0 && out[at - 1] == '\r', "every line of an answer ends in CR LF");
    ++lines;
  }
  hold(lines == 4 || lines == 5, "a field of an answer is one line");
  hold(out.find('\0') == std::string::npos, "no NUL goes out");
}

}  // namespace
}  // namespace coffeeauth::http_poco

COFFEEAUTH_FUZZ_TARGET(http_head) {
  using namespace coffeeauth::http_poco;
  using coffeeauth::fuzz::hold;
  const auto scan = scan_head(input, 0);
  const auto dripping = scan_dripping(input);
  hold(scan.state == dripping.state && scan.size == dripping.size,
       "how a head arrives changes nothing");
  const auto bytes = scan.state == HeadState::complete ? input.substr(0, scan.size) : input;
  const auto parsed = parse_head(bytes);
  if (const auto* const head = std::get_if<Head>(&parsed)) {
    hold(scan.state == HeadState::complete, "what is no whole head is refused");
    check_accepted(*head);
    check_round_trip(*head, bytes);
  }
  check_answer(input);
}
