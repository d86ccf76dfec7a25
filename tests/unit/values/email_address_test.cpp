#include "coffeeauth/email_address.hpp"

#include <set>

#include "coffeeauth/testing/scripted_random.hpp"
#include "fixture.hpp"
#include "tests/sanitized.hpp"

namespace coffeeauth {
namespace {

using namespace std::string_literals;

std::string canonical(std::string_view typed) {
  const auto address = EmailAddress::parse(typed);
  return address ? address->canonical() : "refused as " + problem(address);
}

constexpr std::string_view invalid = "refused as email: invalid";

TEST_CASE("an address is shown as it was typed and known by its lower-case form") {
  const auto address = EmailAddress::parse("  Ada.Lovelace+News@Example.COM ");
  REQUIRE_OK(address);
  CHECK(address->display() == "Ada.Lovelace+News@Example.COM");
  CHECK(address->canonical() == "ada.lovelace+news@example.com");
  CHECK(address->local_part() == "ada.lovelace+news");
}

TEST_CASE("two spellings of one mailbox are equal, and other mailboxes are not") {
  const auto lower = EmailAddress::parse("ada@example.com").value();
  const auto upper = EmailAddress::parse("ADA@EXAMPLE.COM").value();
  CHECK(lower == upper);
  CHECK_FALSE(lower < upper);
  CHECK(std::set<EmailAddress>{lower, upper}.size() == 1);
  CHECK_FALSE(lower == EmailAddress::parse("ada@example.org").value());
  // What some providers ignore is theirs to decide: dots and tags make another mailbox.
  CHECK_FALSE(lower == EmailAddress::parse("a.da@example.com").value());
  CHECK_FALSE(lower == EmailAddress::parse("ada+1@example.com").value());
}

TEST_CASE("every character of an atom may stand in the local part") {
  CHECK(canonical("!#$%&'*+-/=?^_`{|}~@example.com") == "!#$%&'*+-/=?^_`{|}~@example.com");
  CHECK(canonical("0@a.bc") == "0@a.bc");
  CHECK(canonical("-@a-b.c-d.ef") == "-@a-b.c-d.ef");
}

TEST_CASE("nothing typed is asked for again") {
  for (const std::string_view typed : {"", " ", "     "}) {
    CHECK(problem(EmailAddress::parse(typed)) == "email: required");
  }
}

TEST_CASE("what copying leaves around an address is no part of it") {
  for (const std::uint32_t c :
       {0x09U,   0x0AU,   0x0BU,   0x0CU,   0x0DU,   0x20U,   0x85U,   0xA0U,
        0x1680U, 0x2003U, 0x2009U, 0x200BU, 0x200EU, 0x200FU, 0x2028U, 0x2029U,
        0x202AU, 0x202CU, 0x202FU, 0x2060U, 0x2069U, 0x3000U, 0xFEFFU}) {
    CAPTURE(c);
    const auto blank = utf8(c);
    for (const auto& typed : {blank + "Ada@example.com", "Ada@example.com" + blank,
                              " " + blank + "Ada@example.com" + blank + blank}) {
      const auto address = EmailAddress::parse(typed);
      REQUIRE_OK(address);
      CHECK(address->display() == "Ada@example.com");
      CHECK(address->canonical() == "ada@example.com");
    }
    CHECK(canonical("ada" + blank + "@example.com") == invalid);
    CHECK(canonical("ada@exam" + blank + "ple.com") == invalid);
    CHECK(problem(EmailAddress::parse(blank)) == "email: required");
  }
  CHECK(canonical("ada@example.com\r\n") == "ada@example.com");
}

TEST_CASE("a top-level domain has two letters at least, or is the A-label of another script") {
  CHECK(canonical("ada@example.io") == "ada@example.io");
  CHECK(canonical("ada@example.museum") == "ada@example.museum");
  CHECK(canonical("ada@example.xn--p1ai") == "ada@example.xn--p1ai");
  CHECK(canonical("ada@example.\xD1\x80\xD1\x84") == "ada@example.xn--p1ai");
  CHECK(canonical("ada@1.2.example") == "ada@1.2.example");
  for (const std::string_view typed :
       {"x@x.x", "a@b.c", "ada@example.c", "ada@example.1", "ada@example.12", "ada@example.c1",
        "ada@example.1c", "ada@example.c-m", "ada@example.xn--", "ada@x.", "ada@example.com.",
        "ada@localhost", "ada@example.\xC3\xA4x.", "ada@[192.0.2.1]", "ada@[IPv6:2001:db8::1]",
        "ada@192.0.2.1", "ada@0x7f.1"}) {
    CAPTURE(typed);
    CHECK(canonical(typed) == invalid);
  }
}

TEST_CASE("what is no mailbox is refused") {
  for (const std::string_view typed : {"ada",
                                       "@",
                                       "ada@",
                                       "@example.com",
                                       "ada@example",
                                       "ada@@example.com",
                                       "ada@exa@mple.com",
                                       ".ada@example.com",
                                       "ada.@example.com",
                                       "a..da@example.com",
                                       "ada@.example.com",
                                       "ada@example.com.",
                                       "ada@example..com",
                                       "ada@-example.com",
                                       "ada@example-.com",
                                       "ada@exa_mple.com",
                                       "ada@exa mple.com",
                                       "a da@example.com",
                                       "ada@[127.0.0.1]",
                                       "ada@127.0.0.1",
                                       "ada@example.123",
                                       "\"ada\"@example.com",
                                       "ada(comment)@example.com",
                                       "Ada <ada@example.com>",
                                       "<ada@example.com>",
                                       "ada@example.com,eve@example.com",
                                       "ada@example.com;eve@example.com",
                                       "ada@example.com eve@example.com",
                                       "mailto:ada@example.com?",
                                       "ada@example.com:25",
                                       "a:b@example.com",
                                       "a\\b@example.com",
                                       "ada@exam!ple.com",
                                       "ada@example.com/x"}) {
    CAPTURE(typed);
    CHECK(canonical(typed) == invalid);
  }
}

TEST_CASE("no control character gets in, anywhere") {
  for (unsigned c = 0; c < 0x20; ++c) {
    CAPTURE(c);
    const std::string control(1, static_cast<char>(c));
    const bool blank = c >= 0x09 && c <= 0x0D;
    for (const auto& typed : {"ada@example.com" + control, control + "ada@example.com"}) {
      CHECK(canonical(typed) == (blank ? "ada@example.com" : invalid));
    }
    for (const auto& typed :
         {"a" + control + "da@example.com", "ada@exam" + control + "ple.com",
          "ada" + control + "@example.com", "ada@b\xC3\xBC" + control + "cher.example",
          "ada@example.com" + control + "Bcc: eve@e.com"}) {
      CHECK(canonical(typed) == invalid);
    }
  }
  CHECK(canonical("ada@example.com\r\nBcc: eve@example.com") == invalid);
  CHECK(canonical("a\x7F"
                  "da@example.com") == invalid);
}

TEST_CASE("the lengths of RFC 5321 are the last that are accepted") {
  const std::string local(64, 'a');
  CHECK(canonical(local + "@example.com") == local + "@example.com");
  CHECK(canonical(local + "a@example.com") == invalid);

  const std::string label(63, 'b');
  CHECK(canonical("a@" + label + ".com") == "a@" + label + ".com");
  CHECK(canonical("a@" + label + "b.com") == invalid);

  // 64 + 1 + 189 octets are 254.
  const auto domain = label + "." + label + "." + std::string(61, 'c');
  CHECK((local + "@" + domain).size() == 254);
  CHECK(canonical(local + "@" + domain) == local + "@" + domain);
  CHECK(canonical(local + "@" + domain + "c") == "refused as email: too_long");
  CHECK(canonical(std::string(1'000'000, 'a')) == "refused as email: too_long");
}

TEST_CASE("an internationalised domain becomes A-labels and stays as typed for showing") {
  const auto address = EmailAddress::parse(
      "ada@B\xC3\xBC"
      "cher.Example");
  REQUIRE_OK(address);
  CHECK(address->canonical() == "ada@xn--bcher-kva.example");
  CHECK(address->display() ==
        "ada@B\xC3\xBC"
        "cher.Example");
  // Composed, decomposed and already mapped are the same account.
  CHECK(canonical("ada@bu\xCC\x88"
                  "cher.example") == "ada@xn--bcher-kva.example");
  CHECK(canonical("ada@XN--BCHER-KVA.example") == "ada@xn--bcher-kva.example");
  // Non-transitional: the sharp s is a letter of its own.
  CHECK(canonical("ada@stra\xC3\x9F"
                  "e.example") == "ada@xn--strae-oqa.example");
  // Full-width letters and the ideographic full stop are other ways to type the same.
  CHECK(canonical("ada@\xEF\xBD\x85xample\xE3\x80\x82"
                  "com") == "ada@example.com");
}

TEST_CASE("a domain that IDNA has no A-labels for is refused") {
  for (const std::string_view typed :
       {"ada@xn--a.example",            // decodes to nothing
        "ada@xn--bcher-kv\xC3\xA9.ex",  // an A-label with another letter in it
        "ada@\xE2\x80\xAE"
        "example.com",  // right-to-left override
        "ada@exam\xE2\x80\x8E"
        "ple.com",                   // left-to-right mark
        "ada@exam\xC2\xA0ple.com",   // no-break space
        "ada@\xE2\x98.example",      // cut UTF-8
        "ada@\xED\xA0\x80.example",  // a surrogate
        "ada@\xC0\xAE"
        "example.com",      // overlong
        "ada@\xC3\xBC"}) {  // one label
    CAPTURE(typed);
    CHECK(canonical(typed) == invalid);
  }
}

TEST_CASE("what a domain would be shown with and known without is refused") {
  for (const std::uint32_t c : {0x00ADU, 0x034FU, 0x180BU, 0x200BU, 0x2060U, 0xFE0FU, 0xFEFFU}) {
    CAPTURE(c);
    CHECK(canonical("ada@exam" + utf8(c) + "ple.com") == invalid);
    CHECK(canonical("ada@b\xC3\xBC" + utf8(c) + "cher.example") == invalid);
  }
  // The joiners change what some scripts say, and IDNA keeps them where they do.
  CHECK(canonical("ada@\xE0\xB6\x9A\xE0\xB7\x8A\xE2\x80\x8D\xE0\xB6\xBB\xE0\xB7\x93.example")
            .starts_with("ada@xn--"));
}

TEST_CASE("letters beyond ASCII are refused before the @") {
  CHECK(canonical("\xC3\xA4"
                  "da@example.com") == invalid);
  // The Kelvin sign folds to k: it must not become somebody else's address.
  CHECK(canonical("mi\xE2\x84\xAA"
                  "e@example.com") == invalid);
  // The full-width @ is not one.
  CHECK(canonical("ada\xEF\xBC\xA0"
                  "example.com") == invalid);
}

TEST_CASE("an address that mapping makes too long is refused") {
  // 63 octets and more in Punycode, fewer as typed.
  CHECK(canonical("a@" + repeated("\xC3\xBC", 61) + ".example") == invalid);
  // Each label is short enough; together they are too long only as A-labels.
  std::string domain;
  for (int i = 0; i < 7; ++i) domain += repeated("\xE4\xBE\x8B", 9) + ".";
  const auto typed = std::string(64, 'a') + "@" + domain.substr(0, domain.size() - 1);
  const auto outcome = EmailAddress::parse(typed);
  if (outcome) CHECK(outcome->canonical().size() <= 254);
}

TEST_CASE("what is canonical is read back as itself, and no text breaks the parser") {
  testing::ScriptedRandom random;
  // Letters that matter to the grammar, so that many of the texts are nearly right.
  const auto alphabet = "aZ09.@-_+ <>\"\0\r\n\xC3\xBC\xE3\x80\x82xn"s;
  std::size_t accepted = 0;
  for (std::size_t round = 0; round < testing::tries(50'000); ++round) {
    std::string typed;
    const auto before = uniform_below(random, 8);
    for (std::uint32_t i = 0; i < before; ++i) {
      typed += alphabet[uniform_below(random, static_cast<std::uint32_t>(alphabet.size()))];
    }
    if (round % 2 == 0) typed += "a@b";
    const auto after = uniform_below(random, 8);
    for (std::uint32_t i = 0; i < after; ++i) {
      typed += alphabet[uniform_below(random, static_cast<std::uint32_t>(alphabet.size()))];
    }
    if (round % 3 == 0) typed += ".cd";
    const auto address = EmailAddress::parse(typed);
    if (!address) continue;
    ++accepted;
    CAPTURE(typed);
    REQUIRE(canonical(address->canonical()) == address->canonical());
    REQUIRE(canonical(address->display()) == address->canonical());
    REQUIRE(address->canonical().find_first_of("\r\n \"<>,;") == std::string::npos);
  }
  CHECK(accepted > testing::tries(300));
}

TEST_CASE("an address that a Store kept comes back whole") {
  const auto typed = EmailAddress::parse(
                         "Ada@B\xC3\xBC"
                         "cher.example")
                         .value();
  const auto kept = EmailAddress::restore(typed.display(), typed.canonical());
  CHECK(kept == typed);
  CHECK(kept.display() == typed.display());
}

}  // namespace
}  // namespace coffeeauth
