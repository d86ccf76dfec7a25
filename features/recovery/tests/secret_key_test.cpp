// The room while the secret key is changed: what was mailed under the old one stays good, and the
// old one is asked for until the last of it is over.

#include <string>
#include <utility>
#include <vector>

#include "coffeeauth/jobs/worker.hpp"
#include "coffeeauth/rewrap.hpp"

#include "features/recovery/tests/change.hpp"

namespace coffeeauth::recovery {
namespace {

constexpr std::string_view old_key = "INSECURE: known to all, for tests only";
constexpr std::string_view new_key = "INSECURE: the key after, for tests only";

SecretKeys ring(std::string_view current, std::string_view previous = {}) {
  std::vector<Secret> others;
  if (!previous.empty()) others.emplace_back(previous);
  return {Secret{current}, std::move(others)};
}

/// A process with the room, with keys and options of its own.
struct Process {
  Process(testing::TestAuth& t, TicketStore& tickets, SecretKeys keys, RecoveryOptions options)
      : room(tickets, std::move(options)),
        auth(t.auth().config(), std::move(keys), t.auth().parts(), {&room}) {}

  Recovery room;
  Auth auth;
};

/// Processes over one Store, one for each step of the change.
struct Keys {
  explicit Keys(const Backend& backend, RecoveryOptions options_in = with_codes())
      : options(std::move(options_in)),
        t({}, backend.harness().fresh()),
        tickets(backend.rows_over(t.auth().parts().store)) {}

  Principal user(std::string_view address) {
    const auto made = t.logged_in_user(address);
    auto found = before.auth.sessions().authenticate(made.authorization);
    REQUIRE_OK(found);
    return *std::move(found);
  }
  /// What `process` mails; the last one to `address` with these words.
  Mail mailed(Process& process, std::string_view address, std::string_view words) {
    jobs::MailWorker worker{process.auth.services(), t.mailer()};
    while (worker.run_once() > 0) continue;
    auto all = t.mailer().delivered();
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(seen));
    seen += all.size();
    return World::mail_to(all, address, words);
  }
  Mail asked_reset(Process& process, std::string_view address) {
    process.room.ask_reset(email(address), somewhere);
    return mailed(process, address, "asked for a new password");
  }
  Mail asked_change(Process& process, const Principal& who, std::string_view to) {
    REQUIRE_OK(process.room.ask_email_change(who, email(to), somewhere));
    return mailed(process, to, "use this address");
  }
  /// The mail to the former address, of a change by link.
  Mail moved(Process& process, const Principal& who, std::string_view to) {
    const std::string from{who.user.email.canonical()};
    const auto token = World::token_in(asked_change(process, who, to), "eml_");
    REQUIRE_OK(process.room.confirm_email_change(token, somewhere));
    return mailed(process, from, "was changed to");
  }

  RecoveryOptions options;
  testing::TestAuth t;
  std::unique_ptr<TicketStore> tickets;
  Process before{t, *tickets, ring(old_key), options};
  /// Told of the new key, and not using it yet.
  Process told{t, *tickets, ring(old_key, new_key), options};
  Process both{t, *tickets, ring(new_key, old_key), options};
  Process after{t, *tickets, ring(new_key), options};
  std::size_t seen = 0;
};

ResetCode code_of(const Mail& mail, std::string_view address) {
  return {email(address), Secret{std::string_view{World::code_in(mail, ResetCode::digits)}}};
}

VerificationCode change_code_of(const Mail& mail) {
  return VerificationCode::parse(World::code_in(mail, 6)).value();
}

}  // namespace

