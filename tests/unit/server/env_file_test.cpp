#include "env_file.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <random>

namespace coffeeauth::server {
namespace {

using namespace std::string_view_literals;

/// The value of the one entry in `text`.
std::string value(std::string_view text) {
  const auto entries = parse_env_file(text, ".env");
  REQUIRE(entries.size() == 1);
  CHECK(entries.front().name == "NAME");
  return entries.front().value;
}

/// What is said of a file that cannot be read; empty when it can.
std::string complaint(std::string_view text) {
  try {
    static_cast<void>(parse_env_file(text, "my.env"));
    return {};
  } catch (const ConfigError& error) {
    return error.what();
  }
}

TEST_CASE("a line is a name and its value") {
  CHECK(value("NAME=value") == "value");
  CHECK(value("NAME=value\n") == "value");
  CHECK(value("  NAME = value  ") == "value");
  CHECK(value("\tNAME\t=\tvalue\t") == "value");
  CHECK(value("export NAME=value") == "value");
  CHECK(value("export   NAME=value") == "value");
  CHECK(value("export\tNAME=value") == "value");
  CHECK(value("export \t NAME=value") == "value");
  CHECK(value("NAME=") == "");
  CHECK(value("NAME=a=b==") == "a=b==");
  CHECK(value("NAME=two words") == "two words");
  CHECK(value("NAME=postgresql://u:p@h/d?x=y") == "postgresql://u:p@h/d?x=y");
}

TEST_CASE("names are letters, digits and underscores, and export alone is one") {
  const auto entries = parse_env_file("_a1=x\nexport=y\nexported=z", ".env");
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].name == "_a1");
  CHECK(entries[1].name == "export");
  CHECK(entries[2].name == "exported");
}

TEST_CASE("blank lines and comments are passed over, and lines are counted with them") {
  const auto entries = parse_env_file("# first\n\n  # second\nA=1\n \t \nB=2", ".env");
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].line == 4);
  CHECK(entries[1].line == 6);
  CHECK(parse_env_file("", ".env").empty());
  CHECK(parse_env_file("\n\n# x", ".env").empty());
}

TEST_CASE("a comment behind a value begins with a blank") {
  CHECK(value("NAME=value # comment") == "value");
  CHECK(value("NAME=value\t# comment") == "value");
  CHECK(value("NAME=val#ue") == "val#ue");
  CHECK(value("NAME=val#ue # and # more") == "val#ue");
  CHECK(value("NAME=# nothing") == "");
  CHECK(value("NAME= # nothing") == "");
  CHECK(value("NAME='a # b' # c") == "a # b");
  CHECK(value("NAME=\"a # b\" # c") == "a # b");
}

TEST_CASE("lines may end as on Windows") {
  const auto entries = parse_env_file("A=1\r\nB='2'\r\n\r\n# x\r\nC=3\r", ".env");
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].value == "1");
  CHECK(entries[1].value == "2");
  CHECK(entries[2].value == "3");
}

TEST_CASE("a byte order mark is overlooked") {
  CHECK(value("\xEF\xBB\xBFNAME=value\r\n") == "value");
  CHECK(parse_env_file("\xEF\xBB\xBF", ".env").empty());
}

TEST_CASE("quotes inside a value are part of it") {
  CHECK(value("NAME=it's") == "it's");
  CHECK(value("NAME=x \"y\"") == "x \"y\"");
  CHECK(value("NAME=p'a\"ss'") == "p'a\"ss'");
  CHECK(value("NAME=Tea \"&\" Co # comment") == "Tea \"&\" Co");
}

TEST_CASE("quotes that close before the end of a value are part of it") {
  CHECK(value(R"(NAME="Coffee Auth" <noreply@corp.example>)") ==
        R"("Coffee Auth" <noreply@corp.example>)");
  CHECK(value("NAME='Coffee Auth' <noreply@corp.example> # sender") ==
        "'Coffee Auth' <noreply@corp.example>");
  CHECK(value("NAME='x' y") == "'x' y");
  CHECK(value("NAME=\"x\"y") == "\"x\"y");
  CHECK(value(R"(NAME="a", "b")") == R"(a", "b)");
}

