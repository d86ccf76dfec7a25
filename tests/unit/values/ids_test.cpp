#include "coffeeauth/ids.hpp"

#include <algorithm>
#include <set>
#include <type_traits>
#include <unordered_set>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/testing/manual_clock.hpp"
#include "coffeeauth/testing/scripted_random.hpp"
#include "fixture.hpp"

namespace coffeeauth {
namespace {

using testing::ScriptedRandom;

static_assert(!std::is_convertible_v<UserId, SessionId>);
static_assert(!std::is_constructible_v<UserId, SessionId>);
static_assert(!std::is_convertible_v<CodeDigest, RefreshTokenDigest>);

TEST_CASE("an id carries its time, its version and its variant") {
  ScriptedRandom random;
  random.queue(
      std::as_bytes(std::span{std::string_view{"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                                               "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
                                               16}}));
  // The example of RFC 9562, A.6: 2022-02-22 19:22:22 UTC.
  const auto id = UserId::make(from_unix_millis(0x017F22E279B0), random);
  CHECK(id.str() == "017f22e2-79b0-7fff-bfff-ffffffffffff");
}

TEST_CASE("ids sort in the order of their milliseconds, as bytes and as text") {
  ScriptedRandom random;
  auto previous = UserId::make(from_unix_millis(0), random);
  for (std::int64_t millis = 1; millis < (std::int64_t{1} << 47U); millis = millis * 3 + 1) {
    const auto next = UserId::make(from_unix_millis(millis), random);
    CAPTURE(millis);
    CHECK(previous < next);
    CHECK(previous.str() < next.str());
    previous = next;
  }
}

TEST_CASE("ids of one millisecond differ, also from those of another source") {
  ScriptedRandom one{1};
  ScriptedRandom other{2};
  std::unordered_set<UserId> ids;
  for (int i = 0; i < 20'000; ++i) {
    ids.insert(UserId::make(testing::ManualClock::default_start, one));
    ids.insert(UserId::make(testing::ManualClock::default_start, other));
  }
  CHECK(ids.size() == 40'000);
}

TEST_CASE("an id is read back from its text, in either letter case") {
  ScriptedRandom random;
  for (int i = 0; i < 1'000; ++i) {
    const auto id = UserId::make(from_unix_millis(i * 977), random);
    auto text = id.str();
    REQUIRE(text.size() == 36);
    REQUIRE(text[14] == '7');
    REQUIRE(std::string_view{"89ab"}.find(text[19]) != std::string_view::npos);
    REQUIRE(UserId::parse(text) == id);
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
      return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    REQUIRE(UserId::parse(text) == id);
  }
}

TEST_CASE("text that is no id is nothing") {
  const std::string good = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  REQUIRE(UserId::parse(good));
  for (const std::string_view text :
       {"", "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
        " 017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2_79b0-7cc3-98c4-dc0c0c07398f", "017f22e-279b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c0739+f", "../../../../../../../../../etc/passw"}) {
    CAPTURE(text);
    CHECK_FALSE(UserId::parse(text));
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto broken = good;
    broken[i] = broken[i] == '-' ? '0' : 'x';
    CAPTURE(broken);
    CHECK_FALSE(UserId::parse(broken));
  }
}

TEST_CASE("no id is made when chance fails") {
  ScriptedRandom random;
  random.fail_next();
  CHECK_THROWS_AS((void)UserId::make(from_unix_millis(0), random), Unavailable);
}

TEST_CASE("a digest is written as 64 digits and read back") {
  ScriptedRandom random;
  for (int i = 0; i < 1'000; ++i) {
    CodeDigest::Bytes bytes{};
    random.fill(std::as_writable_bytes(std::span{bytes}));
    const auto text = to_hex(bytes);
    REQUIRE(text.size() == 64);
    REQUIRE(text.find_first_not_of("0123456789abcdef") == std::string::npos);
    REQUIRE(parse_hex_digest(text) == bytes);
  }
  CHECK_FALSE(parse_hex_digest(std::string(63, '0')));
  CHECK_FALSE(parse_hex_digest(std::string(65, '0')));
  CHECK_FALSE(parse_hex_digest(std::string(64, 'A')));
  CHECK_FALSE(parse_hex_digest(std::string(63, '0') + "g"));
}

TEST_CASE("digests are equal only when every byte is") {
  CodeDigest::Bytes bytes{};
  CHECK(CodeDigest{bytes} == CodeDigest{});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto other = bytes;
      other.at(i) = static_cast<std::uint8_t>(1U << bit);
      CHECK_FALSE(CodeDigest{bytes} == CodeDigest{other});
    }
  }
}

}  // namespace
}  // namespace coffeeauth
