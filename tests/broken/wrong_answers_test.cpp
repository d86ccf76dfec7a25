// Stores that are wrong even when only one thread asks. The suite must reject each.

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "tests/broken/decorated_store.hpp"

using namespace coffeeauth;
using namespace coffeeauth::broken;

TEST_CASE("the suite accepts the decorated Store while nothing is wrong with it") {
  Harness<Sound> harness;
  testing::store_contract(harness);
}

namespace {

struct LostRollback : Sound {
  static constexpr auto uncommitted = Uncommitted::commits;
};

struct CaseSensitiveAddress : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite create_user(const NewUser& user) override {
      auto as_typed = user;
      as_typed.email = EmailAddress::restore(user.email.display(), user.email.display());
      return Users::create_user(as_typed);
    }
  };
};

struct SecondsOnly : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite create_user(const NewUser& user) override {
      auto cut = user;
      cut.now = std::chrono::floor<std::chrono::seconds>(user.now);
      return Users::create_user(cut);
    }
  };
};

struct ShortColumns : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite create_user(const NewUser& user) override {
      auto cut = user;
      cut.last_name.resize(std::min<std::size_t>(cut.last_name.size(), 255));
      return Users::create_user(cut);
    }
  };
};

struct IgnoredVersion : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> /*version*/,
                          const UserPatch& patch, UtcTime now) override {
      return Users::update_user(id, std::nullopt, patch, now);
    }
  };
};

struct EagerCleanUp : Sound {
  struct UsersPart : Users {
    using Users::Users;
    std::size_t delete_unverified_before(UtcTime cutoff, std::size_t limit) override {
      return Users::delete_unverified_before(cutoff + std::chrono::milliseconds{1}, limit);
    }
  };
};

struct FreeAttempts : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                         const GuessLimits& limits, UtcTime now) override {
      return Codes::try_code(user, network, guess,
                             {.per_code = 1'000'000, .per_day = limits.per_day}, now);
    }
  };
};

struct EndlessDay : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                         const GuessLimits& limits, UtcTime now) override {
      return Codes::try_code(user, network, guess,
                             {.per_code = limits.per_code, .per_day = 1'000'000}, now);
    }
  };
};

struct NoPause : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    bool take_mail_slot(const UserId& user, const AddressDigest& network, const MailPace& pace,
                        UtcTime now) override {
      auto hasty = pace;
      hasty.pause = {};
      return Codes::take_mail_slot(user, network, hasty, now);
    }
  };
};

// Each an error of the first version.
struct VerifiesTheRow : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto wrong = patch;
      const auto user = work_->users().find(id);
      if (user && patch.is_verified.value_or(false)) {
        const auto found = work_->users().find_credentials(user->email);
        if (!found->sign_ups.empty()) wrong.password_hash = found->sign_ups.front();
      }
      return Users::update_user(id, version, wrong, now);
    }
  };
};

struct AppointsAnybody : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite create_or_take_over(const NewUser& user) override {
      const auto found = work_->users().find_credentials(user.email);
      if (!found) return Users::create_or_take_over(user);
      return Users::update_user(found->user.id, {}, taking_over(user), user.now);
    }
  };
};

struct SaysChanged : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto written = Users::update_user(id, version, patch, now);
      written.changed = true;
      return written;
    }
  };
};

struct HidesWhatWas : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto written = Users::update_user(id, version, patch, now);
      written.before.reset();
      return written;
    }
  };
};

// As if nobody had been disabled.
struct ForgetsBans : Sound {
  struct UsersPart : Users {
    using Users::Users;
    std::size_t delete_unverified_before(UtcTime cutoff, std::size_t limit) override {
      const auto banned =
          work_->users().list({.filter = {.is_verified = false, .is_active = false}, .limit = 100});
      for (const auto& user : banned) {
        static_cast<void>(update_user(user.id, {}, {.is_active = true}, cutoff));
      }
      return Users::delete_unverified_before(cutoff, limit);
    }
  };
  struct CodesPart : Codes {
    using Codes::Codes;
    Activation activate(const UserId& user, const CodeGuess& code,
                        const std::optional<ChosenPassword>& chosen, UtcTime now) override {
      static_cast<void>(work_->users().update_user(user, {}, {.is_active = true}, now));
      return Codes::activate(user, code, chosen, now);
    }
  };
};

