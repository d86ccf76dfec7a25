#include <array>
#include <optional>

#include "coffeeauth/testing/fast_hasher.hpp"
#include "coffeeauth/testing/list_judge.hpp"
#include "lib/vault/vault.hpp"
#include "tests/unit/passwords/fixture.hpp"

using namespace coffeeauth;

namespace {

constexpr std::string_view good = "correct horse battery";

struct Fixture {
  Vault vault{Secret{std::string_view{"0123456789abcdef0123456789abcdef"}}};
  testing::ListJudge judge;
  testing::FastHasher hasher;
  testing::ScriptedRandom random;
  PasswordService service{{.service_name = "Bean Counter"}, vault, judge, hasher, random};
  EmailAddress email = EmailAddress::parse("Grace.Hopper+navy@Example.com").value();

  /// The word for what is wrong with `text`, or nothing.
  std::string fault(std::string_view text, std::string_view first = "Grace",
                    std::string_view last = "Brewster Hopper") {
    const auto result = service.check_strength(password(text), {email, first, last});
    if (result) return {};
    REQUIRE_ERROR(result, ErrorCode::validation_failed);
    REQUIRE(result.error().fields.size() == 1);
    CHECK(result.error().fields.front().field == "password");
    return result.error().fields.front().code;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "eight characters are enough, seven are not") {
  CHECK(fault("zq8!vTr") == "too_short");
  CHECK(fault("zq8!vTr2").empty());
  // Characters, not octets; and as NFKC counts them: e and its accent are one.
  CHECK(fault("\xC3\xA9\xC3\xA8\xC3\xAA\xC3\xAB\xC3\xA0\xC3\xA2\xC3\xB4") == "too_short");
  CHECK(fault("zq8!vTe\xCC\x81") == "too_short");
}

TEST_CASE_FIXTURE(Fixture, "a password of which nothing can be seen is refused for that") {
  const auto eight = [](std::string_view character) {
    std::string text;
    for (int i = 0; i < 8; ++i) text += character;
    return text;
  };
  for (const std::string_view character :
       {" ", "\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\x8B", "\xE2\x81\xA0", "\xEF\xBB\xBF", "\xC2\xAD",
        "\xCC\x81", "\xE2\x83\xA3", "\xE2\xA0\x80", "\xE3\x85\xA4", "\xEF\xB8\x8F", "\xE2\x80\x8D",
        "\xF3\xA0\x80\xA0"}) {
    CAPTURE(character);
    CHECK(fault(eight(character)) == "invisible");
    CHECK(fault(eight(character) + " " + eight(character)) == "invisible");
  }
  // One that can be seen is enough for this rule; how many are enough is another.
  CHECK(fault("       x").empty());
  CHECK(fault("\xE0\xA4\x95\xE0\xA5\x8D\xE0\xA4\xB7\xE0\xA4\xBF\xE0\xA4\xA4\xE0\xA4\xBF"
              "\xE0\xA4\x9C\xE0\xA4\xAF")
            .empty());
  // It may still log in where it was set before.
  CHECK(password(eight("\xE2\x80\x8B")).code_points() == 8);
}

TEST_CASE_FIXTURE(Fixture, "the least length is the configured one") {
  const PasswordService strict{{.min_length = 12}, vault, judge, hasher, random};
  const PasswordOwner owner{email, "", ""};
  CHECK_ERROR(strict.check_strength(password("zq8!vTr2#mL"), owner), ErrorCode::validation_failed);
  CHECK_OK(strict.check_strength(password("zq8!vTr2#mLp"), owner));
}

TEST_CASE_FIXTURE(Fixture, "a common password is refused in any letter case and width") {
  CHECK(fault("password") == "too_common");
  CHECK(fault("PassWord") == "too_common");
  CHECK(fault("\xEF\xBC\xB0\xEF\xBD\x81\xEF\xBD\x93\xEF\xBD\x93"
              "word") == "too_common");  // full-width P, a, s, s
  CHECK(fault("12345678") == "too_common");
}

TEST_CASE_FIXTURE(Fixture, "the owner's address is refused, whole or in part") {
  CHECK(fault("grace.hopper+navy@example.com") == "too_similar");
  CHECK(fault("GRACE.HOPPER+NAVY@EXAMPLE.COM") == "too_similar");
  CHECK(fault("Grace.Hopper+Navy") == "too_similar");
  CHECK(fault("grace.hopper") == "too_similar");
}

TEST_CASE_FIXTURE(Fixture,
                  "the address is refused as it was typed and as it is written on the wire") {
  email = EmailAddress::parse(
              "ada@b\xC3\xBC"
              "cher.example")
              .value();
  CHECK(fault("ada@b\xC3\x9C"
              "CHER.example") == "too_similar");
  CHECK(fault("ada@xn--bcher-kva.example") == "too_similar");
}

TEST_CASE_FIXTURE(Fixture, "the owner's name is refused, in either order") {
  CHECK(fault("brewster hopper") == "too_similar");
  CHECK(fault("Grace Brewster Hopper") == "too_similar");
  CHECK(fault("brewster hoppergrace") == "too_similar");
  CHECK(fault("Wolframina", "WOLFRAMINA", "") == "too_similar");
  CHECK(fault("stra\xC3\x9F"
              "enbahn",
              "Strassenbahn", "") == "too_similar");
}

TEST_CASE_FIXTURE(Fixture, "the service's name is refused") {
  CHECK(fault("bean counter") == "too_similar");
}

TEST_CASE_FIXTURE(Fixture, "a good password is accepted whatever the owner leaves empty") {
  CHECK(fault(good).empty());
  CHECK(fault(good, "", "").empty());
  CHECK(fault("grace likes hopping in the park").empty());
}

TEST_CASE_FIXTURE(Fixture, "two hashes of one password differ, those of a sign-up do not") {
  const auto other = EmailAddress::parse("alan@example.com").value();
  CHECK_FALSE(service.hash(password(good)) == service.hash(password(good)));
  CHECK(service.hash_for_sign_up(password(good), email, {}) ==
        service.hash_for_sign_up(password(good), email, {}));
  CHECK_FALSE(service.hash_for_sign_up(password(good), email, {}) ==
              service.hash_for_sign_up(password(good), other, {}));
}

TEST_CASE_FIXTURE(Fixture,
                  "a sign-up hashes like the account that is there, whatever that is like") {
  const auto own = service.hash(password(good));
  hasher.raise_parameters();
  const PasswordHash foreign{"bcrypt$nonsense"};
  Credentials account{.user = {.id = {}, .email = email, .first_name = "", .last_name = ""},
                      .password_hash = own};
  CHECK(service.hash_for_sign_up(password(good), email, account) == own);
  account.sign_ups = {own};
  for (const auto& useless : {PasswordHash{}, foreign}) {
    account.password_hash = useless;
    CHECK(service.hash_for_sign_up(password(good), email, account) == own);
  }
  account.sign_ups.clear();
  CHECK(service.hash_for_sign_up(password(good), email, account) ==
        service.hash_for_sign_up(password(good), email, {}));
}

TEST_CASE_FIXTURE(Fixture,
                  "a login costs one hash, whoever has an account, a password or a sign-up") {
  const auto own = service.hash(password(good));
  Credentials account{.user = {.id = {}, .email = email, .first_name = "", .last_name = ""},
                      .password_hash = own};
  account.sign_ups = {service.hash_for_sign_up(password("another good one"), email, account),
                      PasswordHash{}};
  auto empty = account;
  empty.password_hash = PasswordHash{};
  empty.sign_ups.clear();
  auto foreign = empty;
  foreign.password_hash = PasswordHash{"bcrypt$nonsense"};
  const auto check = [&](const std::optional<Credentials>& found, std::string_view text) {
    const auto before = hasher.hashes() + hasher.verifies();
    const auto whose = service.check_login(password(text), email, found);
    CHECK(hasher.hashes() + hasher.verifies() - before == 1);
    return whose;
  };
  CHECK(check(account, good) == LoginPassword::matches_account);
  CHECK(check(account, "another good one") == LoginPassword::matches_sign_up);
  CHECK(check(account, "neither of the two") == LoginPassword::matches_none);
  CHECK(check(empty, good) == LoginPassword::matches_none);
  CHECK(check(foreign, good) == LoginPassword::matches_none);
  CHECK(check(std::nullopt, good) == LoginPassword::matches_none);
  hasher.raise_parameters();
  CHECK(check(account, good) == LoginPassword::matches_account_needs_rehash);
}

TEST_CASE_FIXTURE(Fixture, "a missing or empty hash never matches and costs one check") {
  const PasswordHash empty;
  const auto stored = service.hash(password(good));
  CHECK(service.verify(password(good), nullptr) == PasswordVerdict::no_match);
  CHECK(hasher.verifies() == 1);
  CHECK(service.verify(password(good), &empty) == PasswordVerdict::no_match);
  CHECK(hasher.verifies() == 2);
  CHECK(service.verify(password(good), &stored) == PasswordVerdict::match);
  CHECK(hasher.verifies() == 3);
}

TEST_CASE_FIXTURE(Fixture,
                  "a hash from before the parameters rose is a match that needs a rehash") {
  const auto stored = service.hash(password(good));
  hasher.raise_parameters();
  CHECK(service.verify(password(good), &stored) == PasswordVerdict::match_needs_rehash);
}
