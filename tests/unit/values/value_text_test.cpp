#include "coffeeauth/testing/doctest.hpp"

#include <cstdint>

#include "coffeeauth/value_text.hpp"

namespace coffeeauth {
namespace {

TEST_CASE("a switch is eight words in any letter case, blanks around them aside") {
  for (const std::string_view text : {"true", "TRUE", "True", "tRuE", "yes", "YES", "on", "On", "1",
                                      " true", "true ", "\ton\t"}) {
    CAPTURE(text);
    CHECK(parse_switch(text) == true);
  }
  for (const std::string_view text :
       {"false", "FALSE", "False", "no", "NO", "No", "off", "OFF", "0", " no ", "\t0"}) {
    CAPTURE(text);
    CHECK(parse_switch(text) == false);
  }
  for (const std::string_view text :
       {"", " ", "maybe", "y", "n", "t", "f", "2", "-1", "00", "01", "tru", "truee", "true false",
        "enabled", "none", "null", "\ntrue", "t\0rue"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_switch(text));
  }
}

TEST_CASE(
    "a number is digits alone; blanks around a person's do not count, in a protocol's they do") {
  CHECK(parse_number<std::uint64_t>("0") == 0U);
  CHECK(parse_number<std::uint64_t>(" 80\t") == 80U);
  CHECK(parse_number<std::uint64_t>("007") == 7U);
  CHECK(parse_number<std::uint64_t>("18446744073709551615") == 18'446'744'073'709'551'615U);
  CHECK(parse_digits("80") == 80U);
  for (const std::string_view text :
       {"", " ", "-1", "+1", "1.0", "1e3", "0x10", "1 0", "18446744073709551616", "one", "1\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number<std::uint64_t>(text));
    CHECK_FALSE(parse_digits(text));
  }
  CHECK_FALSE(parse_digits(" 80"));
  CHECK_FALSE(parse_digits("80 "));
}

TEST_CASE("a number is in its range, and in that of its type") {
  CHECK(parse_number<std::uint16_t>("65535") == 65'535);
  CHECK_FALSE(parse_number<std::uint16_t>("65536"));
  CHECK(parse_number<std::uint16_t>("1", 1, 10) == 1);
  CHECK(parse_number<std::uint16_t>("10", 1, 10) == 10);
  CHECK_FALSE(parse_number<std::uint16_t>("0", 1, 10));
  CHECK_FALSE(parse_number<std::uint16_t>("11", 1, 10));
  CHECK(parse_digits<std::uint16_t>("10", 1, 10) == 10);
  CHECK_FALSE(parse_digits<std::uint16_t>("11", 1, 10));
  CHECK_FALSE(parse_digits<std::uint16_t>("65546", 1, 10));
}

TEST_CASE("a word is read in any letter case, blanks around it aside") {
  CHECK(is_word(" EdDSA\t", "eddsa"));
  CHECK(is_word("eddsa", "EdDSA"));
  CHECK_FALSE(is_word("eddsa1", "eddsa"));
  CHECK_FALSE(is_word("ed dsa", "eddsa"));
  CHECK_FALSE(is_word("", "eddsa"));
}

TEST_CASE("a list has commas, and neither blanks nor empty parts count") {
  CHECK(parse_list("").empty());
  CHECK(parse_list(" , ,").empty());
  CHECK(parse_list("a") == std::vector<std::string>{"a"});
  CHECK(parse_list(" a ,,\tb c,d\t") == std::vector<std::string>{"a", "b c", "d"});
}

TEST_CASE("a list that was written is read back as itself") {
  CHECK(to_list_text({}).empty());
  const std::vector<std::string> parts{"a", "b c", "d"};
  CHECK(to_list_text(parts) == "a,b c,d");
  CHECK(parse_list(to_list_text(parts)) == parts);
}

}  // namespace
}  // namespace coffeeauth