struct MakesUnprovedAdmins : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite create_user(const NewUser& user) override {
      auto made = user;
      if (user.role == Role::admin) made.is_verified = true;
      if (made.password_hash.empty()) made.password_hash = PasswordHash{"$argon2id$none"};
      return Users::create_user(made);
    }
  };
};

struct HidesWhoGaveWay : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto written = Users::update_user(id, version, patch, now);
      written.gave_way.reset();
      return written;
    }
  };
};

struct KeepsSquatters : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite create_user(const NewUser& user) override {
      if (has_account(user.email)) return {UserWriteOutcome::email_taken};
      return Users::create_user(user);
    }
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      const auto user = work_->users().find(id);
      if (user && patch.email && !(*patch.email == user->email) && has_account(*patch.email)) {
        return {UserWriteOutcome::email_taken};
      }
      return Users::update_user(id, version, patch, now);
    }

   private:
    [[nodiscard]] bool has_account(const EmailAddress& email) const {
      return work_->users().find_credentials(email).has_value();
    }
  };
};

// Whoever is not verified, an administrator who is to prove a new address among them.
struct UnverifiedGiveWay : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      if (patch.email) {
        const auto holder = work_->users().find_credentials(*patch.email);
        if (holder && holder->user.id != id && !holder->user.is_verified) {
          static_cast<void>(delete_user(holder->user.id, {}));
        }
      }
      return Users::update_user(id, version, patch, now);
    }
  };
};

struct DropsTheNewest : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    SignUp sign_up(const NewUser& candidate, std::size_t max_pending) override {
      const auto found = work_->users().find_credentials(candidate.email);
      if (found && found->sign_ups.size() >= max_pending) {
        return {SignUpOutcome::joined, found->user};
      }
      return Codes::sign_up(candidate, max_pending);
    }
  };
};

struct OneShareForAll : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    void admit_network(const UserId&, const AddressDigest&, std::size_t, UtcTime) override {}
  };
};

// It keeps another network beside the code than the one that asked for it.
struct ForgetsWhoAsked : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    void put_code(const UserId& user, const NewCode& code, UtcTime now) override {
      auto bytes = code.network.bytes();
      bytes.back() ^= 1U;
      auto put = code;
      put.network = AddressDigest{bytes};
      Codes::put_code(user, put, now);
    }
  };
};

struct SharesWithoutEnd : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    void admit_network(const UserId& user, const AddressDigest& network, std::size_t,
                       UtcTime now) override {
      Codes::admit_network(user, network, 1'000'000, now);
    }
  };
};

struct OneLiveCode : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    void put_code(const UserId& user, const NewCode& code, UtcTime now) override {
      auto nobodys = code;
      nobodys.digest = {};
      Codes::put_code(user, nobodys, now);
      Codes::put_code(user, nobodys, now);
      Codes::put_code(user, code, now);
    }
  };
};

// As if no network had ever been admitted.
struct OldestGoes : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    void put_code(const UserId& user, const NewCode& code, UtcTime now) override {
      auto bytes = code.network.bytes();
      bytes.back() = static_cast<AddressDigest::Bytes::value_type>(bytes.back() ^ 1U);
      auto stranger = code;
      stranger.network = AddressDigest{bytes};
      Codes::put_code(user, stranger, now);
    }
  };
};

struct AnyPassword : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    Activation activate(const UserId& user, const CodeGuess& code,
                        const std::optional<ChosenPassword>& chosen, UtcTime now) override {
      auto lax = chosen;
      if (lax) lax->is_acceptable = true;
      return Codes::activate(user, code, lax, now);
    }
  };
};

