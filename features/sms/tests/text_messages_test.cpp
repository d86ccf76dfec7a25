// The room through an Auth: what is written, what is refused, and what it tells.

#include <stdexcept>

#include "coffeeauth/jobs/scheduler.hpp"
#include "coffeeauth/kernel.hpp"
#include "features/sms/tests/world.hpp"

namespace coffeeauth::sms {
namespace {

constexpr std::string_view berlin = "+491701234567";

std::string refusal_of(SmsOptions options) {
  const auto store = backends().front().harness().fresh();
  const auto budgets = backends().front().rows_over(*store);
  try {
    const TextMessages room{*budgets, std::move(options)};
    return {};
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
}

}  // namespace

TEST_CASE("a code is written in the asker's transaction, and a worker hands it over") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    CHECK(w.send(berlin) == SmsOutcome::queued);
    CHECK(w.t.events().count(sms_sent) == 1);
    w.deliver();
    REQUIRE(w.phone.last_to(number(berlin)));
    const auto got = *w.phone.last_to(number(berlin));
    CHECK(got.text.starts_with("001234 ist Ihr Code f\u00fcr "));
    CHECK(got.text.ends_with("\n\n@example.org #001234"));
    CHECK(got.expires_at == w.t.clock().now() + 5min);
    CHECK(w.t.events().count(EventKind::job_delivered) == 1);
  });
}

TEST_CASE("second factors are sent over a channel, within the same limits") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto& channels = w.t.auth().kernel().code_channels();
    REQUIRE(channels.size() == 1);
    auto& texts = *channels.front();
    CHECK(texts.type() == "sms");
    CHECK(texts.field() == "phone");
    CHECK(texts.method() == sms_code);
    const auto target = texts.target(w.ada.user, "+49 170 1234567");
    REQUIRE_OK(target);
    CHECK(target->address == berlin);
    CHECK(target->hint == number(berlin).hint());
    const auto refused = texts.target(w.ada.user, "+44 1701 234567");
    CHECK_ERROR(refused, ErrorCode::validation_failed);
    CHECK(refused.error().fields.at(0).field == "phone");
    CHECK(refused.error().fields.at(0).code == "not_allowed");
    const auto none = texts.target(w.ada.user, "0170");
    CHECK_ERROR(none, ErrorCode::validation_failed);
    CHECK(none.error().fields.at(0).code == "invalid");

    const auto send = [&](std::string_view code) {
      return w.t.store().transact([&](Transaction& tx) {
        return texts.send(tx,
                          {.user = w.ada.user.id,
                           .to = target->address,
                           .code = code,
                           .expires_at = w.t.clock().now() + 5min,
                           .language = "en"},
                          from("192.0.2.1"));
      });
    };
    CHECK(send("001234").outcome == CodeOutcome::queued);
    const auto paced = send("005678");
    CHECK(paced.outcome == CodeOutcome::paced);
    CHECK(paced.retry_after == 60s);
    w.deliver();
    REQUIRE(w.phone.last_to(number(berlin)));
    CHECK(w.phone.last_to(number(berlin))->text.ends_with("#001234"));
    CHECK(w.phone.last_to(number(berlin))->kind == "second_factor_code");
  });
}

TEST_CASE("a room that may send to no number is no channel") {
  World none{backends().front(), {}};
  CHECK(none.t.auth().kernel().code_channels().empty());
}

TEST_CASE("a code that expired before it could be sent is dropped") {
  World w{backends().front()};
  CHECK(w.send(berlin) == SmsOutcome::queued);
  w.t.clock().advance(5min);
  w.deliver();
  CHECK(w.phone.attempts() == 0);
  CHECK(w.t.events().count(EventKind::job_expired) == 1);
}

TEST_CASE("a number outside the prefixes gets nothing, and nothing is counted") {
  World w{backends().front()};
  CHECK_FALSE(w.room.allows(number("+441701234567")));
  CHECK(w.send("+441701234567") == SmsOutcome::not_allowed);
  CHECK(w.send(berlin) == SmsOutcome::queued);
  w.deliver();
  CHECK(w.phone.attempts() == 1);
  World none{backends().front(), {}};
  CHECK(none.send(berlin) == SmsOutcome::not_allowed);
}

TEST_CASE("a message that comes too fast is not written") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    CHECK(w.send(berlin) == SmsOutcome::queued);
    CHECK(w.send(berlin) == SmsOutcome::paced);
    CHECK(w.t.events().count(sms_sent) == 1);
    w.deliver();
    CHECK(w.phone.attempts() == 1);
    w.t.clock().advance(60s);
    CHECK(w.send(berlin) == SmsOutcome::queued);
  });
}

TEST_CASE("networks are told apart by their /48, and users enrol so many times a day") {
  SmsOptions options{.prefixes = "+49"};
  options.limits.user = {.pause = 0s, .per_hour = 100, .per_day = 100};
  options.limits.numbers_per_network = 1;
  options.limits.enrolments_per_day = 4;
  World w{backends().front(), options};
  CHECK(w.send("+491700000001", from("2001:db8:1::1"), true) == SmsOutcome::queued);
  CHECK(w.send("+491700000002", from("2001:db8:1:ffff::1"), true) == SmsOutcome::paced);
  CHECK(w.send("+491700000002", from("2001:db8:1:ffff::1")) == SmsOutcome::queued);
  CHECK(w.send("+491700000002", from("2001:db8:2::1"), true) == SmsOutcome::queued);
  for (const auto* address : {"192.0.2.1", "192.0.2.2"}) {
    const auto to = std::string{"+49170000001"} + address[8];
    CHECK(w.send(to, from(address), true) == SmsOutcome::queued);
  }
  CHECK(w.send("+491700000014", from("192.0.2.4"), true) == SmsOutcome::paced);
  CHECK(w.send("+491700000014", from("192.0.2.4"), false) == SmsOutcome::queued);
}

TEST_CASE("a service that has sent enough says so, and tells the operator") {
  SmsOptions options{.prefixes = "+49"};
  options.limits.service_per_hour = 1;
  World w{backends().front(), options};
  CHECK(w.send(berlin) == SmsOutcome::queued);
  w.t.clock().advance(2min);
  CHECK(w.send("+491700000001") == SmsOutcome::service_full);
  CHECK(w.t.events().count(sms_budget_exhausted) == 1);
  w.t.clock().advance(1h);
  CHECK(w.send("+491700000001") == SmsOutcome::queued);
}

TEST_CASE("what is a day old is forgotten by the clean-up") {
  World w{backends().front()};
  CHECK(w.send(berlin) == SmsOutcome::queued);
  w.t.clock().advance(24h);
  jobs::Scheduler scheduler{w.t.auth().services()};
  static_cast<void>(scheduler.run_once());
  CHECK(w.t.store().transact([&](Transaction& tx) {
    return w.budgets->in(tx)->delete_old(UtcTime::max(), 10);
  }) == 0);
}

TEST_CASE("options out of their range are refused by the name of the setting") {
  CHECK(refusal_of({}).empty());
  CHECK(refusal_of({.prefixes = "49"}).starts_with("SMS_PREFIXES: must be prefixes"));
  SmsOptions options;
  options.limits.service_per_hour = 0;
  CHECK(refusal_of(options) == "SMS_PER_HOUR: must be 1 to 100000");
  options = {};
  options.limits.user.per_day = 0;
  CHECK(refusal_of(options).starts_with("SmsLimits: "));
}

}  // namespace coffeeauth::sms
