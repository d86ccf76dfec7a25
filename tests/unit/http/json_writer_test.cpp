#include "coffeeauth/testing/doctest.hpp"

#include <nlohmann/json.hpp>

#include <string>

#include "lib/http/json_writer.hpp"

using coffeeauth::http::JsonWriter;

TEST_CASE("text that is no UTF-8 does not make a document that nobody can read") {
  for (const std::string text : {"\xFF", "a\xC3", "\xC3(", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                 "\xC0\x80", "z\x80z", "\xE2\x82"}) {
    JsonWriter json;
    json.begin_object().key("name").text(text).end_object();
    const auto read = nlohmann::json::parse(json.take(), nullptr, false);
    REQUIRE(read.is_object());
    CHECK(read["name"].get<std::string>().find("\xEF\xBF\xBD") != std::string::npos);
  }
}

TEST_CASE("text that is UTF-8 is written as it is") {
  const std::string text = "Zo\xC3\xAB \xF0\x9F\x8C\xB1 \"quoted\" \\ \n\x7F";
  JsonWriter json;
  json.begin_object().key("name").text(text).end_object();
  CHECK(nlohmann::json::parse(json.take())["name"] == text);
}