// With `Verified` only where an administrator verified by hand, else only where nobody did.
template <bool Verified>
struct CodeAlone : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    Activation activate(const UserId& user, const CodeGuess& code,
                        const std::optional<ChosenPassword>& chosen, UtcTime now) override {
      const auto account = work_->users().find(user);
      if (chosen || !account || account->is_verified != Verified) {
        return Codes::activate(user, code, chosen, now);
      }
      const auto waiting = work_->users().find_credentials(account->email)->sign_ups;
      if (waiting.size() != 1) return Codes::activate(user, code, chosen, now);
      return Codes::activate(user, code, {{waiting.front(), false}}, now);
    }
  };
};

struct LeavesTheStale : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    std::size_t delete_stale(const StaleBefore&, std::size_t) override { return 0; }
  };
};

struct ForgetsAttempts : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    std::size_t delete_stale(const StaleBefore& before, std::size_t limit) override {
      auto eager = before;
      eager.now += std::chrono::hours{24 * 365};
      return Codes::delete_stale(eager, limit);
    }
  };
};

struct CodeThatStays : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    Activation activate(const UserId& user, const CodeGuess& code,
                        const std::optional<ChosenPassword>& wanted, UtcTime now) override {
      auto done = Codes::activate(user, code, wanted, now);
      if (done.outcome == ActivationOutcome::activated) {
        put_code(user,
                 {.digest = code.digests().front(),
                  .network = {},
                  .expires_at = now + std::chrono::hours{1}},
                 now);
      }
      return done;
    }
  };
};

struct UncheckedLogin : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Sessions;
    OpenedSession open_session(const NewSession& session, std::int64_t /*version*/,
                               std::size_t max_sessions) override {
      const auto user = work_->users().find(session.session.user_id);
      return Sessions::open_session(session, user ? user->security_version : 0, max_sessions);
    }
  };
};

struct NoCap : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Sessions;
    OpenedSession open_session(const NewSession& session, std::int64_t security_version,
                               std::size_t /*max_sessions*/) override {
      return Sessions::open_session(session, security_version, 1'000'000);
    }
  };
};

struct LoginCodeThatStays : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Sessions;
    bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                        UtcTime now) override {
      const bool right = Sessions::try_login_code(user, guess, limits, now);
      if (right) {
        static_cast<void>(put_login_code(
            user,
            {.digest = guess.digest.digests().front(), .expires_at = now + std::chrono::hours{1}},
            1'000'000, now));
      }
      return right;
    }
  };
};

struct OneBudgetOfLoginCodes : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Sessions;
    bool put_login_code(const UserId& user, const NewLoginCode& code, std::size_t max_per_day,
                        UtcTime now) override {
      auto counted = code;
      counted.budget = LoginCodeBudget::anybodys;
      return Sessions::put_login_code(user, counted, max_per_day, now);
    }
  };
};

struct FreeLoginGuesses : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Sessions;
    bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& /*limits*/,
                        UtcTime now) override {
      return Sessions::try_login_code(user, guess, {1'000'000, 1'000'000}, now);
    }
  };
};

// It asks for role, verification and activity alone.
struct CountsWhoHasNoPassword : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      const auto admins = list({.filter = {.role = Role::admin, .is_verified = true}, .limit = 9});
      for (const auto& each : admins) {
        if (each.id != id) renew_password_hash(each.id, {}, PasswordHash{"counted"});
      }
      auto done = Users::update_user(id, version, patch, now);
      for (const auto& each : admins) renew_password_hash(each.id, PasswordHash{"counted"}, {});
      return done;
    }
  };
};

struct PromotesWhoeverHasTheRole : Sound {
  struct UsersPart : Users {
    using Users::Users;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto changed = patch;
      changed.needs_owner = false;
      return Users::update_user(id, version, changed, now);
    }
  };
};

struct FreePasswordGuesses : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Sessions;
    bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                        UtcTime now) override {
      return guess.password_is_right && Sessions::try_login_code(user, guess, limits, now);
    }
  };
};

struct StrangersSpendLoginCodes : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Sessions;
    bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                        UtcTime now) override {
      if (guess.password_is_right) return Sessions::try_login_code(user, guess, limits, now);
      auto counted = guess;
      counted.digest = CodeDigest{};
      counted.password_is_right = true;
      return Sessions::try_login_code(user, counted, limits, now);
    }
  };
};

