#include "tests/contract/secret_key_change.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/jobs/worker.hpp"
#include "coffeeauth/rewrap.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "lib/mail/mail_job.hpp"
#include "tests/parsed.hpp"

namespace coffeeauth::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view old_key = "the key of before, 32 bytes or so";
constexpr std::string_view new_key = "the key of the day, 32 bytes or so";
constexpr std::string_view good = "correct horse battery";
const ClientContext home{.address = "192.0.2.1", .user_agent = "doctest"};

SecretKeys ring(std::string_view current, std::string_view previous = {}) {
  if (previous.empty()) return Secret{current};
  std::vector<Secret> others;
  others.emplace_back(previous);
  return {Secret{current}, std::move(others)};
}

class KeptPayload final : public JobHandler {
 public:
  Delivery deliver(const Job& job) override {
    id = job.id;
    payload = std::string{job.payload.expose_secret()};
    return {DeliveryVerdict::delivered};
  }
  JobId id;
  std::string payload;
};

/// Processes over one Store, one for each step of the change.
struct World {
  explicit World(StoreHarness& harness) : t({}, harness.fresh()) {}

  [[nodiscard]] Auth process(SecretKeys keys) {
    return {t.auth().config(), std::move(keys), t.auth().parts()};
  }

  Result<CodeReceipt> sign_up(Auth& at, std::string_view address, std::string_view secret = good) {
    return at.users().sign_up({.email = email(address), .password = password(secret)}, home);
  }
  static std::size_t deliver(Auth& at, Mailer& mailer) {
    jobs::MailWorker worker{at.services(), mailer};
    std::size_t sent = 0;
    while (const auto claimed = worker.run_once()) sent += claimed;
    return sent;
  }
  VerificationCode mailed_code(Auth& at, std::string_view address) {
    deliver(at, t.mailer());
    return VerificationCode::parse(t.mailer().last_code_for(email(address)).value()).value();
  }
  static Result<User> verify(Auth& at, std::string_view address, VerificationCode code) {
    return at.verification().verify({.email = email(address), .code = std::move(code)}, home);
  }
  void make_user(Auth& at, std::string_view address) {
    REQUIRE_OK(sign_up(at, address));
    REQUIRE_OK(verify(at, address, mailed_code(at, address)));
  }
  static Result<TokenPair> log_in(Auth& at, std::string_view address,
                                  const ClientContext& from = home) {
    return tokens_of(at.sessions().log_in(email(address), password(good), from));
  }
  static Result<TokenPair> refresh(Auth& at, const TokenPair& tokens) {
    return at.sessions().refresh(tokens.refresh_token.expose_secret(), home);
  }
  static bool knows(Auth& at, const TokenPair& tokens) {
    return at.sessions().authenticate_token(tokens.access_token.expose_secret()).has_value();
  }
  void put_mails_in(Transaction& tx, std::size_t count, std::string_view key) {
    const Vault vault{Secret{key}};
    for (std::size_t i = 0; i < count; ++i) {
      tx.outbox().enqueue(make_mail_job(mail_kind::sign_up_for_existing,
                                        {.to = email("ada@example.org")}, vault, t.random(),
                                        t.clock().now(), std::nullopt));
    }
  }
  void put_mails(std::size_t count, std::string_view key) {
    t.store().transact([&](Transaction& tx) { put_mails_in(tx, count, key); });
  }

  TestAuth t;
  Auth before = process(ring(old_key));
  /// Told of the new key, and not using it yet.
  Auth first = process(ring(old_key, new_key));
  Auth second = process(ring(new_key, old_key));
  Auth after = process(ring(new_key));
};

RewrapPart part_of(const RewrapReport& report, std::string_view name) {
  for (const auto& part : report.parts) {
    if (part.name == name) return part;
  }
  FAIL("there is no such part");
  return {};
}

