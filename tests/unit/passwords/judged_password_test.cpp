#include <algorithm>
#include <stdexcept>
#include <vector>

#include "coffeeauth/error.hpp"
#include "coffeeauth/testing/fast_hasher.hpp"
#include "lib/vault/vault.hpp"
#include "tests/unit/passwords/fixture.hpp"

using namespace coffeeauth;

namespace {

constexpr std::string_view good = "Correct Horse BATTERY";

/// Keeps what it was given, and says what it is told to.
class RecordingJudge final : public PasswordJudge {
 public:
  std::optional<PasswordWeakness> weakness(const PasswordCandidate& candidate) override {
    ++asked;
    password = candidate.password.expose_secret();
    folded = candidate.folded;
    own_words.assign(candidate.own_words.begin(), candidate.own_words.end());
    if (is_down) throw Unavailable("the list of passwords is down");
    return answer;
  }

  int asked = 0;
  bool is_down = false;
  std::string password;
  std::string folded;
  std::vector<std::string> own_words;
  std::optional<PasswordWeakness> answer;
};

struct Fixture {
  Vault vault{Secret{std::string_view{"0123456789abcdef0123456789abcdef"}}};
  RecordingJudge judge;
  testing::FastHasher hasher;
  testing::ScriptedRandom random;
  PasswordService service{{.service_name = "Bean Counter"}, vault, judge, hasher, random};
  EmailAddress email = EmailAddress::parse("Grace.Hopper+navy@mail.Yale.edu").value();

  Result<void> check(std::string_view text, std::string_view first = "Grace",
                     std::string_view last = "Brewster O'Hopper") {
    return service.check_strength(password(text), {email, first, last});
  }
  [[nodiscard]] bool knows(std::string_view word) const {
    return std::find(judge.own_words.begin(), judge.own_words.end(), word) != judge.own_words.end();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the judge is given the password as it is and with its case folded") {
  CHECK(check(good));
  CHECK(judge.asked == 1);
  CHECK(judge.password == good);
  CHECK(judge.folded == "correct horse battery");
}

TEST_CASE_FIXTURE(Fixture, "the judge is told the words of the person and of the service") {
  CHECK(check(good));
  for (const auto* const word :
       {"grace.hopper+navy@mail.yale.edu", "grace.hopper+navy", "grace.hopper", "grace", "hopper",
        "navy", "mail", "yale", "brewster o'hopper", "grace brewster o'hopper",
        "brewster o'hoppergrace", "brewster", "bean counter", "bean", "counter"}) {
    CAPTURE(word);
    CHECK(knows(word));
  }
  // Of two letters, and what is no word.
  for (const auto* const word : {"o", "", "'", ".", "@"}) {
    CAPTURE(word);
    CHECK_FALSE(knows(word));
  }
  auto sorted = judge.own_words;
  std::sort(sorted.begin(), sorted.end());
  CHECK(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end());
}

TEST_CASE_FIXTURE(Fixture, "words of other scripts are whole words, with their case folded") {
  CHECK(check(good, "\xD0\x90\xD0\x9D\xD0\x9D\xD0\x90",
              "M\xC3\x9CLLER-L\xC3\x9C"
              "D"));
  CHECK(knows("\xD0\xB0\xD0\xBD\xD0\xBD\xD0\xB0"));
  CHECK(knows("m\xC3\xBCller"));
  CHECK(
      knows("l\xC3\xBC"
            "d"));
}

TEST_CASE_FIXTURE(Fixture, "what the judge says is the error of the field, word for word") {
  judge.answer = PasswordWeakness{.code = "of_our_own", .message = "Not this one."};
  const auto refused = check(good);
  REQUIRE_FALSE(refused);
  CHECK_ERROR(refused, ErrorCode::validation_failed);
  CHECK(refused.error().fields ==
        std::vector<FieldError>{{"password", "of_our_own", "Not this one."}});
}

TEST_CASE_FIXTURE(Fixture, "the judge is not asked about what the rules refuse already") {
  for (const auto* const text : {"short", "           ", "grace.hopper", "Bean Counter"}) {
    CHECK_FALSE(check(text));
  }
  CHECK(judge.asked == 0);
}

TEST_CASE_FIXTURE(Fixture, "a judge that is down is no judge that is content") {
  judge.is_down = true;
  CHECK_THROWS_AS(static_cast<void>(check(good)), Unavailable);
}

TEST_CASE_FIXTURE(Fixture, "who accepts any password says so, and keeps the other rules") {
  const PasswordService open{{}, vault, accept_any_password(), hasher, random};
  const PasswordOwner owner{email, "", ""};
  CHECK(open.check_strength(password("password"), owner));
  CHECK(open.check_strength(password("12345678"), owner));
  CHECK_FALSE(open.check_strength(password("1234567"), owner));
  CHECK_FALSE(open.check_strength(password("grace.hopper"), owner));
}