struct KeysThatNeverRetire : Sound {
  struct KeysPart : Keys {
    using Keys::Keys;
    bool insert_first_key(const StoredKey& key, UtcTime /*others_verify_until*/) override {
      return Keys::insert_first_key(key, UtcTime::max());
    }
  };
};

struct KeysThatStay : Sound {
  struct KeysPart : Keys {
    using Keys::Keys;
    bool revoke_key(std::string_view kid) override {
      const auto keys = list_keys();
      return std::any_of(keys.begin(), keys.end(),
                         [&](const StoredKey& key) { return key.kid == kid; });
    }
  };
};

struct TwoSuccessors : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Sessions;
    RotationResult rotate_refresh(const Rotation& rotation) override {
      auto result = Sessions::rotate_refresh(rotation);
      if (result.outcome == RotationOutcome::replayed) {
        result.sealed_successor = rotation.sealed_successor;
      }
      return result;
    }
  };
};

struct ToleratedReuse : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Sessions;
    RotationResult rotate_refresh(const Rotation& rotation) override {
      auto result = Sessions::rotate_refresh(rotation);
      if (result.outcome == RotationOutcome::reused) {
        work_.roll_back();
        work_.begin_again();
      }
      return result;
    }
  };
};

struct AnybodysSession : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Sessions;
    bool end_session(const SessionId& id, const std::optional<UserId>& /*owner*/) override {
      return Sessions::end_session(id, std::nullopt);
    }
  };
};

struct ClaimsTwice : Sound {
  struct JobsPart : Jobs {
    using Jobs::Jobs;
    std::vector<ClaimedJob> claim_jobs(std::size_t limit, const LeaseId& lease, UtcTime now,
                                       UtcTime /*until*/) override {
      return Jobs::claim_jobs(limit, lease, now, now);
    }
  };
};

struct StaleLease : Sound {
  struct JobsPart : Jobs {
    using Jobs::Jobs;
    bool retry_job(const JobId& job, const LeaseId& lease, UtcTime next,
                   const std::string& reason) override {
      static_cast<void>(Jobs::retry_job(job, lease, next, reason));
      return true;
    }
  };
};

struct ClaimsAsTries : Sound {
  struct JobsPart : Jobs {
    using Jobs::Jobs;
    std::vector<ClaimedJob> claim_jobs(std::size_t limit, const LeaseId& lease, UtcTime now,
                                       UtcTime until) override {
      auto claimed = Jobs::claim_jobs(limit, lease, now, until);
      for (auto& job : claimed) job.attempts += job.abandoned;
      return claimed;
    }
  };
};

struct CountedRelease : Sound {
  struct JobsPart : Jobs {
    using Jobs::Jobs;
    bool release_job(const JobId& job, const LeaseId& lease, UtcTime due_at) override {
      return Jobs::retry_job(job, lease, due_at, "not tried yet");
    }
  };
};

struct LateNewsLost : Sound {
  struct JobsPart : Jobs {
    using Jobs::Jobs;
    bool complete_job(const JobId& job) override {
      for (const auto& one : list_jobs(JobState::pending, 100)) {
        if (one.id == job && one.abandoned > 0) return false;
      }
      return Jobs::complete_job(job);
    }
  };
};

struct RevivedFromHands : Sound {
  struct JobsPart : Jobs {
    using Jobs::Jobs;
    bool revive_job(const JobId& job, UtcTime now) override {
      return Jobs::revive_job(job, now) || Jobs::revive_job(job, now + std::chrono::hours{1});
    }
  };
};

struct DeadExpire : Sound {
  struct JobsPart : Jobs {
    using Jobs::Jobs;
    std::size_t delete_expired_jobs(UtcTime now, std::size_t limit) override {
      return Jobs::delete_expired_jobs(now, limit) + Jobs::delete_dead_jobs(now, limit);
    }
  };
};