TEST_CASE("quotes around a whole value may have others between them") {
  CHECK(value(R"(NAME="{"a": 1}")") == R"({"a": 1})");
  CHECK(value(R"(NAME="{"a": 1}" # routes)") == R"({"a": 1})");
  CHECK(value("NAME='it''s'") == "it''s");
}

TEST_CASE("single quotes are literal") {
  CHECK(value("NAME='a \"b\" \\n $c'") == "a \"b\" \\n $c");
  CHECK(value("NAME=''") == "");
  CHECK(value("NAME='  '") == "  ");
}

TEST_CASE("double quotes know six escapes, and nothing is substituted") {
  CHECK(value(R"(NAME="a\d\x41\'")") == R"(a\d\x41\')");
  CHECK(value(R"(NAME="a\nb\rc\td\"e\\f\$g")") == "a\nb\rc\td\"e\\f$g");
  CHECK(value(R"(NAME="$HOME ${HOME} `id`")") == "$HOME ${HOME} `id`");
  CHECK(value(R"(NAME="it's")") == "it's");
  CHECK(value("NAME=$HOME") == "$HOME");
}

TEST_CASE("whatever cannot be meant is refused with the file and the line") {
  CHECK(complaint("A=1\n\nNAME") == "my.env:3: expected NAME=value");
  CHECK(complaint("=x") == "my.env:1: the name must be letters, digits and _");
  CHECK(complaint("1A=x") == "my.env:1: the name must be letters, digits and _");
  CHECK(complaint("A-B=x") == "my.env:1: the name must be letters, digits and _");
  CHECK(complaint("A B=x") == "my.env:1: the name must be letters, digits and _");
  CHECK(complaint("A=1\nA='x") == "my.env:2: the quote is not closed");
  CHECK(complaint("A=\"x") == "my.env:1: the quote is not closed");
  CHECK(complaint("A=\"x\\") == "my.env:1: the quote is not closed");
  CHECK(complaint("A=\"x\\\"") == "my.env:1: the quote is not closed");
  CHECK(complaint("A=\"x\ny\"") == "my.env:1: the quote is not closed");
  CHECK(complaint("A=1\nexport A=2") == "my.env:2: A is set twice");
  CHECK(complaint(std::string_view{"A=x\0y", 5}) == "my.env:1: a NUL character");
  CHECK(complaint(std::string_view{"# \0", 3}) == "my.env:1: a NUL character");
}

TEST_CASE("no complaint quotes a value") {
  for (const std::string_view text : {"SECRET_KEY='s3cret", "SECRET_KEY=\"s3cret",
                                      "SECRET_KEY=\"\\s3cret", "s3cret", "export s3cret s3cret"}) {
    CHECK_FALSE(complaint(text).empty());
    CHECK(complaint(text).find("s3cret") == std::string::npos);
  }
}

std::string quoted(std::string_view text) {
  std::string out = "NAME=\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      if (c == '"' || c == '\\' || c == '$') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

TEST_CASE("any text but a NUL can be written in double quotes") {
  std::mt19937 random{5};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto size = random() % 12; size > 0; --size) {
      static constexpr std::string_view alphabet = "ab \t\n\r\"'\\$#=\xC3\xA9\x1B";
      text += alphabet[random() % alphabet.size()];
    }
    REQUIRE(value(quoted(text)) == text);
  }
}

TEST_CASE("no file breaks the reader") {
  std::mt19937 random{6};
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (auto size = random() % 24; size > 0; --size) {
      static constexpr auto alphabet = "A=B\n\r \t'\"\\#$export\0"sv;
      text += alphabet[random() % alphabet.size()];
    }
    const auto said = complaint(text);
    REQUIRE((said.empty() || said.starts_with("my.env:")));
  }
}

}  // namespace
}  // namespace coffeeauth::server
