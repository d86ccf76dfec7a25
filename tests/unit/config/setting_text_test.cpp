#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/config_fields.hpp"

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

TEST_CASE("a whole number is digits alone, blanks around them aside") {
  CHECK(parse_whole_number("0") == 0U);
  CHECK(parse_whole_number(" 80\t") == 80U);
  CHECK(parse_whole_number("007") == 7U);
  CHECK(parse_whole_number("18446744073709551615") == 18'446'744'073'709'551'615U);
  for (const std::string_view text :
       {"", " ", "-1", "+1", "1.0", "1e3", "0x10", "1 0", "18446744073709551616", "one", "1\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_whole_number(text));
  }
}

TEST_CASE("a list has commas, and neither blanks nor empty parts count") {
  CHECK(parse_list("").empty());
  CHECK(parse_list(" , ,").empty());
  CHECK(parse_list("a") == std::vector<std::string>{"a"});
  CHECK(parse_list(" a ,,\tb c,d\t") == std::vector<std::string>{"a", "b c", "d"});
}

TEST_CASE("every switch, number and duration of Config is read by these") {
  for (const auto& field : config_fields()) {
    CAPTURE(field.name);
    Config config;
    if (field.expects == "true or false") {
      CHECK(field.set(config, " OFF "));
      CHECK(field.get(config) == "false");
      CHECK_FALSE(field.set(config, "maybe"));
    } else if (field.expects == "a whole number" || field.expects.starts_with("a duration")) {
      CHECK(field.set(config, " 90 "));
      CHECK_FALSE(field.set(config, "-90"));
    }
  }
  Config config;
  CHECK_OK(set_config_field(config, "TOKEN_ALGORITHM", " eddsa"));
  CHECK(config.tokens.algorithm == SigningAlgorithm::eddsa);
  CHECK_ERROR(set_config_field(config, "TOKEN_ALGORITHM", "none"), ErrorCode::validation_failed);
}

}  // namespace
}  // namespace coffeeauth