struct DeadByAge : Sound {
  struct JobsPart : Jobs {
    using Jobs::Jobs;
    bool bury_job(const JobId& job, const LeaseId& lease, const std::string& reason,
                  UtcTime now) override {
      // Only where it was written earlier by more than a moment: the cutoff itself is right.
      for (const auto& one : Jobs::list_jobs(JobState::pending, 100)) {
        if (one.id == job && now - one.created_at > std::chrono::hours{1}) now = one.created_at;
      }
      return Jobs::bury_job(job, lease, reason, now);
    }
  };
};

struct OneDigestOfAGuess : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                         const GuessLimits& limits, UtcTime now) override {
      return Codes::try_code(user, network, guess.digests().front(), limits, now);
    }
  };
};

struct EachDigestAGuess : Sound {
  struct CodesPart : Codes {
    using Codes::Codes;
    CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                         const GuessLimits& limits, UtcTime now) override {
      for (const auto& digest : guess.digests()) {
        const auto verdict = Codes::try_code(user, network, digest, limits, now);
        if (verdict != CodeVerdict::no_match) return verdict;
      }
      return CodeVerdict::no_match;
    }
  };
};

struct OneDigestOfALoginGuess : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Sessions;
    bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                        UtcTime now) override {
      return Sessions::try_login_code(
          user, {guess.digest.digests().front(), guess.password_is_right}, limits, now);
    }
  };
};

struct ResealsAnyKey : Sound {
  struct KeysPart : Keys {
    using Keys::Keys;
    bool reseal_key(std::string_view kid, const std::string& /*from*/,
                    const std::string& to) override {
      for (const auto& one : list_keys()) {
        if (one.kid == kid) return Keys::reseal_key(kid, one.sealed_private, to);
      }
      return false;
    }
  };
};

struct ResealsAnyMail : Sound {
  struct JobsPart : Jobs {
    using Jobs::Jobs;
    bool reseal_job(const JobId& job, const std::string& /*from*/, const std::string& to) override {
      for (const auto& one : list_sealed_jobs(JobId{}, 100)) {
        if (one.id == job) return Jobs::reseal_job(job, one.sealed_payload, to);
      }
      return false;
    }
  };
};

struct SharedLease : Sound {
  struct KeysPart : Keys {
    using Keys::Keys;
    bool acquire_lease(std::string_view name, const LeaseId& /*holder*/, UtcTime now,
                       UtcTime until) override {
      return Keys::acquire_lease(name, LeaseId{}, now, until);
    }
  };
};

}  // namespace

#define REJECTED(name, Parts, part)                                      \
  TEST_CASE("the suite rejects a Store " name* doctest::should_fail()) { \
    Harness<Parts> harness;                                              \
    testing::part(harness);                                              \
  }

REJECTED("that keeps what was rolled back", LostRollback, transaction_contract)
REJECTED("that tells addresses apart by letter case", CaseSensitiveAddress, user_contract)
REJECTED("that keeps times to the second", SecondsOnly, user_contract)
REJECTED("that cuts long text", ShortColumns, user_contract)
REJECTED("that overwrites whatever version there is", IgnoredVersion, user_contract)
REJECTED("that deletes sign-ups a moment too early", EagerCleanUp, clean_up_contract)
REJECTED("that sends mails without a pause", NoPause, sign_up_contract)
REJECTED("that does not count the attempts at a code", FreeAttempts, code_contract)
REJECTED("that does not count the guesses of a day", EndlessDay, code_contract)
REJECTED("that does not consume a code", CodeThatStays, activation_contract)
REJECTED("that logs in whoever was disabled meanwhile", UncheckedLogin, session_contract)
REJECTED("that forgets the cap on sessions", NoCap, session_contract)
REJECTED("that takes a login code twice", LoginCodeThatStays, session_contract)
REJECTED("that compares any number of guesses at a login code", FreeLoginGuesses, session_contract)
REJECTED("that promotes an administrator who awaits the owner", PromotesWhoeverHasTheRole,
         admin_contract)
REJECTED("that counts administrators without a password", CountsWhoHasNoPassword, admin_contract)
REJECTED("that compares any number of passwords beside a right login code", FreePasswordGuesses,
         session_contract)
