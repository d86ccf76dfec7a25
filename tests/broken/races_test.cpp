// Stores that are right while one thread asks, and wrong when many do: each looks first and writes
// later, in another transaction. The races of the suite must find them.

#include "coffeeauth/testing/doctest.hpp"

#include <chrono>
#include <thread>

#include "tests/broken/work_store.hpp"

using namespace coffeeauth;
using namespace coffeeauth::broken;

namespace {

struct RacyUsers : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite create_user(const NewUser& user) override {
      return look_then_leap(work_, [&] { return Users::create_user(user); });
    }
  };
};

struct RacyUpdate : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      return look_then_leap(work_, [&] { return Users::update_user(id, version, patch, now); });
    }
  };
};

struct RacyExpectation : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      if (!patch.expects_password_hash) return Users::update_user(id, version, patch, now);
      auto seen = Users::update_user(id, version, patch, now);
      if (seen.outcome != UserWriteOutcome::written) return seen;
      auto decided = patch;
      decided.expects_password_hash.reset();
      return look_then_leap(work_, [&] { return Users::update_user(id, version, decided, now); });
    }
  };
};

struct RacyTakeOver : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite create_or_take_over(const NewUser& user) override {
      return look_then_leap(work_, [&] { return Users::create_or_take_over(user); });
    }
  };
};

// The new address was free when it looked.
struct RacyAddress : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto seen = Users::update_user(id, version, patch, now);
      if (!patch.email || seen.outcome != UserWriteOutcome::written) return seen;
      let_others_in(work_);
      auto done = Users::update_user(id, version, patch, now);
      if (done.outcome == UserWriteOutcome::email_taken) throw Unavailable("a row was refused");
      return done;
    }
  };
};

struct RacyLastAdmin : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWriteOutcome delete_user(const UserId& id, std::optional<std::int64_t> version) override {
      return look_then_leap(work_, [&] { return Users::delete_user(id, version); });
    }
  };
};

struct RacySignUp : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    SignUp sign_up(const NewUser& candidate, std::size_t max_pending) override {
      return look_then_leap(work_, [&] { return Codes::sign_up(candidate, max_pending); });
    }
  };
};

struct RacyAttempts : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                         const GuessLimits& limits, UtcTime now) override {
      return look_then_leap(work_,
                            [&] { return Codes::try_code(user, network, guess, limits, now); });
    }
  };
};

struct RacyActivation : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    Activation activate(const UserId& user, const CodeGuess& code,
                        const std::optional<ChosenPassword>& wanted, UtcTime now) override {
      return look_then_leap(work_, [&] { return Codes::activate(user, code, wanted, now); });
    }
  };
};

struct RacyPace : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    bool take_mail_slot(const UserId& user, const AddressDigest& network, const MailPace& pace,
                        UtcTime now) override {
      return look_then_leap(work_, [&] { return Codes::take_mail_slot(user, network, pace, now); });
    }
  };
};

struct RacyRefresh : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    RotationResult rotate_refresh(const Rotation& rotation) override {
      return look_then_leap(work_, [&] { return Sessions::rotate_refresh(rotation); });
    }
  };
};

struct RacyClaim : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    std::vector<ClaimedJob> claim_jobs(std::string_view channel, std::size_t limit,
                                       const LeaseId& lease, UtcTime now, UtcTime until) override {
      return look_then_leap(work_,
                            [&] { return Jobs::claim_jobs(channel, limit, lease, now, until); });
    }
  };
};

struct RacyCap : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    OpenedSession open_session(const NewSession& session, std::int64_t security_version,
                               std::size_t max_sessions) override {
      // Looks how many to end, and ends them when others have come.
      const auto before =
          work_->sessions().list_sessions(session.session.user_id, UtcTime{}, 1'000'000);
      auto opened = Sessions::open_session(session, security_version, 1'000'000);
      work_->commit();
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
      work_.begin_again();
      for (auto n = max_sessions - 1; n < before.size(); ++n, ++opened.ended) {
        end_session(before[n].id, std::nullopt);
      }
      return opened;
    }
  };
};

struct RacyLoginCode : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                        UtcTime now) override {
      return look_then_leap(work_,
                            [&] { return Sessions::try_login_code(user, guess, limits, now); });
    }
  };
};

struct RacyRenewal : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    bool renew_lease(const JobId& job, const LeaseId& lease, UtcTime until) override {
      return look_then_leap(work_, [&] { return Jobs::renew_lease(job, lease, until); });
    }
  };
};

struct RacyKeys : Sound {
  struct KeysPart : Keys {
    using Keys::Part;
    bool insert_first_key(const StoredKey& key, UtcTime others_verify_until) override {
      return look_then_leap(work_,
                            [&] { return Keys::insert_first_key(key, others_verify_until); });
    }
  };
};

}  // namespace

#define REJECTED_RACE(name, Parts, part)                                                      \
  TEST_CASE("the suite rejects a Store that looks first and " name* doctest::should_fail()) { \
    Harness<Parts> harness;                                                                   \
    testing::part(harness);                                                                   \
  }

REJECTED_RACE("creates a user later", RacyUsers, user_contract)
REJECTED_RACE("updates a user later", RacyUpdate, user_contract)
REJECTED_RACE("changes what it expected later", RacyExpectation, user_contract)
REJECTED_RACE("deletes an administrator later", RacyLastAdmin, admin_contract)
REJECTED_RACE("signs up later", RacySignUp, sign_up_contract)
REJECTED_RACE("takes a mail slot later", RacyPace, sign_up_contract)
REJECTED_RACE("counts an attempt later", RacyAttempts, code_contract)
REJECTED_RACE("activates later", RacyActivation, activation_contract)
REJECTED_RACE("rotates a token later", RacyRefresh, refresh_contract)
REJECTED_RACE("claims a job later", RacyClaim, outbox_contract)
REJECTED_RACE("ends sessions beyond the cap later", RacyCap, session_contract)
REJECTED_RACE("spends a login code later", RacyLoginCode, session_contract)
REJECTED_RACE("renews a lease later", RacyRenewal, outbox_contract)
REJECTED_RACE("inserts a key later", RacyKeys, key_contract)
REJECTED_RACE("takes an account over later", RacyTakeOver, activation_contract)
REJECTED_RACE("gives an address away later", RacyAddress, address_contract)
