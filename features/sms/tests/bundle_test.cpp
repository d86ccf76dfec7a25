// The room in one line of standard::open(), and its command.

#include "coffeeauth/sms/bundle.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/sms/testing.hpp"
#include "coffeeauth/sql/database.hpp"
#include "coffeeauth/standard/standard.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/fast_hasher.hpp"
#include "coffeeauth/testing/recording_mailer.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::sms {
namespace {

BundleOptions to_phone(std::shared_ptr<SmsSender> phone) {
  BundleOptions options;
  options.messages.prefixes = "+49";
  options.sender = std::move(phone);
  return options;
}

/// A bundle over a TestAuth, as a program configured by text opens it.
struct OpenedSms {
  explicit OpenedSms(BundleOptions options, standard::Surroundings at = {})
      : room(bundle(std::move(options))),
        store(memory::make_memory_store()),
        feature(room->open(*store, at)),
        t({.store = std::move(store), .features = {&feature}}) {}

  std::string run(const std::string& number) {
    std::ostringstream said;
    const standard::CommandInput input{.options = {{"--to", number}}, .out = said};
    room->commands().front().run(t.auth(), input);
    return said.str();
  }

  std::shared_ptr<standard::Bundle> room;
  std::unique_ptr<Store> store;
  Feature& feature;
  testing::TestAuth t;
};

}  // namespace

TEST_CASE("a program that asks for no messages is not told of them, and another one is") {
  BundleOptions with_url;
  with_url.gateway.url = "https://gateway.example/";
  BundleOptions with_prefixes;
  with_prefixes.messages.prefixes = "+49";
  CHECK(bundle()->why_off({}).empty());
  CHECK(bundle(std::move(with_url))->why_off({}).starts_with("SMS_PREFIXES is not set"));
  CHECK(bundle(std::move(with_prefixes))->why_off({}).starts_with("SMS_URL is not set"));
  CHECK(bundle(to_phone(std::make_shared<RecordingSms>()))->why_off({}).empty());
  CHECK_FALSE(bundle()->why_off({.by_options = true}).empty());
}

TEST_CASE("a room that is off delivers nothing and lets nothing be written") {
  OpenedSms opened{{}};
  CHECK(opened.room->receivers(opened.t.auth()).empty());
  CHECK_THROWS_AS(static_cast<void>(opened.run("+491701234567")), std::runtime_error);
}

TEST_CASE("a gateway needs a secret, whether or not this process delivers") {
  BundleOptions options;
  options.messages.prefixes = "+49";
  options.gateway.url = "https://gateway.example/";
  const auto store = memory::make_memory_store();
  CHECK_THROWS_AS(static_cast<void>(bundle(std::move(options))->open(*store, {})),
                  std::invalid_argument);
}

TEST_CASE("without a gateway, messages are written to a folder, where they can be read") {
  const testing::TemporaryFolder place;
  BundleOptions options;
  options.messages.prefixes = "+49";
  OpenedSms opened{std::move(options), {.service_name = "Shop", .data_dir = place.path().string()}};
  CHECK(opened.run("+491701234567").starts_with("handed a test message for +49…67 to "));
  const auto receivers = opened.room->receivers(opened.t.auth());
  REQUIRE(receivers.size() == 1);
  CHECK(receivers.front().channel == "sms");
  REQUIRE(receivers.front().written);
  const auto written = receivers.front().written();
  REQUIRE(written.size() == 1);
  CHECK(written.front().to == "+491701234567");
  CHECK(written.front().text.starts_with("Shop: this is a test message"));
  CHECK(std::filesystem::exists(place.path() / "sms"));
}

TEST_CASE("sms-test says how it went, and sends to no number outside the prefixes") {
  const auto phone = std::make_shared<RecordingSms>();
  OpenedSms opened{to_phone(phone)};
  CHECK(opened.room->commands().front().name == "sms-test");
  CHECK_THROWS_AS(static_cast<void>(opened.run("0170")), standard::CommandMisused);
  CHECK_THROWS_AS(static_cast<void>(opened.run("+431701234567")), std::runtime_error);
  CHECK(phone->attempts() == 0);
  phone->answer_next({DeliveryVerdict::refused, "HTTP 401", DeliveryProblem::login});
  std::string why;
  try {
    static_cast<void>(opened.run("+491701234567"));
  } catch (const std::runtime_error& failure) {
    why = failure.what();
  }
  CHECK(why.find("HTTP 401") != std::string::npos);
  const auto said = opened.run("+491701234567");
  CHECK(said.find("1701234567") == std::string::npos);
  CHECK(phone->delivered().size() == 1);
}

TEST_CASE("standard::open() delivers what the room writes") {
  const testing::TemporaryFolder place;
  const auto phone = std::make_shared<RecordingSms>();
  testing::FastHasher hasher;
  testing::RecordingMailer mailer;
  auto accounts = standard::open({.database_url = sql::sqlite_url(place.file("users.db")),
                                  .secret_key = Secret{std::string(32, 'k')},
                                  .public_url = "https://shop.example",
                                  .bundles = {bundle(to_phone(phone))},
                                  .hasher = &hasher,
                                  .mailer = &mailer});
  const auto text = code_text({.service_name = "Shop"}, "001234");
  const auto to = PhoneNumber::parse("+491701234567").value();
  const auto payload = payload_of(to, text);
  accounts.start();
  accounts.store().transact([&](Transaction& tx) {
    accounts.kernel().enqueue_job(
        tx, {.channel = channel, .kind = "code", .payload = payload.expose_secret()});
  });
  for (int tries = 0; phone->attempts() == 0 && tries < 3'000; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  CHECK(accounts.stop());
  CHECK(phone->last_code_for(to) == "001234");
}

}  // namespace coffeeauth::sms
