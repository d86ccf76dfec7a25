#include "coffeeauth/testing/doctest.hpp"

#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "coffeeauth/testing/contract/password_judge.hpp"
#include "coffeeauth/zxcvbn/zxcvbn.hpp"

using namespace coffeeauth;

namespace {

std::string lower(std::string text) {
  for (auto& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// `text` has no capital letter beyond ASCII, so that its folded form is at hand.
std::optional<PasswordWeakness> weakness(const std::string& text, unsigned min_strength = 2,
                                         const std::vector<std::string>& own_words = {}) {
  const auto judge = zxcvbn::make_zxcvbn_judge({.min_strength = min_strength});
  const auto password = Password::parse(text).value();
  const auto folded = lower(text);
  return judge->weakness({.password = password, .folded = folded, .own_words = own_words});
}

std::string code(const std::string& text, unsigned min_strength = 2,
                 const std::vector<std::string>& own_words = {}) {
  const auto found = weakness(text, min_strength, own_words);
  return found ? found->code : std::string{};
}

std::string message(const std::string& text, const std::vector<std::string>& own_words = {}) {
  const auto found = weakness(text, 2, own_words);
  return found ? found->message : std::string{};
}

std::string repeated(std::string_view unit, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += unit;
  return text;
}

const std::vector<std::string> own{
    "grace.hopper@example.com", "grace.hopper", "grace", "hopper", "example", "bean counter"};

}  // namespace

TEST_CASE("the judge keeps the PasswordJudge contract, however strict it is") {
  const auto judge = zxcvbn::make_zxcvbn_judge();
  testing::password_judge_contract(*judge);
  const auto strictest = zxcvbn::make_zxcvbn_judge({.min_strength = 4});
  testing::password_judge_contract(*strictest);
  const auto mildest = zxcvbn::make_zxcvbn_judge({.min_strength = 0});
  testing::password_judge_contract(*mildest);
}

TEST_CASE("a strength is 0 to 4") {
  CHECK_NOTHROW(static_cast<void>(zxcvbn::make_zxcvbn_judge({.min_strength = 4})));
  CHECK_THROWS_AS(static_cast<void>(zxcvbn::make_zxcvbn_judge({.min_strength = 5})),
                  std::invalid_argument);
}

TEST_CASE("a common password is too common at every strength, in any letter case") {
  for (const unsigned strength : {0U, 1U, 2U, 3U, 4U}) {
    for (const auto* const text : {"password", "PassWord", "PASSWORD", "12345678", "iloveyou",
                                   "sunshine", "princess", "football", "baseball", "qwertyuiop"}) {
      CAPTURE(text);
      CHECK(code(text, strength) == "too_common");
    }
  }
  CHECK(message("password") == "This password is too common.");
}

TEST_CASE("letters replaced by digits and signs do not make it rare") {
  for (const auto* const text : {"p4ssw0rd", "P@ssword", "5unshine", "i1oveyou"}) {
    CAPTURE(text);
    CHECK(code(text) == "too_common");
  }
}

TEST_CASE("the message names what a weak password is made of") {
  const auto made_of = [](const std::string& names) {
    return "This password is easy to guess: it is made of " + names +
           ". Add a few words that have nothing to do with it or with each other.";
  };
  CHECK(message("sunshine1984") == made_of("a common word or name and a date or year"));
  CHECK(message("aaaaaaaaaa") == made_of("repeated characters"));
  CHECK(message("passwordpassword") == made_of("a common word or name and repetitions"));
  CHECK(message("hijklmnop") == made_of("a sequence like abc or 123"));
  CHECK(message("xdr5tgb") == made_of("keys that lie side by side"));
  CHECK(message("12.03.1984") == made_of("a date or year"));
  CHECK(message("m0nkeysunshine").find("some characters replaced") != std::string::npos);
  for (const auto* const text : {"sunshine1984", "aaaaaaaaaa", "hijklmnop", "12.03.1984"}) {
    CHECK(code(text) == "too_weak");
  }
  const auto digits = weakness("70391846", 3);
  REQUIRE(digits);
  CHECK(digits->message ==
        "This password is easy to guess: it is short and has characters of one kind only. Make it "
        "longer.");
}

TEST_CASE("a password of the person's own words is too similar, with whatever stands around them") {
  for (const auto* const text : {"gracehopper", "Grace Hopper", "hopper.grace1", "GraceHopper!",
                                 "gr4ceh0pper", "reppohecarg", "example1"}) {
    CAPTURE(text);
    CHECK(code(text, 2, own) == "too_similar");
  }
  CHECK(message("gracehopper1", own) == "The password is too similar to your address or name.");
  // As one part of many it is named, and as a part of a good one it is no matter.
  CHECK(message("sunshine1984hopper").empty());
  CHECK(message("monkeydragonhop", {"hop"}).find("your address or name") != std::string::npos);
  CHECK(code("grace likes hopping in the park", 2, own).empty());
}

TEST_CASE("what is asked for more strength is refused, what has it is accepted") {
  struct Known {
    const char* text;
    unsigned strength;
  };
  for (const auto& known :
       {Known{"password123", 0}, Known{"testpass123", 1}, Known{"longenoughpassword", 1},
        Known{"TestPass123!", 2}, Known{"london-bridge", 2}, Known{"graceful tide", 3},
        Known{"correct horse battery", 4}, Known{"plum tart & 47 spoons", 4},
        Known{"zq8!vTr2", 4}}) {
    CAPTURE(known.text);
    for (unsigned asked = 0; asked <= 4; ++asked) {
      CHECK(code(known.text, asked).empty() == (asked <= known.strength));
    }
  }
}

TEST_CASE("a character is one character in every script") {
  // Eight of them, all different, and eight times the same.
  const std::string different =
      "\xE5\x8F\xAF\xE7\x88\xB1\xE7\x9A\x84\xE5\xB0\x8F\xE7\x8C\xAB\xE5\x9C\xA8\xE7\x9D\xA1"
      "\xE8\xA7\x89";
  CHECK(code(different).empty());
  for (const std::string_view one : {"\xC3\xA4", "\xE7\x8C\xAB", "\xF0\x9F\x98\x80"}) {
    CAPTURE(one);
    CHECK(message(repeated(one, 10)).find("repeated characters") != std::string::npos);
  }
  // The words of the person, too.
  const std::string anna = "\xD0\xB0\xD0\xBD\xD0\xBD\xD0\xB0";
  CHECK(code(anna + "1990", 2, {anna}) == "too_similar");
  CHECK(code(anna + "1990", 2, {"\xD0\xBE\xD0\xBB\xD1\x8C\xD0\xB3\xD0\xB0"}) != "too_similar");
}

TEST_CASE("the beginning of a long password is judged, and a strong one is enough") {
  CHECK(code(repeated("a", 128)) == "too_weak");
  CHECK(code(repeated("12", 64)) == "too_weak");
  CHECK(code("plum tart & 47 spoons" + repeated("a", 100)).empty());
  // No whole word of the dictionaries, though what is judged may be one.
  CHECK(code("password" + repeated("password", 15)) == "too_weak");
}

TEST_CASE("any password gets an answer, whatever libzxcvbn takes of it for something") {
  // Characters that mean the most to it; the seed is part of the test.
  constexpr std::string_view letters = "0123456789+-*/.=aAqQsS@$|!({[<l%&\\ _19";
  std::mt19937 random{20'240'917};
  const auto below = [&](std::size_t end) { return random() % end; };
  const auto judge = zxcvbn::make_zxcvbn_judge({.min_strength = 4});
  for (int i = 0; i < 3'000; ++i) {
    std::string text;
    const auto size = 1 + below(40);
    while (text.size() < size) {
      text += text.size() > 3 && below(4) == 0 ? text[text.size() - 1 - below(3)]
                                               : letters[below(letters.size())];
    }
    std::vector<std::string> words;
    for (std::size_t w = below(4); w > 0; --w) words.push_back(text.substr(below(size)));
    const auto password = Password::parse(text).value();
    const auto folded = lower(text);
    const auto found =
        judge->weakness({.password = password, .folded = folded, .own_words = words});
    if (found) {
      CAPTURE(text);
      CHECK(found->message.ends_with('.'));
      CHECK(found->code.starts_with("too_"));
    }
  }
}
