// The reader of CBOR: one spelling of each item, and nothing that authenticators do not write.

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "features/passkeys/src/webauthn/cbor.hpp"
#include "features/passkeys/tests/webauthn_world.hpp"

namespace coffeeauth::passkeys {
namespace {

using testing::cbor_bytes;
using testing::cbor_head;
using testing::cbor_integer;
using testing::cbor_long_head;
using testing::cbor_text;

/// Whether it is one item and nothing else.
bool is_item(std::string_view bytes) {
  CborReader reader{bytes};
  return reader.skip() && reader.rest().empty() && reader.consumed() == bytes.size();
}

std::string map_of(const std::vector<std::string>& keys) {
  auto map = cbor_head(5, keys.size());
  for (const auto& key : keys) map += key + cbor_integer(0);
  return map;
}

std::string nested(std::size_t levels, const std::string& container) {
  std::string item;
  for (std::size_t i = 0; i < levels; ++i) item += container;
  return item + cbor_integer(0);
}

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

}  // namespace

TEST_CASE("integers are read to the end of 64 bits with a sign") {
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{23}, std::int64_t{24}, std::int64_t{255},
        std::int64_t{256}, std::int64_t{65'535}, std::int64_t{65'536}, std::int64_t{4'294'967'295},
        std::int64_t{4'294'967'296}, largest, std::int64_t{-1}, std::int64_t{-24},
        std::int64_t{-25}, std::int64_t{-257}, least}) {
    const auto item = cbor_integer(number);
    CHECK(CborReader{item}.integer() == number);
    CHECK(is_item(item));
  }
  const auto beyond = cbor_head(0, std::uint64_t{largest} + 1);
  CHECK_FALSE(CborReader{beyond}.integer());
  CHECK(is_item(beyond));
  const auto below = cbor_head(1, std::uint64_t{largest} + 1);
  CHECK_FALSE(CborReader{below}.integer());
  CHECK(is_item(below));
}

TEST_CASE("a number in a longer form than it needs is refused, in every kind of item") {
  for (unsigned major = 0; major <= 7; ++major) {
    for (const unsigned octets : {1U, 2U, 4U, 8U}) {
      const auto short_of_it = octets == 1 ? 23 : (std::uint64_t{1} << (octets * 4)) - 1;
      const std::string behind(16, '\0');
      CAPTURE(major);
      CAPTURE(octets);
      CHECK_FALSE(is_item(cbor_long_head(major, 0, octets)));
      CHECK_FALSE(CborReader{cbor_long_head(major, 1, octets) + behind}.skip());
      if (major > 1) continue;
      CHECK(is_item(cbor_long_head(major, short_of_it + 1, octets)));
      CHECK_FALSE(is_item(cbor_long_head(major, short_of_it, octets)));
    }
  }
}

TEST_CASE("an item that does not come to its end is refused") {
  const auto item = cbor_head(5, 2) + cbor_integer(300) + cbor_bytes("some bytes") +
                    cbor_text("key") + cbor_head(4, 2) + cbor_text("a text") + "\xF5";
  REQUIRE(is_item(item));
  for (std::size_t size = 0; size < item.size(); ++size) {
    CHECK_FALSE(is_item(item.substr(0, size)));
  }
  const auto longer = item + "behind";
  CborReader reader{longer};
  CHECK(reader.skip());
  CHECK(reader.consumed() == item.size());
  CHECK(reader.rest() == "behind");
}

TEST_CASE("tags, floats, undefined, unassigned, reserved and endless items are refused") {
  std::string every_head;
  for (unsigned head = 0; head < 256; ++head) {
    const auto major = head >> 5U;
    const auto info = head & 31U;
    const bool is_known = major == 6 ? false : major == 7 ? info >= 20 && info <= 22 : info <= 27;
    std::string item(1, static_cast<char>(head));
    if (is_known) continue;
    item += std::string(64, '\0');
    CHECK_MESSAGE(!CborReader{item}.skip(), head);
    item.replace(1, 64, 64, '\xFF');
    CHECK_MESSAGE(!CborReader{item}.skip(), head);
    every_head.push_back(static_cast<char>(head));
  }
  CHECK(every_head.size() == 32 + 29 + 6 * 4);
}

TEST_CASE("a text is UTF-8") {
  for (const auto* const text : {"", "text", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                                 "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    CHECK(is_item(cbor_text(text)));
    CHECK(CborReader{cbor_text(text)}.text() == text);
  }
  for (const auto* const text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE2\x82",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80", "\xF0\x90\x80\x41",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xC3"}) {
    CHECK_FALSE(is_item(cbor_text(text)));
    CHECK_FALSE(CborReader{cbor_text(text)}.text());
    CHECK(is_item(cbor_bytes(text)));
  }
}

TEST_CASE("the keys of a map are in order, and each is there once") {
  const auto one = cbor_integer(1);
  const auto three = cbor_integer(3);
  const auto hundred = cbor_integer(100);
  const auto minus_one = cbor_integer(-1);
  const auto minus_two = cbor_integer(-2);
  const auto b = cbor_text("b");
  const auto aa = cbor_text("aa");
  CHECK(is_item(map_of({})));
  CHECK(is_item(map_of({one, three, hundred, minus_one, minus_two, b, aa})));
  CHECK_FALSE(is_item(map_of({three, one})));
  CHECK_FALSE(is_item(map_of({hundred, three})));
  CHECK_FALSE(is_item(map_of({minus_one, one})));
  CHECK_FALSE(is_item(map_of({minus_two, minus_one})));
  CHECK_FALSE(is_item(map_of({b, one})));
  CHECK_FALSE(is_item(map_of({aa, b})));
  for (const auto& key : {one, minus_one, hundred, b, aa, cbor_text("")}) {
    CHECK(is_item(map_of({key})));
    CHECK_FALSE(is_item(map_of({key, key})));
    CHECK_FALSE(is_item(map_of({key, cbor_text("zzz"), key})));
  }
}

TEST_CASE("the keys of a map are integers and texts") {
  for (const auto& key : {cbor_bytes("key"), cbor_head(4, 0), cbor_head(5, 0), std::string{"\xF5"},
                          std::string{"\xF6"}, std::string{"\xC0\x01"}}) {
    CHECK_FALSE(is_item(map_of({key})));
  }
}

TEST_CASE("four arrays and maps may be in each other") {
  const auto in_array = cbor_head(4, 1);
  const auto in_map = cbor_head(5, 1) + cbor_integer(1);
  for (const auto& container : {in_array, in_map}) {
    CHECK(is_item(nested(0, container)));
    CHECK(is_item(nested(4, container)));
    CHECK_FALSE(is_item(nested(5, container)));
    CHECK_FALSE(is_item(nested(1'000, container)));
  }
  CHECK(is_item(nested(2, in_array + in_map)));
  CHECK_FALSE(is_item(nested(2, in_array + in_map).insert(0, in_array)));
  CHECK_MESSAGE(is_item(cbor_head(4, 2) + nested(3, in_array) + nested(3, in_map)), "side by side");
}

TEST_CASE("each reading refuses every other kind of item") {
  const std::array items{cbor_integer(1), cbor_integer(-1), cbor_bytes("b"),    cbor_text("t"),
                         cbor_head(4, 0), cbor_head(5, 0),  std::string{"\xF4"}};
  for (std::size_t i = 0; i < items.size(); ++i) {
    CAPTURE(i);
    CHECK(CborReader{items[i]}.integer().has_value() == (i < 2));
    CHECK(CborReader{items[i]}.bytes().has_value() == (i == 2));
    CHECK(CborReader{items[i]}.text().has_value() == (i == 3));
    CHECK(CborReader{items[i]}.begin_map().has_value() == (i == 5));
    CHECK(CborReader{items[i]}.skip_map() == (i == 5));
    CHECK(CborReader{items[i]}.skip());
  }
  CHECK_FALSE(CborReader{""}.skip());
  CHECK_FALSE(CborReader{""}.skip_map());
}

TEST_CASE("what is read here means the same to nlohmann's reader") {
  for (const auto& text :
       {R"({})", R"({"a":1,"b":[true,false,null,-300],"cc":{"x":"text","yy":70000}})",
        R"([1,[2,[3,["four"]]]])", R"("a text")", R"(-1)"}) {
    const auto value = nlohmann::json::parse(text);
    const auto bytes = nlohmann::json::to_cbor(value);
    const std::string_view cbor{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    CHECK_MESSAGE(is_item(cbor), text);
  }
}

}  // namespace coffeeauth::passkeys
