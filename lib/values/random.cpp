#include <sodium.h>

#include <cassert>

#include "coffeeauth/error.hpp"
#include "coffeeauth/ports/random_source.hpp"

namespace coffeeauth {
namespace {

class SystemRandom final : public RandomSource {
 public:
  SystemRandom() {
    if (sodium_init() < 0) throw Unavailable("the system has no random source");
  }
  /// getrandom(2) underneath: needs no file descriptor, and libsodium ends the process rather than
  /// return bytes that are not random.
  void fill(std::span<std::byte> out) override { randombytes_buf(out.data(), out.size()); }
};

}  // namespace

std::unique_ptr<RandomSource> make_system_random() { return std::make_unique<SystemRandom>(); }

std::uint32_t uniform_below(RandomSource& random, std::uint32_t bound) {
  assert(bound > 0);
  // The largest multiple of `bound`: draws from there on would favour the small numbers.
  const std::uint64_t range = std::uint64_t{1} << 32U;
  const std::uint64_t limit = range - range % bound;
  for (;;) {
    std::uint32_t draw = 0;
    random.fill(std::as_writable_bytes(std::span{&draw, 1}));
    if (draw < limit) return draw % bound;
  }
}

Secret random_digits(RandomSource& random, std::size_t count) {
  assert(count >= 1 && count <= 9);
  std::uint32_t bound = 1;
  for (std::size_t i = 0; i < count; ++i) bound *= 10;
  auto value = uniform_below(random, bound);
  auto digits = Secret::of_size(count);
  const auto out = digits.writable();
  for (std::size_t i = count; i-- > 0;) {
    out[i] = static_cast<std::byte>('0' + value % 10);
    value /= 10;
  }
  return digits;
}

Secret random_bytes(RandomSource& random, std::size_t size) {
  auto bytes = Secret::of_size(size);
  random.fill(bytes.writable());
  return bytes;
}

}  // namespace coffeeauth
