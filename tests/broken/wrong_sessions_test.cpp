// Stores whose sessions or login codes are wrong, even when only one thread asks. The suite must
// reject each.

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <chrono>

#include "tests/broken/rejected.hpp"

using namespace coffeeauth;
using namespace coffeeauth::broken;

namespace {

struct UncheckedLogin : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    OpenedSession open_session(const NewSession& session, std::int64_t /*version*/,
                               std::size_t max_sessions) override {
      const auto user = work_->users().find(session.session.user_id);
      return Sessions::open_session(session, user ? user->security_version : 0, max_sessions);
    }
  };
};

struct NoCap : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    OpenedSession open_session(const NewSession& session, std::int64_t security_version,
                               std::size_t /*max_sessions*/) override {
      return Sessions::open_session(session, security_version, 1'000'000);
    }
  };
};

struct LoginCodeThatStays : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
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
    using Sessions::Part;
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
    using Sessions::Part;
    bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& /*limits*/,
                        UtcTime now) override {
      return Sessions::try_login_code(user, guess, {1'000'000, 1'000'000}, now);
    }
  };
};

struct FreePasswordGuesses : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                        UtcTime now) override {
      return guess.password_is_right && Sessions::try_login_code(user, guess, limits, now);
    }
  };
};

struct StrangersSpendLoginCodes : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
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

struct TwoSuccessors : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
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
    using Sessions::Part;
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

struct UnnotedProof : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    bool mark_authenticated(const SessionId& id, const std::string& /*methods*/,
                            UtcTime now) override {
      return find_live(id, now).has_value();
    }
  };
};

// The time of the later proof stays, and not how it was made.
struct EarlierProof : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    bool mark_authenticated(const SessionId& id, const std::string& methods, UtcTime now) override {
      const auto live = find_live(id, now);
      const auto later = live ? std::max(now, live->session.authenticated_at) : now;
      return Sessions::mark_authenticated(id, methods, later);
    }
  };
};

// The update found no row, and nobody looked.
struct ProofOfNobody : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    bool mark_authenticated(const SessionId& id, const std::string& methods, UtcTime now) override {
      static_cast<void>(Sessions::mark_authenticated(id, methods, now));
      return true;
    }
  };
};

struct TokenThatStays : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    bool replace_refresh(const SessionId& id, const RefreshTokenDigest& /*next*/,
                         std::chrono::milliseconds /*idle_lifetime*/, UtcTime now) override {
      return find_live(id, now).has_value();
    }
  };
};

struct ReplacementForADay : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    bool replace_refresh(const SessionId& id, const RefreshTokenDigest& next,
                         std::chrono::milliseconds /*idle_lifetime*/, UtcTime now) override {
      return Sessions::replace_refresh(id, next, std::chrono::hours{24}, now);
    }
  };
};

struct KeepsNoSession : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto blunt = patch;
      blunt.keeps_session.reset();
      return Users::update_user(id, version, blunt, now);
    }
  };
};

// Whoever has one to keep keeps all.
struct KeepsEverySession : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      if (!patch.keeps_session) return Users::update_user(id, version, patch, now);
      auto meek = patch;
      meek.password_hash.reset();
      return Users::update_user(id, version, meek, now);
    }
  };
};

struct AnybodysSession : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    bool end_session(const SessionId& id, const std::optional<UserId>& /*owner*/) override {
      return Sessions::end_session(id, std::nullopt);
    }
  };
};

}  // namespace

struct OneDigestOfALoginGuess : Sound {
  struct SessionsPart : Sessions {
    using Sessions::Part;
    bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                        UtcTime now) override {
      return Sessions::try_login_code(
          user, {guess.digest.digests().front(), guess.password_is_right}, limits, now);
    }
  };
};

REJECTED("that logs in whoever was disabled meanwhile", UncheckedLogin, session_contract)
REJECTED("that forgets the cap on sessions", NoCap, session_contract)
REJECTED("that takes a login code twice", LoginCodeThatStays, session_contract)
REJECTED("that compares any number of guesses at a login code", FreeLoginGuesses, session_contract)
REJECTED("that compares any number of passwords beside a right login code", FreePasswordGuesses,
         session_contract)
REJECTED("that counts guesses at a login code of who has neither", StrangersSpendLoginCodes,
         session_contract)
REJECTED("that lets strangers spend the owner's login codes", OneBudgetOfLoginCodes,
         session_contract)
REJECTED("that lets anybody end a session", AnybodysSession, session_contract)
REJECTED("that gives a spent token a second successor", TwoSuccessors, refresh_contract)
REJECTED("that tolerates the reuse of a token", ToleratedReuse, refresh_contract)
REJECTED("that notes no later proof", UnnotedProof, session_contract)
REJECTED("that lets an earlier proof replace a later one", EarlierProof, session_contract)
REJECTED("that takes a proof for a session that is gone", ProofOfNobody, session_contract)
REJECTED("that leaves a token that was replaced", TokenThatStays, refresh_contract)
REJECTED("that has a lifetime of its own for a token that replaces one", ReplacementForADay,
         refresh_contract)
REJECTED("that keeps no session of who changes the account", KeepsNoSession, session_contract)
REJECTED("that keeps every session beside the one to be kept", KeepsEverySession, session_contract)
REJECTED("that compares one digest of a guess at a login code", OneDigestOfALoginGuess,
         session_contract)
