#include "coffeeauth/testing/doctest.hpp"

#include <array>
#include <thread>

#include "coffeeauth/testing/fast_hasher.hpp"
#include "coffeeauth/testing/manual_clock.hpp"
#include "coffeeauth/testing/recording_events.hpp"
#include "coffeeauth/testing/recording_mailer.hpp"
#include "coffeeauth/testing/scripted_random.hpp"
#include "tests/parsed.hpp"

using namespace coffeeauth;
using namespace coffeeauth::testing;
using namespace std::chrono_literals;

namespace {

Mail mail_to(std::string_view to, std::string text) {
  return Mail{.to = email(to),
              .subject = "Hello",
              .text = std::move(text),
              .html = "",
              .message_id = "1@x"};
}

std::array<std::byte, 8> draw(RandomSource& random) {
  std::array<std::byte, 8> bytes{};
  random.fill(bytes);
  return bytes;
}

}  // namespace

TEST_CASE("a manual clock stands still until it is moved") {
  ManualClock clock;
  CHECK(clock.now() == ManualClock::default_start);
  CHECK(clock.now() == ManualClock::default_start);
  clock.advance(90s);
  CHECK(clock.now() == ManualClock::default_start + 90s);
  clock.advance(-1ms);
  CHECK(clock.now() == ManualClock::default_start + 90s - 1ms);
  clock.set(from_unix_millis(7));
  CHECK(clock.now() == from_unix_millis(7));
}

TEST_CASE("scripted chance is the same for the same seed, and never stands still") {
  ScriptedRandom one{5};
  ScriptedRandom same{5};
  ScriptedRandom other{6};
  const auto first = draw(one);
  CHECK(first == draw(same));
  CHECK(first != draw(other));
  CHECK(first != draw(one));
}

TEST_CASE("queued bytes come before all others") {
  ScriptedRandom random;
  random.queue(std::array{std::byte{1}, std::byte{2}, std::byte{3}});
  const auto bytes = draw(random);
  CHECK(bytes[0] == std::byte{1});
  CHECK(bytes[1] == std::byte{2});
  CHECK(bytes[2] == std::byte{3});
}

TEST_CASE("scripted chance fails once when told to") {
  ScriptedRandom random;
  random.fail_next();
  CHECK_THROWS_AS(draw(random), Unavailable);
  CHECK_NOTHROW(draw(random));
}

TEST_CASE("a recording mailer keeps what was delivered, and finds the code in it") {
  RecordingMailer mailer;
  const auto ada = email("ada@example.org");
  CHECK_FALSE(mailer.last_to(ada));
  CHECK_FALSE(mailer.last_code_for(ada));

  CHECK(mailer.deliver(mail_to("Ada@Example.org", "12345 is no code, 1234567 neither")).verdict ==
        DeliveryVerdict::delivered);
  CHECK_FALSE(mailer.last_code_for(ada));
  static_cast<void>(mailer.deliver(mail_to("ada@example.org", "until 10:30, 2026: 004711")));
  CHECK(mailer.last_code_for(ada) == "004711");
  CHECK(mailer.count_for(ada) == 2);
  CHECK(mailer.delivered().size() == 2);
  CHECK(mailer.count_for(email("bob@example.org")) == 0);
}

TEST_CASE("a recording mailer answers as it was told, in order, and keeps only what it delivered") {
  RecordingMailer mailer;
  const auto ada = email("ada@example.org");
  mailer.answer_next({DeliveryVerdict::retry_later, "450"});
  mailer.answer_next({DeliveryVerdict::refused, "550"});
  const auto mail = mail_to("ada@example.org", "");
  CHECK(mailer.deliver(mail).reason == "450");
  CHECK(mailer.deliver(mail).verdict == DeliveryVerdict::refused);
  CHECK(mailer.count_for(ada) == 0);
  CHECK(mailer.last_attempt()->message_id == "1@x");
  CHECK(mailer.deliver(mail).verdict == DeliveryVerdict::delivered);
  CHECK(mailer.attempts() == 3);
  CHECK(mailer.count_for(ada) == 1);
}

TEST_CASE("a mail or an event that comes from another thread can be waited for") {
  RecordingMailer mailer;
  RecordingEvents events;
  std::thread other{[&] {
    static_cast<void>(mailer.deliver(mail_to("ada@example.org", "")));
    events.on({.kind = EventKind::logged_in});
  }};
  CHECK(mailer.wait_for(email("ada@example.org"), 1));
  CHECK(events.wait_for(EventKind::logged_in));
  other.join();
  CHECK_FALSE(mailer.wait_for(email("ada@example.org"), 2, 1ms));
  CHECK_FALSE(events.wait_for(EventKind::login_failed, 1ms));
}

TEST_CASE("recorded events are counted by kind, and the last one is found") {
  RecordingEvents events;
  events.on({.kind = EventKind::login_failed, .count = 1});
  events.on({.kind = EventKind::login_failed, .count = 2});
  events.on({.kind = EventKind::logged_in});
  CHECK(events.count(EventKind::login_failed) == 2);
  CHECK(events.last(EventKind::login_failed)->count == 2);
  CHECK(events.all().size() == 3);
  CHECK_FALSE(events.last(EventKind::signed_up));
}

TEST_CASE("a fast hasher tells passwords apart, and counts its work") {
  FastHasher hasher;
  const auto stored = hasher.hash(password("correct horse"), {});
  CHECK(stored.phc().starts_with("$fast$"));
  CHECK(stored == hasher.hash(password("correct horse"), {}));
  CHECK_FALSE(stored == hasher.hash(password("correct horse"), {std::byte{1}}));
  CHECK(hasher.verify(password("correct horse"), stored) == PasswordVerdict::match);
  CHECK(hasher.verify(password("wrong horse"), stored) == PasswordVerdict::no_match);
  CHECK(hasher.hashes() == 3);
  CHECK(hasher.verifies() == 2);
}

TEST_CASE("nothing matches the decoy, an empty hash or a malformed one") {
  FastHasher hasher;
  for (const auto* text : {"", "$", "$fast$", "$fast$g=1", "$fast$g=1$", "$fast$g=x$a$b",
                           "$fast$g=1$aa", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"}) {
    CAPTURE(text);
    CHECK(hasher.verify(password("x"), PasswordHash{text}) == PasswordVerdict::no_match);
  }
  CHECK(hasher.verify(password("x"), hasher.decoy()) == PasswordVerdict::no_match);
}

TEST_CASE("a hash from before the parameters rose needs another, one from after does not") {
  FastHasher hasher;
  const auto old = hasher.hash(password("x"), {});
  hasher.raise_parameters();
  CHECK(hasher.verify(password("x"), old) == PasswordVerdict::match_needs_rehash);
  CHECK(hasher.verify(password("y"), old) == PasswordVerdict::no_match);
  CHECK(hasher.verify(password("x"), hasher.hash(password("x"), {})) == PasswordVerdict::match);
}
