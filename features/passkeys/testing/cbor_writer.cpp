#include "features/passkeys/testing/cbor_writer.hpp"

namespace coffeeauth::passkeys::testing {

std::string cbor_long_head(unsigned major, std::uint64_t number, unsigned octets) {
  const unsigned info = octets == 1 ? 24 : octets == 2 ? 25 : octets == 4 ? 26 : 27;
  std::string head(1, static_cast<char>(major << 5U | info));
  for (unsigned left = octets; left > 0; --left) {
    head.push_back(static_cast<char>(number >> (8 * (left - 1)) & 0xFFU));
  }
  return head;
}

std::string cbor_head(unsigned major, std::uint64_t number) {
  if (number <= 23) return std::string(1, static_cast<char>(major << 5U | number));
  if (number <= 0xFF) return cbor_long_head(major, number, 1);
  if (number <= 0xFFFF) return cbor_long_head(major, number, 2);
  return cbor_long_head(major, number, number <= 0xFFFFFFFF ? 4 : 8);
}

std::string cbor_integer(std::int64_t number) {
  return number < 0 ? cbor_head(1, static_cast<std::uint64_t>(-1 - number))
                    : cbor_head(0, static_cast<std::uint64_t>(number));
}

std::string cbor_bytes(std::string_view bytes) { return cbor_head(2, bytes.size()).append(bytes); }

std::string cbor_text(std::string_view text) { return cbor_head(3, text.size()).append(text); }

}  // namespace coffeeauth::passkeys::testing