void sessions(StoreHarness& harness) {
  SUBCASE("a session that began under the old key goes on under the new one") {
    World w{harness};
    w.make_user(w.before, "ada@example.org");
    const auto tokens = w.log_in(w.before, "ada@example.org").value();
    CHECK(w.knows(w.second, tokens));
    const auto renewed = w.refresh(w.second, tokens);
    REQUIRE_OK(renewed);
    static_cast<void>(rewrap(w.second.services()));
    CHECK(w.knows(w.after, tokens));
    CHECK_OK(w.refresh(w.after, *renewed));
  }

  SUBCASE(
      "a refresh token that nobody used is refused without the old key, and not held for stolen") {
    World w{harness};
    w.make_user(w.before, "ada@example.org");
    const auto tokens = w.log_in(w.before, "ada@example.org").value();
    static_cast<void>(rewrap(w.second.services()));
    CHECK_ERROR(w.refresh(w.after, tokens), ErrorCode::token_invalid);
    CHECK_OK(w.refresh(w.second, tokens));
  }

  SUBCASE("a token that was spent under one key has its one successor under the other") {
    World w{harness};
    w.make_user(w.first, "ada@example.org");
    for (const bool new_first : {false, true}) {
      CAPTURE(new_first);
      const auto tokens = w.log_in(w.first, "ada@example.org").value();
      auto& one = new_first ? w.second : w.first;
      auto& other = new_first ? w.first : w.second;
      const auto renewed = w.refresh(one, tokens).value();
      const auto again = w.refresh(other, tokens).value();
      CHECK(again.refresh_token == renewed.refresh_token);
      CHECK_OK(w.refresh(other, renewed));
    }
  }

  SUBCASE("a stolen token of the old key ends its session under the new one") {
    World w{harness};
    w.make_user(w.before, "ada@example.org");
    const auto stolen = w.log_in(w.before, "ada@example.org").value();
    const auto renewed = w.refresh(w.second, stolen).value();
    w.t.clock().advance(1h);
    CHECK_ERROR(w.refresh(w.second, stolen), ErrorCode::token_invalid);
    CHECK(w.t.events().count(EventKind::refresh_token_reused) == 1);
    CHECK_ERROR(w.refresh(w.second, renewed), ErrorCode::token_invalid);
  }

  SUBCASE("a signing key opens under the new key alone once it is sealed anew") {
    World w{harness};
    w.make_user(w.before, "ada@example.org");
    const auto tokens = w.log_in(w.before, "ada@example.org").value();
    const auto jwks = w.before.tokens().jwks();
    CHECK_THROWS_AS(w.after.check(), SecretKeyMismatch);
    w.second.check();
    CHECK(w.second.tokens().jwks() == jwks);
    CHECK(part_of(rewrap(w.second.services()), "signing_keys").resealed == 1);
    auto later = w.process(ring(new_key));
    later.check();
    CHECK(later.tokens().jwks() == jwks);
    CHECK(w.knows(later, tokens));
    // Who still runs has it open; who starts with the old one alone is told.
    CHECK(w.knows(w.before, tokens));
    CHECK_THROWS_AS(w.process(ring(old_key)).check(), SecretKeyMismatch);
    w.first.check();
  }
}

void codes(StoreHarness& harness) {
  SUBCASE("a code that was mailed under the old key verifies under the new one") {
    World w{harness};
    REQUIRE_OK(w.sign_up(w.before, "ada@example.org"));
    CHECK_OK(w.verify(w.second, "ada@example.org", w.mailed_code(w.before, "ada@example.org")));
  }

  SUBCASE("a guess under two keys is one guess") {
    World w{harness};
    REQUIRE_OK(w.sign_up(w.before, "ada@example.org"));
    auto right = w.mailed_code(w.before, "ada@example.org");
    const auto wrong = [&] {
      const std::string digits{right.expose_secret() == "000000" ? "000001" : "000000"};
      return VerificationCode::parse(digits).value();
    };
    const auto attempts = w.t.auth().config().codes.attempts;
    for (std::size_t i = 1; i < attempts; ++i) {
      CHECK_ERROR(w.verify(w.second, "ada@example.org", wrong()), ErrorCode::invalid_code);
    }
    CHECK_OK(w.verify(w.second, "ada@example.org", std::move(right)));
  }

  SUBCASE("a login code that was mailed under the old key lets in under the new one") {
    World w{harness};
    w.make_user(w.before, "ada@example.org");
    static_cast<void>(w.before.sessions().send_login_code(email("ada@example.org"), home));
    const auto code = w.mailed_code(w.before, "ada@example.org");
    CHECK_OK(w.second.sessions().log_in(email("ada@example.org"), password(good), code, home));
  }

  SUBCASE("a sign-up that waits is the same as one with its password under the new key") {
    World w{harness};
    REQUIRE_OK(w.sign_up(w.before, "ada@example.org"));
    REQUIRE_OK(w.sign_up(w.second, "ada@example.org"));
    // Two of different passwords would need one with the code.
    CHECK_OK(w.verify(w.second, "ada@example.org", w.mailed_code(w.second, "ada@example.org")));
    CHECK_OK(w.log_in(w.second, "ada@example.org"));
  }
}

