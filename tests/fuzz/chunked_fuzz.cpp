// Chunked bodies: where one ends must not depend on how it arrives, nor on anything outside the
// grammar.

#include <algorithm>
#include <string>

#include "adapters/http/src/chunked.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth::http_poco {
namespace {

constexpr std::size_t limit = 4096;

struct Outcome {
  ChunkedReader::State state = ChunkedReader::State::incomplete;
  std::string body{};
  std::size_t used = 0;
};

Outcome read(std::string_view bytes, std::size_t piece) {
  ChunkedReader reader(limit);
  Outcome outcome;
  while (outcome.used < bytes.size() && reader.state() == ChunkedReader::State::incomplete) {
    outcome.used += reader.read(bytes.substr(outcome.used, piece), outcome.body);
  }
  outcome.state = reader.state();
  return outcome;
}

}  // namespace
}  // namespace coffeeauth::http_poco

COFFEEAUTH_FUZZ_TARGET(chunked) {
  using namespace coffeeauth::http_poco;
  using coffeeauth::fuzz::hold;
  using State = ChunkedReader::State;
  const auto whole = read(input, input.size());
  const auto dripping = read(input, 1);
  hold(whole.state == dripping.state, "how a body arrives changes nothing");
  hold(whole.body.size() <= limit && dripping.body.size() <= limit, "a body keeps its limit");
  if (whole.state != State::complete) return;
  hold(whole.used == dripping.used && whole.body == dripping.body, "a body has one end");
  const auto read_octets = input.substr(0, whole.used);
  hold(read_octets.ends_with("\r\n\r\n"), "a body ends in an empty line");
  const auto again = read(std::string(read_octets) + "GET / HTTP/1.1\r\n", input.size() + 64);
  hold(again.state == State::complete && again.used == whole.used,
       "what stands behind a body changes nothing");
}
