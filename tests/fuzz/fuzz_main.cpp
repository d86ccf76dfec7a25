// The one target of this program, for libFuzzer.

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/target.hpp"

// libFuzzer's name for it. A PropertyBroken ends the program, and the input is kept.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coffeeauth::fuzz::targets().front().run({reinterpret_cast<const char*>(data), size});
  return 0;
}