void known_places(StoreHarness& harness) {
  SUBCASE("a network that was known under the old key is known under the new one, and then stays") {
    World w{harness};
    w.make_user(w.before, "ada@example.org");
    REQUIRE_OK(w.log_in(w.before, "ada@example.org"));
    static_cast<void>(rewrap(w.second.services()));
    for (int i = 0; i < 10; ++i) {
      static_cast<void>(w.second.sessions().log_in(email("ada@example.org"),
                                                   password("staple the donkey twice"),
                                                   {.address = "198.51.100.7"}));
    }
    REQUIRE_ERROR(w.log_in(w.second, "ada@example.org", {.address = "203.0.113.5"}),
                  ErrorCode::rate_limited);
    // Without the old key nobody has logged in from there yet.
    REQUIRE_ERROR(w.log_in(w.after, "ada@example.org"), ErrorCode::rate_limited);
    CHECK_OK(w.log_in(w.second, "ada@example.org"));
    CHECK_OK(w.log_in(w.after, "ada@example.org"));
  }

  SUBCASE("the next page of a list is where it was") {
    World w{harness};
    for (const auto* address : {"ada@example.org", "bob@example.org", "eve@example.org"}) {
      w.make_user(w.before, address);
    }
    ListUsersRequest request{.order = UserOrder::email, .page_size = 2};
    const auto page = w.before.admin().list_users(request).value();
    REQUIRE_FALSE(page.next_cursor.empty());
    request.cursor = page.next_cursor;
    CHECK(w.second.admin().list_users(request).value().users.size() == 1);
  }
}