TEST_CASE("links, codes and undos that were mailed under the old secret key are good under both") {
  on_each_store([](const Backend& backend) {
    Keys w{backend};
    static_cast<void>(w.user("ada@example.org"));
    static_cast<void>(w.user("bob@example.org"));
    const auto eve = w.user("eve@example.org");
    const auto dan = w.user("dan@example.org");
    const auto fay = w.user("fay@example.org");
    const auto link = World::token_in(w.asked_reset(w.before, "ada@example.org"), "rst_");
    const auto code = w.asked_reset(w.before, "bob@example.org");
    const auto change = World::token_in(w.asked_change(w.before, eve, "eve@example.net"), "eml_");
    const auto change_code = change_code_of(w.asked_change(w.before, dan, "dan@example.net"));
    const auto undo = World::token_in(w.moved(w.before, fay, "fay@example.net"), "und_");

    // The old key is what they hang on.
    auto& after = w.after.room;
    CHECK_ERROR(after.reset(link.clone(), password(new_password), somewhere), invalid_link);
    CHECK_ERROR(after.confirm_email_change(change, somewhere), invalid_link);
    CHECK_ERROR(after.undo_email_change(undo, somewhere), invalid_link);

    static_cast<void>(rewrap(w.both.auth.services()));
    auto& both = w.both.room;
    CHECK_OK(both.reset(link.clone(), password(new_password), somewhere));
    CHECK_OK(both.reset(code_of(code, "bob@example.org"), password(new_password), somewhere));
    const auto by_link = both.confirm_email_change(change, somewhere);
    REQUIRE_OK(by_link);
    CHECK(by_link->email == email("eve@example.net"));
    const auto by_code = both.confirm_email_change(dan, change_code, somewhere);
    REQUIRE_OK(by_code);
    CHECK(by_code->email == email("dan@example.net"));
    const auto back = both.undo_email_change(undo, somewhere);
    REQUIRE_OK(back);
    CHECK(back->email == email("fay@example.org"));

    // And once.
    CHECK_ERROR(w.before.room.reset(link.clone(), password("a third passphrase"), somewhere),
                invalid_link);
    CHECK_ERROR(w.before.room.undo_email_change(undo, somewhere), invalid_link);
  });
}

TEST_CASE("what one process mails another takes, whichever of two secret keys each of them uses") {
  on_each_store([](const Backend& backend) {
    Keys w{backend};
    const auto bob = w.user("bob@example.org");
    const auto ada = w.user("ada@example.org");
    for (const bool new_first : {false, true}) {
      CAPTURE(new_first);
      auto& one = new_first ? w.both : w.told;
      auto& other = new_first ? w.told : w.both;
      const std::string name = new_first ? "ada" : "bob";
      const auto& who = new_first ? ada : bob;
      const auto undo = World::token_in(w.moved(one, who, name + "@example.net"), "und_");
      CHECK_OK(other.room.undo_email_change(undo, somewhere));
      const auto reset = w.mailed(other, name + "@example.org", "has no password now");
      CHECK_OK(
          one.room.reset(code_of(reset, name + "@example.org"), password(new_password), somewhere));
    }
  });
}

TEST_CASE("a guess at a code under two secret keys is one guess") {
  on_each_store([](const Backend& backend) {
    Keys w{backend};
    static_cast<void>(w.user("ada@example.org"));
    const auto mail = w.asked_reset(w.before, "ada@example.org");
    const auto right = World::code_in(mail, ResetCode::digits);
    const std::string_view wrong = right == "00000000" ? "00000001" : "00000000";
    for (std::size_t i = 1; i < w.options.code_attempts; ++i) {
      CHECK_ERROR(w.both.room.reset(ResetCode{email("ada@example.org"), Secret{wrong}},
                                    password(new_password), somewhere),
                  ErrorCode::invalid_code);
    }
    CHECK_OK(
        w.both.room.reset(code_of(mail, "ada@example.org"), password(new_password), somewhere));
  });
}

TEST_CASE("the old secret key is needed until the last link to undo a change is over") {
  on_each_store([](const Backend& backend) {
    auto longest = with_codes();
    longest.undo_lifetime = 24h * 30;
    Keys w{backend, longest};
    const auto ada = w.user("ada@example.org");
    const auto undo = World::token_in(w.moved(w.before, ada, "ada@example.net"), "und_");
    const auto needed_until = rewrap(w.both.auth.services()).previous_needed_until;
    CHECK(needed_until >= w.t.clock().now() + longest.undo_lifetime);
    // Whatever the settings are by now, a link has the lifetime that it was made with.
    auto off = usual_options();
    off.enabled = false;
    off.reset = ResetBy::off;
    off.undo_lifetime = 0s;
    Process disabled{w.t, *w.tickets, ring(new_key, old_key), off};
    CHECK(rewrap(disabled.auth.services()).previous_needed_until == needed_until);

    w.t.clock().advance(longest.undo_lifetime - 1s);
    CHECK(w.t.clock().now() < needed_until);
    CHECK_OK(w.both.room.undo_email_change(undo, somewhere));
  });
}

}  // namespace coffeeauth::recovery
