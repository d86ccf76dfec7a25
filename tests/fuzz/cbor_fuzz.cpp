// CBOR as authenticators write it: what is accepted has one spelling, one end, and no more depth or
// members than it may have.

#include <nlohmann/json.hpp>

#include "features/passkeys/src/webauthn/cbor.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth {
namespace {

using fuzz::hold;
using passkeys::CborReader;

bool is_read(std::string_view bytes) {
  CborReader reader{bytes};
  return reader.skip();
}

/// The other reader knows keys that are texts alone, and takes more than one spelling.
void check_with_another_reader(std::string_view item) {
  // A negative number beyond 64 bits becomes another one there.
  if (item.find('\x3b') != std::string_view::npos) return;
  const auto value = nlohmann::json::from_cbor(item.begin(), item.end(), true, false);
  if (value.is_discarded()) return;
  const auto written = nlohmann::json::to_cbor(value);
  hold(written.size() == item.size(), "an item has the length of its shortest spelling");
}

}  // namespace
}  // namespace coffeeauth

COFFEEAUTH_FUZZ_TARGET(cbor) {
  using namespace coffeeauth;
  passkeys::CborReader reader{input};
  const bool is_item = reader.skip();
  hold(reader.consumed() + reader.rest().size() == input.size(), "what was read is counted");
  hold(reader.consumed() <= input.size(), "nothing is read behind the end");
  if (!is_item) return;
  const auto item = input.substr(0, reader.consumed());
  hold(!item.empty() && is_read(item), "an item is an item whatever is behind it");
  hold(!is_read(item.substr(0, item.size() - 1)), "a part of an item is none");
  const auto deeper = "\x81\x81\x81\x81" + std::string{item};
  const auto first = static_cast<unsigned char>(item.front()) >> 5U;
  hold(is_read(deeper) == (first != 4 && first != 5), "no more than four levels");
  CborReader other{item};
  hold(other.integer().has_value() <= (first < 2), "an integer is an integer");
  check_with_another_reader(item);
}
