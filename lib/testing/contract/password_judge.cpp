#include "coffeeauth/testing/contract/password_judge.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

constexpr std::array<std::string_view, 4> known_to_all{"password", "12345678", "qwertyuiop",
                                                       "iloveyou"};

constexpr std::string_view unguessable = "vK7 mulch-orbit 93 quaintly lapsed!";

std::optional<PasswordWeakness> ask(PasswordJudge& judge, std::string_view typed,
                                    std::string_view folded) {
  const std::vector<std::string> own_words{"grace.hopper@example.com", "grace", "hopper",
                                           "example shop"};
  const auto password = Password::parse(typed).value();
  return judge.weakness({.password = password, .folded = folded, .own_words = own_words});
}

std::optional<PasswordWeakness> ask(PasswordJudge& judge, std::string_view lower_case) {
  return ask(judge, lower_case, lower_case);
}

bool is_snake_case(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void verdicts(PasswordJudge& judge) {
  SUBCASE("judge: what everybody tries first is refused, in any letter case") {
    for (const auto text : known_to_all) {
      CAPTURE(text);
      CHECK(ask(judge, text));
      std::string upper{text};
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
      CHECK(ask(judge, upper, text));
    }
  }

  SUBCASE("judge: a long password that nobody has is accepted, whosever words there are") {
    CHECK_FALSE(ask(judge, unguessable));
    const auto password = Password::parse(unguessable).value();
    CHECK_FALSE(judge.weakness({.password = password, .folded = unguessable, .own_words = {}}));
  }
}

void reasons(PasswordJudge& judge) {
  SUBCASE("judge: the reason is a stable word and a sentence that does not quote the password") {
    for (const auto text : known_to_all) {
      CAPTURE(text);
      // "password" is a word that a sentence about passwords has.
      const auto reason = ask(judge, text);
      REQUIRE(reason);
      CHECK(is_snake_case(reason->code));
      CHECK(reason->message.ends_with('.'));
      if (text != "password") CHECK(reason->message.find(text) == std::string::npos);
    }
  }
}

void bounds(PasswordJudge& judge) {
  SUBCASE("judge: whatever a Password can be gets an answer, and the same one again") {
    std::vector<std::string> hostile{"x", std::string(128, 'a'), std::string(128, '\\')};
    for (const std::string_view unit : {"12", "98", "\xC3\xA4", "\xF0\x9F\x98\x80", "1!|iIlL"}) {
      std::string text;
      while (text.size() + unit.size() <= 128) text += unit;
      hostile.push_back(text);
    }
    for (const auto& text : hostile) CHECK(ask(judge, text) == ask(judge, text));
  }

  SUBCASE("judge: many threads ask at once, and each gets its own answer") {
    const auto refused = ask(judge, known_to_all.front());
    const auto answers = race(race_threads, [&](std::size_t i) {
      return ask(judge, i % 2 == 0 ? known_to_all.front() : unguessable);
    });
    for (std::size_t i = 0; i < answers.size(); ++i) {
      CHECK(answers[i] == (i % 2 == 0 ? refused : std::nullopt));
    }
  }
}

}  // namespace

void password_judge_contract(PasswordJudge& judge) {
  verdicts(judge);
  reasons(judge);
  bounds(judge);
}

}  // namespace coffeeauth::testing
