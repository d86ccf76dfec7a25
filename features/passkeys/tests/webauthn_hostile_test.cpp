// Input that was made to cost much: what it declares, nests and repeats is not believed. What it
// costs is counted in allocations; its time is for the eyes of whoever measures.

#include <algorithm>
#include <cstdlib>
#include <new>
#include <vector>

#include "features/passkeys/src/webauthn/authenticator_data.hpp"
#include "features/passkeys/src/webauthn/cbor.hpp"
#include "features/passkeys/src/webauthn/strict_json.hpp"
#include "features/passkeys/testing/hostile_cbor.hpp"
#include "features/passkeys/tests/webauthn_world.hpp"

namespace {

thread_local std::size_t octets_allocated = 0;

}  // namespace

// Those of the whole program, so that nothing is allocated unseen.
void* operator new(std::size_t size) {
  octets_allocated += size;
  if (void* const memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace coffeeauth::passkeys {
namespace {

using testing::cbor_head;
using testing::cbor_integer;
using testing::cbor_text;
using testing::filled;

constexpr std::size_t most = longest_credential_json;

/// Runs it; returns how much it allocated.
template <class F>
std::size_t cost_of(F&& run) {
  const auto before = octets_allocated;
  run();
  return octets_allocated - before;
}

std::string header_of_data(std::uint8_t flags) {
  return testing::sha256("example.org") + static_cast<char>(flags) + std::string(4, '\0');
}

}  // namespace

TEST_CASE("allocations are counted here") {
  CHECK(cost_of([] { CHECK(std::string(1'000, 'x').size() == 1'000); }) >= 1'000);
}

TEST_CASE("hostile CBOR is refused wherever it stands, and nothing is allocated for it") {
  const auto inputs = testing::hostile_cbor();
  REQUIRE(inputs.size() > 100);
  const auto attested = header_of_data(0x45) + std::string(16, '\0') + std::string{"\0\1i", 3};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    CAPTURE(i);
    const auto& input = inputs[i];
    const auto extensions = header_of_data(0x85) + input;
    const auto key = attested + input;
    const auto statement =
        "\xA3" + cbor_text("fmt") + cbor_text("x") + cbor_text("attStmt") + input;
    bool is_refused = true;
    const auto cost = cost_of([&] {
      CborReader reader{input};
      is_refused = is_refused && !(reader.skip() && reader.rest().empty());
      is_refused = is_refused && !parse_attestation_object(input);
      is_refused = is_refused && !parse_attestation_object(statement);
      is_refused = is_refused && !parse_public_key(input);
      const auto with_extensions = parse_authenticator_data(extensions);
      is_refused = is_refused && std::holds_alternative<Rejection>(with_extensions);
      const auto with_key = parse_authenticator_data(key);
      is_refused = is_refused && std::holds_alternative<Rejection>(with_key);
    });
    CHECK(is_refused);
    CHECK(cost == 0);
  }
}

TEST_CASE("large CBOR that is right is read without an allocation, too") {
  std::string map = cbor_head(5, 4'000);
  for (int i = 0; i < 4'000; ++i) map += cbor_integer(i) + cbor_integer(0);
  REQUIRE(map.size() > 12'000);
  const auto array = filled(cbor_head(4, most - 3), std::string(1, '\0'));
  bool is_read = true;
  const auto cost = cost_of([&] {
    for (const std::string_view item : {std::string_view{map}, std::string_view{array}}) {
      CborReader reader{item};
      is_read = is_read && reader.skip() && reader.rest().empty();
    }
  });
  CHECK(is_read);
  CHECK(cost == 0);
}

TEST_CASE("hostile JSON costs no more than some times what was sent") {
  std::vector<std::string> inputs;
  for (const auto* const piece : {"[", "{\"a\":", "[[],", "\"", "{", "\\u0000", "1e", "-", " "}) {
    inputs.push_back(filled("", piece));
    inputs.push_back(filled("{\"a\":", piece));
  }
  std::string members = "{";
  for (int i = 0; members.size() < most - 20; ++i) members += "\"" + std::to_string(i) + "\":0,";
  inputs.push_back(members + "\"0\":0}");
  inputs.push_back(members);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    CAPTURE(i);
    bool is_refused = false;
    CHECK(cost_of([&] { is_refused = !parse_strict_json(inputs[i]); }) < 32 * most);
    CHECK(is_refused);
  }
}

}  // namespace coffeeauth::passkeys
