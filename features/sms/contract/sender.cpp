// What an SmsSender does.

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>

#include "coffeeauth/sms/contract.hpp"
#include "lib/testing/contract/race.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::sms {
namespace {

using testing::noon;
using testing::nth;

constexpr std::string_view sample_number = "+491701234567";
constexpr std::string_view sample_code = "001234";

Sms sample(std::uint64_t n = 1) {
  return {.id = nth<JobId>(n),
          .to = PhoneNumber::parse(sample_number).value(),
          .text = code_text({.service_name = "Shop", .host = "example.org"}, sample_code),
          .kind = "code",
          .expires_at = noon};
}

void check_arrived(const ReceivedSms& got, const Sms& sent) {
  CHECK(got.id == sent.id);
  CHECK(got.to == sent.to.str());
  CHECK(got.text == sent.text.expose_secret());
  CHECK(got.kind == sent.kind);
  CHECK(got.expires_at == sent.expires_at);
}

void check_arrives(SmsSenderHarness& harness, const Sms& sent) {
  const auto sender = harness.fresh();
  CHECK(sender->deliver(sent).verdict == DeliveryVerdict::delivered);
  const auto got = harness.received();
  REQUIRE(got.size() == 1);
  check_arrived(got.front(), sent);
}

void check_tells_nothing(const Delivery& delivery) {
  CHECK(delivery.reason.find(sample_number.substr(1)) == std::string::npos);
  CHECK(delivery.reason.find(sample_code) == std::string::npos);
}

void arriving(SmsSenderHarness& harness) {
  SUBCASE("a message arrives once, as it was written") { check_arrives(harness, sample()); }
  SUBCASE("a message without an expiry arrives without one") {
    auto message = sample();
    message.expires_at.reset();
    check_arrives(harness, message);
  }
  SUBCASE("whatever a text is made of arrives") {
    auto message = sample();
    message.text = Secret{std::string_view{
        "\"quoted\\\" {\"to\":\"+1900\"}\r\n\t\x01 caf\u00e9 \U0001F511\n\n@x #1\n"}};
    check_arrives(harness, message);
  }
}

void trying(SmsSenderHarness& harness) {
  SUBCASE("a message that is tried again has the id it had") {
    const auto sender = harness.fresh();
    const auto message = sample();
    for (int i = 0; i < 2; ++i) {
      CHECK(sender->deliver(message).verdict == DeliveryVerdict::delivered);
    }
    const auto got = harness.received();
    REQUIRE_FALSE(got.empty());  // the receiving side may know it for the same
    for (const auto& one : got) check_arrived(one, message);
  }
  SUBCASE("many threads deliver, and each message arrives once and whole") {
    const auto sender = harness.fresh();
    const auto verdicts = testing::race(testing::race_threads, [&](std::size_t i) {
      return sender->deliver(sample(1 + i)).verdict;
    });
    CHECK(testing::count_of(verdicts, DeliveryVerdict::delivered) == testing::race_threads);
    const auto expected = sample();
    std::set<std::string> ids;
    for (const auto& one : harness.received()) {
      CHECK_MESSAGE(ids.insert(one.id.str()).second, one.id.str() << " arrived twice");
      CHECK(one.to == sample_number);
      CHECK(one.text == expected.text.expose_secret());
    }
    CHECK(ids.size() == testing::race_threads);
  }
}

void failing(SmsSenderHarness& harness) {
  SUBCASE("while the way is closed a message is for later, and none arrives") {
    const auto sender = harness.fresh();
    if (!harness.take_down()) return;
    const auto delivery = sender->deliver(sample());
    CHECK(delivery.verdict == DeliveryVerdict::retry_later);
    check_tells_nothing(delivery);
    CHECK(harness.received().empty());
  }
  SUBCASE("a message that is refused for good is not for later, and the next one goes through") {
    const auto sender = harness.fresh();
    if (!harness.refuse_next()) return;
    const auto delivery = sender->deliver(sample(2));
    CHECK(delivery.verdict == DeliveryVerdict::refused);
    check_tells_nothing(delivery);
    CHECK(harness.received().empty());
    CHECK(sender->deliver(sample()).verdict == DeliveryVerdict::delivered);
    CHECK(harness.received().size() == 1);
  }
}

}  // namespace

void sms_sender_contract(SmsSenderHarness& harness) {
  arriving(harness);
  trying(harness);
  failing(harness);
}

}  // namespace coffeeauth::sms