REJECTED("that counts guesses at a login code of who has neither", StrangersSpendLoginCodes,
         session_contract)
REJECTED("that lets strangers spend the owner's login codes", OneBudgetOfLoginCodes,
         session_contract)
REJECTED("that lets a key of another algorithm verify for ever", KeysThatNeverRetire, key_contract)
REJECTED("that keeps a revoked key", KeysThatStay, key_contract)
REJECTED("that lets anybody end a session", AnybodysSession, session_contract)
REJECTED("that gives a spent token a second successor", TwoSuccessors, refresh_contract)
REJECTED("that tolerates the reuse of a token", ToleratedReuse, refresh_contract)
REJECTED("that gives one job to two workers", ClaimsTwice, outbox_contract)
REJECTED("that believes a stale lease", StaleLease, outbox_contract)
REJECTED("that counts a claim as a try", ClaimsAsTries, outbox_contract)
REJECTED("that counts what was given back", CountedRelease, outbox_contract)
REJECTED("that keeps a mail whose delivery it hears of late", LateNewsLost, outbox_contract)
REJECTED("that revives a mail in a worker's hands", RevivedFromHands, outbox_contract)
REJECTED("that deletes dead mails with the expired ones", DeadExpire, outbox_contract)
REJECTED("that deletes dead mails by when they were written", DeadByAge, outbox_contract)
REJECTED("that gives one lease to two holders", SharedLease, key_contract)
REJECTED("that compares one digest of a guess", OneDigestOfAGuess, code_contract)
REJECTED("that counts each digest of a guess", EachDigestAGuess, code_contract)
REJECTED("that compares one digest of a guess at a login code", OneDigestOfALoginGuess,
         session_contract)
REJECTED("that seals another key's content anew", ResealsAnyKey, reseal_contract)
REJECTED("that seals another mail's content anew", ResealsAnyMail, reseal_contract)
REJECTED("that gives a verified account the password of a sign-up", VerifiesTheRow, admin_contract)
REJECTED("that takes an account over from its owner", AppointsAnybody, admin_contract)
REJECTED("that calls every update a change", SaysChanged, user_contract)
REJECTED("that does not say what a user was", HidesWhatWas, user_contract)
REJECTED("that cleans up who was disabled", ForgetsBans, clean_up_contract)
REJECTED("that activates who was disabled", ForgetsBans, activation_contract)
REJECTED("that makes administrators whom nobody proved", MakesUnprovedAdmins, admin_contract)
REJECTED("that lets a code alone activate an account made without a password", CodeAlone<false>,
         activation_contract)
REJECTED("that keeps an address for whoever signed it up", KeepsSquatters, address_contract)
REJECTED("that does not say who gave way", HidesWhoGaveWay, address_contract)
REJECTED("that gives away the address of whoever is not verified", UnverifiedGiveWay,
         address_contract)
REJECTED("that drops the sign-up that is too many", DropsTheNewest, sign_up_contract)
REJECTED("that lets strangers spend the owner's guesses", OneShareForAll, code_contract)
REJECTED("that lets strangers spend the attempts of who asked for the code", ForgetsWhoAsked,
         code_contract)
REJECTED("that gives every network guesses of its own", SharesWithoutEnd, code_contract)
REJECTED("that voids a code with the next one", OneLiveCode, code_contract)
REJECTED("that lets two strangers displace the owner's code", OldestGoes, code_contract)
REJECTED("that activates a password that was not accepted", AnyPassword, activation_contract)
REJECTED("that lets a code alone activate an account verified by hand", CodeAlone<true>,
         activation_contract)
REJECTED("that lets a code alone activate an account that was moved", CodeAlone<false>,
         admin_contract)
REJECTED("that forgets with the sign-ups for the disabled that they were several", CodeAlone<false>,
         clean_up_contract)
REJECTED("that never cleans up codes and decoys", LeavesTheStale, clean_up_contract)
REJECTED("that gives attempts back when it cleans up", ForgetsAttempts, clean_up_contract)
