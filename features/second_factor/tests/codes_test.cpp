#include "coffeeauth/second_factor/codes.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string>

#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/error.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/scripted_random.hpp"
#include "tests/child.hpp"

namespace coffeeauth::second_factor {
namespace {

using namespace std::chrono_literals;

const OneTimeCodes& hashes() {
  static const auto made = crypto::make_openssl_one_time_codes();
  return *made;
}

/// The secret of RFC 4226, appendix D, and of RFC 6238, appendix B.
Secret rfc_secret() { return Secret{std::string_view{"12345678901234567890"}}; }

std::string text_of(const Secret& secret) { return std::string{secret.expose_secret()}; }

std::string code_at(const Secret& secret, std::int64_t step, std::size_t digits = 6) {
  return text_of(totp_at(hashes(), secret, step, digits));
}

UtcTime at(std::int64_t seconds) { return UtcTime{std::chrono::seconds{seconds}}; }

std::string parsed(std::string_view typed) {
  const auto code = RecoveryCode::parse(typed);
  return code ? std::string{code->expose_secret()} : "none";
}

TEST_CASE("codes are those of RFC 4226, appendix D") {
  constexpr std::array expected{"755224", "287082", "359152", "969429", "338314",
                                "254676", "287922", "162583", "399871", "520489"};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(code_at(rfc_secret(), static_cast<std::int64_t>(i)) == expected.at(i));
  }
}

TEST_CASE("codes are those of RFC 6238, appendix B") {
  const std::pair<std::int64_t, const char*> expected[]{{59, "94287082"},
                                                        {1'111'111'109, "07081804"},
                                                        {1'111'111'111, "14050471"},
                                                        {1'234'567'890, "89005924"},
                                                        {2'000'000'000, "69279037"},
                                                        {20'000'000'000, "65353130"}};
  for (const auto& [seconds, code] : expected) {
    CHECK(code_at(rfc_secret(), step_of(at(seconds)), 8) == code);
  }
}

TEST_CASE("oathtool shows the same codes, and reads the same secrets") {
  if (std::system("command -v oathtool >/dev/null") != 0) {  // NOLINT(concurrency-mt-unsafe)
    // scripts/test installs it.
    CHECK_MESSAGE(std::getenv("COFFEEAUTH_ALL_TOOLS") == nullptr,  // NOLINT(concurrency-mt-unsafe)
                  "oathtool is not installed");
    return;
  }
  testing::ScriptedRandom random;
  for (std::int64_t i = 0; i < 20; ++i) {
    const auto secret = make_totp_secret(random);
    const auto seconds = 1'768'478'400 + i * 12'345'678;
    testing::Child oathtool{{"oathtool", "--totp", "--base32", "--now=@" + std::to_string(seconds),
                             text_of(to_base32(secret))},
                            "/dev/null"};
    CHECK(oathtool.first_line() == code_at(secret, step_of(at(seconds))));
  }
}

TEST_CASE("a step is 30 seconds") {
  CHECK(step_of(at(0)) == 0);
  CHECK(step_of(at(29) + 999ms) == 0);
  CHECK(step_of(at(30)) == 1);
  CHECK(step_of(at(1'768'478'400)) == 1'768'478'400 / 30);
}

TEST_CASE("a code is found in the steps around the current one, and in no other") {
  const auto secret = rfc_secret();
  const auto now = at(1'111'111'111);
  const auto current = step_of(now);
  const auto found = [&](std::int64_t step, std::size_t skew) {
    return find_step(hashes(), secret, code_at(secret, step), now, skew);
  };
  for (const std::int64_t near : {-1, 0, 1}) CHECK(found(current + near, 1) == current + near);
  for (const std::int64_t far : {-2, 2}) CHECK_FALSE(found(current + far, 1));
  for (const std::int64_t far : {-2, 2}) CHECK(found(current + far, 2) == current + far);
  for (const std::int64_t far : {-1, 1}) CHECK_FALSE(found(current + far, 0));
  for (const auto* const wrong : {"", "000000", "05047", "0504711"}) {
    CHECK_FALSE(find_step(hashes(), secret, wrong, now, 1));
  }
  CHECK_FALSE(find_step(hashes(), Secret{std::string_view{"another secret......"}},
                        code_at(secret, current), now, 2));
  CHECK(find_step(hashes(), secret, code_at(secret, 0), at(1), 2) == 0);
}

TEST_CASE("secrets of authenticator apps have 160 bits, each another") {
  testing::ScriptedRandom random;
  const auto first = make_totp_secret(random);
  CHECK(first.size() == 20);
  CHECK_FALSE(first == make_totp_secret(random));
  random.fail_next();
  CHECK_THROWS_AS(static_cast<void>(make_totp_secret(random)), Unavailable);
}

TEST_CASE("a code is six digits, with blanks where people put them") {
  const auto code = [](std::string_view typed) {
    const auto found = parse_factor_code(typed);
    return found ? text_of(*found) : "none";
  };
  CHECK(code("123456") == "123456");
  CHECK(code(" 012 345 ") == "012345");
  for (const auto* const other : {"", "12345", "1234567", "12345a", "123-456", "-12345", "12345\n",
                                  "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x93", "1 2 3 4 5"}) {
    CHECK(code(other) == "none");
  }
}

TEST_CASE("base 32 is that of RFC 4648 without padding") {
  const std::pair<std::string_view, const char*> expected[]{{"", ""},
                                                            {"f", "MY"},
                                                            {"fo", "MZXQ"},
                                                            {"foo", "MZXW6"},
                                                            {"foob", "MZXW6YQ"},
                                                            {"fooba", "MZXW6YTB"},
                                                            {"foobar", "MZXW6YTBOI"}};
  for (const auto& [bytes, text] : expected) CHECK(text_of(to_base32(Secret{bytes})) == text);
  CHECK(text_of(to_base32(rfc_secret())) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

TEST_CASE("the URI of a secret names service and account, whatever they are called") {
  const auto uri = [](std::string_view issuer, std::string_view account) {
    return text_of(totp_uri(rfc_secret(), issuer, account));
  };
  const std::string secret = "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  const std::string rest = "&algorithm=SHA1&digits=6&period=30";
  CHECK(uri("Coffee", "ada@example.org") ==
        "otpauth://totp/Coffee:ada%40example.org" + secret + "&issuer=Coffee" + rest);
  CHECK(uri("Caf\xC3\xA9 & Bar: 100%", "a+b?c#d/e@example.org") ==
        "otpauth://totp/Caf%C3%A9%20%26%20Bar%20100%25:a%2Bb%3Fc%23d%2Fe%40example.org" + secret +
            "&issuer=Caf%C3%A9%20%26%20Bar%20100%25" + rest);
  CHECK(uri("", "ada") == "otpauth://totp/ada" + secret + rest);
}

TEST_CASE("recovery codes have 120 bits that are shown in groups and read back") {
  testing::ScriptedRandom random;
  std::set<std::string> seen;
  std::set<char> characters;
  for (int i = 0; i < 200; ++i) {
    const auto code = RecoveryCode::random(random);
    const auto shown = text_of(code.shown());
    REQUIRE(shown.size() == 29);
    for (std::size_t at = 4; at < shown.size(); at += 5) CHECK(shown.at(at) == '-');
    CHECK(parsed(shown) == code.expose_secret());
    seen.insert(shown);
    characters.insert(code.expose_secret().begin(), code.expose_secret().end());
  }
  CHECK(seen.size() == 200);
  CHECK(std::string(characters.begin(), characters.end()) == "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
  random.fail_next();
  CHECK_THROWS_AS(static_cast<void>(RecoveryCode::random(random)), Unavailable);
}

TEST_CASE("a recovery code is read as people write it") {
  const std::string code = "7ZB2K9QF0M4XWT6HAE1PR8C1";
  CHECK(parsed("7ZB2-K9QF-0M4X-WT6H-AE1P-R8C1") == code);
  CHECK(parsed("7zb2k9qf0m4xwt6hae1pr8c1") == code);
  CHECK(parsed(" 7ZB2 K9QF\tOM4X-WT6H\nAEIP--R8CL\r\n") == code);
  CHECK(parsed("7zb2-k9qf-om4x-wt6h-aeip-r8cl") == code);
  for (const auto* const other :
       {"", "7ZB2-K9QF-0M4X-WT6H-AE1P-R8C", "7ZB2-K9QF-0M4X-WT6H-AE1P-R8C11",
        "7ZB2-K9QF-0M4X-WT6H-AE1P-R8CU", "7ZB2_K9QF_0M4X_WT6H_AE1P_R8C1",
        "7ZB2-K9QF-0M4X-WT6H-AE1P-R8C\xC3\x89"}) {
    CHECK(parsed(other) == "none");
  }
}

}  // namespace
}  // namespace coffeeauth::second_factor
