// What a Redis server says, and the values that are kept there.

#include <string>

#include "adapters/redis/src/frame.hpp"
#include "adapters/redis/src/resp.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth::redis {
namespace {

using fuzz::hold;

std::size_t count(const Reply& reply, int level) {
  hold(level <= 4, "arrays are four levels deep at most");
  std::size_t all = 1;
  for (const auto& item : reply.items) all += count(item, level + 1);
  return all;
}

void check_reply(std::string_view input) {
  const auto outcome = parse_reply(input);
  const auto* const parsed = std::get_if<Parsed>(&outcome);
  if (parsed == nullptr) return;
  hold(parsed->size > 0 && parsed->size <= input.size(), "a reply is part of what came");
  hold(input.substr(parsed->size - 2, 2) == "\r\n", "a reply ends a line");
  hold(count(parsed->reply, 0) <= 1'025, "a reply has 1,024 items at most");
  // A cut reply is never taken for a whole one.
  for (std::size_t size = 0; size < parsed->size; ++size) {
    hold(std::holds_alternative<Incomplete>(parse_reply(input.substr(0, size))),
         "the beginning of a reply is not a reply yet");
  }
  const auto alone = parse_reply(input.substr(0, parsed->size));
  hold(std::get<Parsed>(alone).size == parsed->size, "what follows a reply changes nothing");
}

void check_command(std::string_view input) {
  fuzz::Pieces pieces{input};
  const auto first = pieces.until(" ");
  const auto command = serialise_command({first, pieces.rest()});
  const auto read = parse_reply(command);
  const auto* const parsed = std::get_if<Parsed>(&read);
  hold(parsed != nullptr && parsed->size == command.size() && parsed->reply.items.size() == 2 &&
           parsed->reply.items[0].text == first && parsed->reply.items[1].text == pieces.rest(),
       "words in a command stay the words that they were");
}

void check_frame(std::string_view input) {
  fuzz::Pieces pieces{input};
  const auto key = pieces.line();
  const auto value = pieces.rest();
  const auto kept = unframe(key, frame(key, value));
  hold(kept && *kept == value, "a value comes back as it was");
  hold(!unframe(std::string{key} + "x", frame(key, value)), "no key gets another key's value");
  const auto framed = frame(key, value);
  hold(!unframe(key, framed.substr(0, framed.size() - 1)), "no value comes back cut");
  if (const auto found = unframe(key, std::string{value})) {
    hold(frame(key, *found) == value, "what is no frame of ours is not used");
  }
}

}  // namespace
}  // namespace coffeeauth::redis

COFFEEAUTH_FUZZ_TARGET(redis) {
  using namespace coffeeauth::redis;
  check_reply(input);
  check_command(input);
  check_frame(input);
}
