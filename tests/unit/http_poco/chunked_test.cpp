/// The grammar of chunked bodies, without a socket.

#include "adapters/http/src/chunked.hpp"

#include "coffeeauth/testing/doctest.hpp"

using coffeeauth::http_poco::ChunkedReader;
using State = ChunkedReader::State;

namespace {

constexpr std::size_t limit = 1024;

struct Outcome {
  State state;
  std::string body;
  std::size_t used = 0;
};

Outcome read(std::string_view bytes, std::size_t piece = std::string_view::npos) {
  ChunkedReader reader(limit);
  Outcome outcome{State::incomplete, {}, 0};
  while (outcome.used < bytes.size() && reader.state() == State::incomplete) {
    outcome.used += reader.read(bytes.substr(outcome.used, piece), outcome.body);
  }
  outcome.state = reader.state();
  return outcome;
}

State state_of(std::string_view bytes) { return read(bytes).state; }

}  // namespace

TEST_CASE("chunks in pieces of any size give the same body") {
  const std::string_view wire =
      "5;a=b;c=\"d;\\\"e\" ; f\r\nhello\r\n00A\r\n0123456789\r\n0\r\nX: y\r\n\r\nrest";
  for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
    CAPTURE(piece);
    const Outcome outcome = read(wire, piece);
    CHECK(outcome.state == State::complete);
    CHECK(outcome.body == "hello0123456789");
    CHECK(wire.substr(outcome.used) == "rest");
  }
}

TEST_CASE("sizes are hexadecimal in either case, of eight digits at most") {
  CHECK(state_of("a\r\n0123456789\r\n0\r\n\r\n") == State::complete);
  CHECK(state_of("0000000A\r\n0123456789\r\n00000000\r\n\r\n") == State::complete);
  CHECK(state_of("00000000A\r\n0123456789\r\n0\r\n\r\n") == State::malformed);
  CHECK(state_of("g\r\n") == State::malformed);
  CHECK(state_of("\xd9\xa5\r\n") == State::malformed);
  CHECK(state_of("401\r\n") == State::too_large);
  CHECK(state_of("ffffffff\r\n") == State::too_large);
  CHECK(state_of("100000000\r\n") == State::malformed);
}

TEST_CASE("extensions are names and values, and nothing hides in them") {
  for (const std::string_view good : {"0;a\r\n\r\n", "0 ; a\r\n\r\n", "0;a=b\r\n\r\n",
                                      "0;a = \"\"\r\n\r\n", "0;a;b;c=d\r\n\r\n"}) {
    CAPTURE(good);
    CHECK(state_of(good) == State::complete);
  }
  for (const std::string_view bad :
       {"0;\r\n\r\n", "0;=b\r\n\r\n", "0;a=\r\n\r\n", "0;a=\"\r\n\r\n", "0;a=\"\\\"\r\n\r\n",
        "0;a b\r\n\r\n", "0 \r\n\r\n", "0;a;\r\n\r\n", "0;a\x01\r\n\r\n", "0;a\n\r\n\r\n",
        "0;\ra\r\n\r\n", "0,a\r\n\r\n", "0;a \r\n\r\n"}) {
    CAPTURE(bad);
    CHECK(state_of(bad) == State::malformed);
  }
}

TEST_CASE("extensions and trailer fields are bounded, each and together") {
  const std::string longest(900, 'a');
  CHECK(state_of("0;" + longest + "\r\n\r\n") == State::complete);
  CHECK(state_of("0;" + std::string(2'000, 'a') + "\r\n\r\n") == State::malformed);
  CHECK(state_of("0\r\nX: " + std::string(2'000, 'a') + "\r\n\r\n") == State::malformed);
  // Also while the end of the line has not come.
  CHECK(state_of("0;" + std::string(2'000, 'a')) == State::malformed);
  std::string many;
  for (int i = 0; i < 10; ++i) many += "1;" + longest + "\r\nx\r\n";
  CHECK(state_of(many) == State::malformed);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 10; ++i) trailers += "X: " + longest + "\r\n";
  CHECK(state_of(trailers) == State::malformed);
}

TEST_CASE("trailer fields are fields, on one line each") {
  CHECK(state_of("0\r\nX: y\r\nZ:\r\n\r\n") == State::complete);
  for (const std::string_view bad :
       {"0\r\nX\r\n\r\n", "0\r\nX : y\r\n\r\n", "0\r\n: y\r\n\r\n", "0\r\n X: y\r\n\r\n",
        "0\r\nX: y\r\n folded\r\n\r\n", "0\r\nX: \x01\r\n\r\n", "0\r\nX: y\n\r\n"}) {
    CAPTURE(bad);
    CHECK(state_of(bad) == State::malformed);
  }
}

TEST_CASE("nothing but CR LF stands between chunks") {
  for (const std::string_view bad :
       {"1\r\nxx\r\n", "1\r\nx\n0\r\n\r\n", "1\r\nx\r0\r\n\r\n", "1\r\nx0\r\n\r\n", "1\rx\r\n",
        "1\r\nx \r\n0\r\n\r\n", "1\nx\r\n0\r\n\r\n"}) {
    CAPTURE(bad);
    CHECK(state_of(bad) == State::malformed);
  }
}
