#include "coffeeauth/language.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

using namespace coffeeauth;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

/// The code of what is wrong with the field; empty when nothing is.
std::string wrong_with(std::string_view typed) {
  const auto parsed = Language::parse(typed);
  if (parsed) return {};
  CHECK_ERROR(parsed, ErrorCode::validation_failed);
  REQUIRE(parsed.error().fields.size() == 1);
  CHECK(parsed.error().fields.front().field == "language");
  return parsed.error().fields.front().code;
}

}  // namespace

TEST_CASE("a language tag is kept in the case that RFC 5646 recommends") {
  constexpr std::array<std::pair<const char*, const char*>, 11> spelled{
      {{"de", "de"},
       {"DE", "de"},
       {"gsw", "gsw"},
       {"de-at", "de-AT"},
       {"DE-AT", "de-AT"},
       {"es-419", "es-419"},
       {"sr-latn", "sr-Latn"},
       {"SR-LATN", "sr-Latn"},
       {"zh-hant-tw", "zh-Hant-TW"},
       {"Zh-HANS-cn", "zh-Hans-CN"},
       {"zzz-abcd-999", "zzz-Abcd-999"}}};
  for (const auto& [typed, tag] : spelled) {
    CAPTURE(typed);
    const auto language = Language::parse(typed);
    REQUIRE_OK(language);
    CHECK(language->tag() == tag);
    CHECK_FALSE(language->empty());
    CHECK(Language::parse(language->tag()).value() == *language);
    CHECK(Language::restore(tag) == *language);
  }
}

TEST_CASE("what a tag says beyond language, script and region is dropped") {
  constexpr std::array<std::pair<const char*, const char*>, 10> longer{
      {{"en-US-u-hc-h12", "en-US"},
       {"de-CH-1996", "de-CH"},
       {"de-1996", "de"},
       {"ca-valencia", "ca"},
       {"zh-yue-HK", "zh"},
       {"sl-rozaj-biske-IT", "sl"},
       {"de-x-at", "de"},
       {"de-x-AT-DE", "de"},
       {"de-AT-DE", "de-AT"},
       {"sr-Latn-Cyrl-RS", "sr-Latn"}}};
  for (const auto& [typed, tag] : longer) {
    CAPTURE(typed);
    const auto language = Language::parse(typed);
    REQUIRE_OK(language);
    CHECK(language->tag() == tag);
  }
}

TEST_CASE("what is no language tag is refused, with the reason") {
  CHECK(wrong_with("") == "required");
  CHECK(wrong_with("de-"s + std::string(33, 'a')) == "too_long");
  CHECK(wrong_with(std::string(100'000, '-')) == "too_long");
  for (const auto typed : {"d"sv,
                           "germ"sv,
                           "german"sv,
                           "12"sv,
                           "d1"sv,
                           "*"sv,
                           "-"sv,
                           "-de"sv,
                           "de-"sv,
                           "de--AT"sv,
                           "de_AT"sv,
                           "de AT"sv,
                           " de"sv,
                           "de "sv,
                           "de,en"sv,
                           "de;q=1"sv,
                           "x-klingon"sv,
                           "i-enochian"sv,
                           "de-123456789"sv,
                           "de\0"sv,
                           "de-A\0"sv,
                           "de\r\nBcc: x"sv,
                           "de-\xc3\x84"sv,
                           "\xff\xfe"sv,
                           "d\xc3\xa9"sv,
                           "../de"sv,
                           "{{code}}"sv,
                           "'; --"sv}) {
    CAPTURE(std::string{typed});
    CHECK(wrong_with(typed) == "invalid");
  }
}

TEST_CASE("the longest text that is read is as long as RFC 5646 asks for") {
  const auto longest = "de-AT-x-" + std::string(8, 'a') + "-" + std::string(8, 'b') + "-" +
                       std::string(8, 'c') + "-";
  REQUIRE(longest.size() == Language::max_length);
  CHECK(wrong_with(longest) == "invalid");
  const auto sound = longest.substr(0, longest.size() - 1);
  CHECK(Language::parse(sound).value().tag() == "de-AT");
  CHECK(wrong_with(longest + "d") == "too_long");
}

TEST_CASE("a language that is not known has no tag, and is no other one") {
  const Language unknown;
  CHECK(unknown.empty());
  CHECK(unknown.tag().empty());
  CHECK(unknown == Language::restore(""));
  CHECK_FALSE(unknown == Language::parse("de").value());
}
