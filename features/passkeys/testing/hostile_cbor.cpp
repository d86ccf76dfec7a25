#include "features/passkeys/testing/hostile_cbor.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "features/passkeys/testing/cbor_writer.hpp"

namespace coffeeauth::passkeys::testing {

std::string filled(std::string start, const std::string& with) {
  while (start.size() + with.size() <= longest_hostile) start += with;
  return start;
}

namespace {

constexpr std::size_t most = longest_hostile;

/// Declared lengths from just beyond what is there to 2^64 - 1, of every kind, with zeros, and with
/// themselves, behind.
void add_declared_lengths(std::vector<std::string>& inputs) {
  for (unsigned major = 2; major <= 5; ++major) {
    for (const std::uint64_t length :
         {std::uint64_t{most}, std::uint64_t{0xFFFF}, std::uint64_t{0x7FFFFFFF},
          std::uint64_t{0xFFFFFFFF}, std::uint64_t{1} << 32U, std::uint64_t{1} << 62U,
          std::uint64_t{1} << 63U, std::numeric_limits<std::uint64_t>::max()}) {
      const auto head = cbor_head(major, length);
      inputs.push_back(filled(head, std::string(1, '\0')));
      inputs.push_back(filled("", head));
      inputs.push_back(head);
    }
  }
}

void add_nesting(std::vector<std::string>& inputs) {
  for (const auto* const start :
       {"\x81", "\x82", "\x9F", "\xBF", "\x5F", "\x7F", "\xC0", "\xD8\x18", "\xA1\x01", "\xA1\x60",
        "\x84\x84\x84\x84", "\x98\xFF"}) {
    inputs.push_back(filled("", start));
  }
  // The map of an empty array of an empty map, and so on: a key that nests.
  inputs.push_back(filled("", "\xA1\x81"));
}

void add_repeated_keys(std::vector<std::string>& inputs) {
  const auto map_of = [](const std::string& member) {
    return filled(cbor_head(5, (most - 3) / member.size()), member);
  };
  inputs.push_back(map_of(std::string(2, '\0')));
  inputs.push_back(map_of(cbor_text("aaaaaaaa") + cbor_integer(0)));
  std::string descending = cbor_head(5, 4'000);
  for (int i = 4'000; i > 0; --i) descending += cbor_integer(-i) + cbor_integer(0);
  inputs.push_back(descending);
  // All in order but for the last one.
  std::string ascending = cbor_head(5, 4'001);
  for (int i = 0; i < 4'000; ++i) ascending += cbor_integer(i) + cbor_integer(0);
  inputs.push_back(ascending + cbor_integer(0) + cbor_integer(0));
}

}  // namespace

std::vector<std::string> hostile_cbor() {
  std::vector<std::string> inputs;
  add_declared_lengths(inputs);
  add_nesting(inputs);
  add_repeated_keys(inputs);
  inputs.push_back(cbor_head(3, most - 3) + std::string(most - 4, 'a') + '\xFF');
  inputs.push_back(filled(cbor_head(4, most - 3), "\xF6") + '\xFF');
  for (auto& input : inputs) input.resize(std::min(input.size(), most + 1));
  return inputs;
}

}  // namespace coffeeauth::passkeys::testing
