#include "coffeeauth/testing/doctest.hpp"

#include "lib/mail/time_words.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

TEST_CASE("a moment is said in words, in UTC") {
  const auto moment = parse_rfc3339("2026-11-26T14:05:59.999Z").value();
  CHECK(moment_in_words(moment, "en") == "26 November 2026, 14:05 UTC");
  CHECK(moment_in_words(moment, "de") == "26. November 2026, 14:05 Uhr UTC");
  CHECK(moment_in_words(moment, "fr") == "2026-11-26, 14:05 UTC");
  const auto spring = parse_rfc3339("2028-03-01T00:00:00Z").value();
  CHECK(moment_in_words(spring, "en") == "1 March 2028, 00:00 UTC");
  CHECK(moment_in_words(spring, "de") == "1. März 2028, 00:00 Uhr UTC");
}

TEST_CASE("a span is said in its largest whole unit") {
  CHECK(span_in_words(1h, "en") == "1 hour");
  CHECK(span_in_words(90min, "en") == "90 minutes");
  CHECK(span_in_words(1min + 59s, "en") == "2 minutes");
  // What is left of half an hour when the mail is written.
  CHECK(span_in_words(30min - 1ms, "en") == "30 minutes");
  CHECK(span_in_words(1h - 1ms, "de") == "1 Stunde");
  CHECK(span_in_words(1min - 1ms, "en") == "1 minute");
  CHECK(span_in_words(24h, "de") == "1 Tag");
  CHECK(span_in_words(7 * 24h, "de") == "7 Tage");
  CHECK(span_in_words(2h, "de") == "2 Stunden");
  CHECK(span_in_words(59s, "en").empty());
  CHECK(span_in_words(-1h, "en").empty());
  CHECK(span_in_words(1h, "fr").empty());
}
