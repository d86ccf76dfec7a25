#include "coffeeauth/password.hpp"

#include <type_traits>

#include "coffeeauth/user_service.hpp"
#include "fixture.hpp"
#include "tests/exposed.hpp"

namespace coffeeauth {
namespace {

static_assert(!std::is_copy_constructible_v<Password>);
static_assert(!std::is_convertible_v<Password, std::string_view>);

TEST_CASE("two ways to type a character are one password") {
  // e with acute: composed, and as a letter and an accent.
  const auto composed = Password::parse("caf\xC3\xA9 au lait").value();
  const auto decomposed = Password::parse("cafe\xCC\x81 au lait").value();
  CHECK(composed.expose_secret() == decomposed.expose_secret());
  CHECK(decomposed.code_points() == 12);
  // Full-width letters and ligatures are compatibility forms.
  CHECK(exposed(Password::parse("\xEF\xBC\xA1\xEF\xBC\xA2").value()) == "AB");
  CHECK(exposed(Password::parse("\xEF\xAC\x81").value()) == "fi");
  CHECK(Password::parse("\xEF\xAC\x81").value().code_points() == 2);
}

TEST_CASE("blanks and letter case are part of a password") {
  CHECK(exposed(Password::parse("  a B ").value()) == "  a B ");
  CHECK(Password::parse(" ").value().code_points() == 1);
}

TEST_CASE("length counts code points, not octets") {
  const auto coffee = utf8(0x2615);
  CHECK(Password::parse(repeated(coffee, 8)).value().code_points() == 8);
  CHECK(Password::parse(repeated(utf8(0x1F600), 128)).value().code_points() == 128);
  CHECK(problem(Password::parse(repeated(utf8(0x1F600), 129))) == "password: too_long");
  CHECK(exposed(Password::parse(std::string(128, 'x')).value()) == std::string(128, 'x'));
  CHECK(problem(Password::parse(std::string(129, 'x'))) == "password: too_long");
}

TEST_CASE("length counts what normalisation leaves") {
  // 256 code points typed, 128 after composition.
  CHECK(Password::parse(repeated("e\xCC\x81", 128)).value().code_points() == 128);
  // One code point typed, eighteen after NFKC: 8 of them are too many.
  const auto salutation = utf8(0xFDFA);
  CHECK(Password::parse(repeated(salutation, 7)).value().code_points() == 126);
  CHECK(problem(Password::parse(repeated(salutation, 8))) == "password: too_long");
}

TEST_CASE("a megabyte is refused") {
  CHECK(problem(Password::parse(std::string(1U << 20U, 'x'))) == "password: too_long");
  // The last size that is looked at, and the first that is not.
  CHECK(problem(Password::parse(std::string(4'096, '\n'))) == "password: invalid");
  CHECK(problem(Password::parse(std::string(4'097, '\n'))) == "password: too_long");
}

TEST_CASE("nothing typed is asked for") {
  CHECK(problem(Password::parse("")) == "password: required");
}

TEST_CASE("text that is not UTF-8 is refused") {
  for (const std::string_view typed :
       {"\x80", "pass\xFFword", "\xC3", "\xE2\x98", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xE0\x80\xAF"}) {
    CHECK(problem(Password::parse(typed)) == "password: invalid");
  }
}

TEST_CASE("every control and reordering character is refused, and its neighbours are not") {
  const auto refused = [](std::uint32_t c) {
    return problem(Password::parse("pass" + utf8(c) + "word")) == "password: invalid";
  };
  for (std::uint32_t c = 0; c <= 0xA0; ++c) {
    CAPTURE(c);
    CHECK(refused(c) == (c < 0x20 || (c >= 0x7F && c <= 0x9F)));
  }
  for (const std::uint32_t c : {0x061CU, 0x200EU, 0x200FU, 0x2028U, 0x2029U, 0x202AU, 0x202BU,
                                0x202CU, 0x202DU, 0x202EU, 0x2066U, 0x2067U, 0x2068U, 0x2069U}) {
    CAPTURE(c);
    CHECK(refused(c));
  }
  for (const std::uint32_t c :
       {0x061BU, 0x061DU, 0x200DU, 0x2010U, 0x2027U, 0x202FU, 0x2065U, 0x206AU}) {
    CAPTURE(c);
    CHECK_FALSE(refused(c));
  }
}

TEST_CASE("a clone is the same password") {
  const auto password = Password::parse("caf\xC3\xA9").value();
  const auto copy = password.clone();
  CHECK(copy.expose_secret() == password.expose_secret());
  CHECK(copy.code_points() == 4);
}

TEST_CASE("a refused password is not quoted") {
  const auto refused = Password::parse("hunter2\n");
  REQUIRE_ERROR(refused, ErrorCode::validation_failed);
  CHECK(refused.error().fields.front().message.find("hunter2") == std::string::npos);
}

TEST_CASE("password hashes are equal when their text is") {
  CHECK(PasswordHash{"$a$b"} == PasswordHash{"$a$b"});
  CHECK_FALSE(PasswordHash{"$a$b"} == PasswordHash{"$a$c"});
  CHECK_FALSE(PasswordHash{"$a$b"} == PasswordHash{"$a$b$"});
  CHECK(PasswordHash{}.empty());
  CHECK_FALSE(PasswordHash{"$"}.empty());
}

TEST_CASE("a name is trimmed and composed") {
  CHECK(parse_name("first_name", "  Ren\x65\xCC\x81 de la Rue ").value() ==
        "Ren\xC3\xA9 de la Rue");
  CHECK(parse_name("first_name", "").value().empty());
  CHECK(parse_name("first_name", "   ").value().empty());
  // Unlike a password it keeps compatibility forms: it is for showing.
  CHECK(parse_name("first_name", "\xEF\xBC\xA1").value() == "\xEF\xBC\xA1");
}

TEST_CASE("a name of which nothing can be seen is refused, and one that is left out is not") {
  for (const std::uint32_t c :
       {0x00ADU, 0x0301U, 0x034FU, 0x115FU, 0x1160U, 0x180EU, 0x200BU, 0x200CU, 0x200DU, 0x2060U,
        0x2800U, 0x3164U, 0xFE0FU, 0xFEFFU, 0xFFA0U, 0xA0U, 0x3000U, 0xE0020U}) {
    CAPTURE(c);
    CHECK(problem(parse_name("first_name", utf8(c))) == "first_name: invisible");
    CHECK(problem(parse_name("last_name", " " + repeated(utf8(c), 8))) == "last_name: invisible");
    CHECK(parse_name("first_name", "Ada").value() == "Ada");
  }
  CHECK(parse_name("first_name", "\xE3\x80\x80\xE6\x84\x9B\xEF\xBB\xBF").value() == "\xE6\x84\x9B");
  // Letters of scripts that are written with marks and joiners.
  CHECK(problem(parse_name("first_name", "\xE0\xA4\x95\xE0\xA5\x8D\xE2\x80\x8D\xE0\xA4\xB7"))
            .empty());
}

TEST_CASE("a name has at most 150 characters") {
  CHECK(parse_name("last_name", repeated(utf8(0x1F600), 150)).value() ==
        repeated(utf8(0x1F600), 150));
  CHECK(problem(parse_name("last_name", repeated("x", 151))) == "last_name: too_long");
  CHECK(problem(parse_name("last_name", std::string(1U << 20U, ' '))) == "last_name: too_long");
}

TEST_CASE("a name cannot break a line or reorder one") {
  for (const std::string_view typed :
       {"Ada\r\nBcc: eve@example.com", "Ada\n", "\tAda", "Ada\x1B[2J", "Ada\xE2\x80\xAE",
        "Ada\xE2\x80\xA8", "Ada\xC2\x85", "\xFF"}) {
    CHECK(problem(parse_name("first_name", typed)) == "first_name: invalid");
  }
  CHECK(problem(parse_name("first_name", std::string_view{"A\0da", 4})) == "first_name: invalid");
}

}  // namespace
}  // namespace coffeeauth