void mails(StoreHarness& harness) {
  SUBCASE("a mail that waits goes out under the new key, and under it alone once sealed anew") {
    World w{harness};
    REQUIRE_OK(w.sign_up(w.before, "ada@example.org"));
    CHECK(w.deliver(w.second, w.t.mailer()) == 1);
    CHECK(w.t.mailer().count_for(email("ada@example.org")) == 1);
    REQUIRE_OK(w.sign_up(w.before, "bob@example.org"));
    CHECK(part_of(rewrap(w.second.services()), "mails").resealed == 1);
    CHECK(w.deliver(w.after, w.t.mailer()) == 1);
    CHECK(w.t.mailer().count_for(email("bob@example.org")) == 1);
  }

  SUBCASE("a mail in a worker's hands, and one that was given up, are sealed anew, too") {
    World w{harness};
    w.put_mails(2, old_key);
    const auto now = w.t.clock().now();
    const auto lease = LeaseId::make(now, w.t.random());
    const auto held = w.t.store().transact([&](Transaction& tx) {
      return tx.outbox().claim_jobs(mail_channel, 2, lease, now, now + 1min);
    });
    REQUIRE(held.size() == 2);
    w.t.store().transact([&](Transaction& tx) {
      static_cast<void>(tx.outbox().bury_job(held[0].job.id, lease, "550", now));
    });
    CHECK(part_of(rewrap(w.second.services()), "mails").resealed == 2);
    const bool still_held = w.t.store().transact([&](Transaction& tx) {
      return tx.outbox().revive_job(held[0].job.id, now) &&
             tx.outbox().release_job(held[1].job.id, lease, now);
    });
    CHECK(still_held);
    CHECK(w.deliver(w.after, w.t.mailer()) == 2);
    CHECK(w.t.mailer().count_for(email("ada@example.org")) == 2);
  }

  SUBCASE("a job of a feature is sealed anew with the mails, and opened as before") {
    World w{harness};
    const auto job = w.t.store().transact([&](Transaction& tx) {
      w.put_mails_in(tx, 1, old_key);
      return w.before.kernel().enqueue_job(tx,
                                           {.channel = "sms", .kind = "code", .payload = "001234"});
    });
    CHECK(part_of(rewrap(w.second.services()), "mails").resealed == 2);
    KeptPayload handler;
    jobs::JobWorker worker{w.after.services(), "sms", handler};
    CHECK(worker.run_once() == 1);
    CHECK(handler.id == job);
    CHECK(handler.payload == "001234");
  }

  SUBCASE("a rewrap that was stopped anywhere is finished by the next one") {
    World w{harness};
    w.put_mails(250, old_key);
    SUBCASE("by a commit that failed") {
      CHECK_THROWS_AS(static_cast<void>(rewrap(w.second.services(),
                                               [&](const RewrapPart& part) {
                                                 if (part.name != "mails") return;
                                                 w.t.faults().fail_next_commit();
                                               })),
                      Unavailable);
      CHECK(part_of(rewrap(w.second.services()), "mails").resealed == 150);
    }
    SUBCASE("by whoever looks on") {
      struct Stopped {};
      CHECK_THROWS_AS(static_cast<void>(rewrap(w.second.services(),
                                               [](const RewrapPart& part) {
                                                 if (part.seen == 200) throw Stopped{};
                                               })),
                      Stopped);
      CHECK(part_of(rewrap(w.second.services()), "mails").resealed == 50);
    }
    const auto last = part_of(rewrap(w.second.services()), "mails");
    CHECK(last.seen == 250);
    CHECK(last.resealed == 0);
    CHECK(last.unreadable == 0);
    CHECK(w.deliver(w.after, w.t.mailer()) == 250);
  }

  SUBCASE("two that rewrap at once seal each thing anew once") {
    World w{harness};
    w.put_mails(120, old_key);
    auto other = w.process(ring(new_key, old_key));
    std::size_t done = 0;
    std::thread beside{[&] { done = part_of(rewrap(other.services()), "mails").resealed; }};
    const auto here = part_of(rewrap(w.second.services()), "mails").resealed;
    beside.join();
    CHECK(here + done == 120);
    CHECK(w.deliver(w.after, w.t.mailer()) == 120);
  }

  SUBCASE("what no key of the ring opens is counted and stays as it is") {
    World w{harness};
    w.put_mails(3, old_key);
    w.put_mails(2, "the key of somebody else, 32 bytes or so");
    const auto report = part_of(rewrap(w.after.services()), "mails");
    CHECK(report.seen == 5);
    CHECK(report.resealed == 0);
    CHECK(report.unreadable == 5);
    CHECK(part_of(rewrap(w.second.services()), "mails").unreadable == 2);
    CHECK(w.deliver(w.after, w.t.mailer()) == 5);
    CHECK(w.t.mailer().count_for(email("ada@example.org")) == 3);
  }
}

void side_by_side(StoreHarness& harness) {
  SUBCASE("two processes, one with the keys swapped, take what the other makes") {
    World w{harness};
    w.make_user(w.first, "ada@example.org");
    for (const bool new_first : {false, true}) {
      CAPTURE(new_first);
      auto& one = new_first ? w.second : w.first;
      auto& other = new_first ? w.first : w.second;
      const std::string address = new_first ? "bob@example.org" : "eve@example.org";
      REQUIRE_OK(w.sign_up(one, address));
      CHECK_OK(w.verify(other, address, w.mailed_code(other, address)));
      const auto tokens = w.log_in(one, address).value();
      CHECK(w.knows(other, tokens));
      const auto renewed = w.refresh(other, tokens).value();
      CHECK_OK(w.refresh(one, renewed));
      // A signing key of one is used by the other.
      w.t.clock().advance(2s);
      REQUIRE_OK(one.tokens().rotate_key(KeyStart::now));
      w.t.clock().advance(2s);
      CHECK(w.knows(other, w.log_in(other, address).value()));
      CHECK(w.knows(other, w.log_in(one, address).value()));
    }
  }

  SUBCASE("the previous key is needed for as long as a refresh token may rest") {
    World w{harness};
    const auto report = rewrap(w.second.services());
    CHECK(report.previous_needed_until ==
          w.t.clock().now() + w.t.auth().config().tokens.refresh_idle_lifetime);
  }
}

}  // namespace

void secret_key_change(StoreHarness& harness) {
  sessions(harness);
  codes(harness);
  known_places(harness);
  mails(harness);
  side_by_side(harness);
}

}  // namespace coffeeauth::testing
