// The frame is private; that no cut or foreign value gets through it is a promise.
#include "adapters/redis/src/frame.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <string>

using namespace coffeeauth::redis;

TEST_CASE("a framed value comes back whole") {
  for (const auto& value : {std::string{}, std::string{"x"}, std::string(100'000, '\0')}) {
    const auto back = unframe("key", frame("key", value));
    REQUIRE(back != nullptr);
    CHECK(*back == value);
  }
}

TEST_CASE("a value that was cut, padded, changed or stored under another key is refused") {
  const auto framed = frame("key", "the value");
  for (std::size_t size = 0; size < framed.size(); ++size) {
    CHECK(unframe("key", framed.substr(0, size)) == nullptr);
    CHECK(unframe("key", framed.substr(0, size) + std::string(framed.size() - size, ' ')) ==
          nullptr);
    auto changed = framed;
    changed[size] = static_cast<char>(changed[size] ^ 1);
    CHECK(unframe("key", changed) == nullptr);
  }
  CHECK(unframe("key", framed + " ") == nullptr);
  CHECK(unframe("other", framed) == nullptr);
}
