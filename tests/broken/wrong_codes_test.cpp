// Stores whose sign-ups, codes or activations are wrong, even when only one thread asks. The suite
// must reject each.

#include "coffeeauth/testing/doctest.hpp"

#include <chrono>

#include "tests/broken/rejected.hpp"

using namespace coffeeauth;
using namespace coffeeauth::broken;

namespace {

struct FreeAttempts : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                         const GuessLimits& limits, UtcTime now) override {
      return Codes::try_code(user, network, guess,
                             {.per_code = 1'000'000, .per_day = limits.per_day}, now);
    }
  };
};

struct EndlessDay : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                         const GuessLimits& limits, UtcTime now) override {
      return Codes::try_code(user, network, guess,
                             {.per_code = limits.per_code, .per_day = 1'000'000}, now);
    }
  };
};

struct NoPause : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    bool take_mail_slot(const UserId& user, const AddressDigest& network, const MailPace& pace,
                        UtcTime now) override {
      auto hasty = pace;
      hasty.pause = {};
      return Codes::take_mail_slot(user, network, hasty, now);
    }
  };
};

// As if nobody had been disabled.
struct ForgetsBans : Sound {
  struct UsersPart : Users {
    using Users::Part;
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
    using Codes::Part;
    Activation activate(const UserId& user, const CodeGuess& code,
                        const std::optional<ChosenPassword>& chosen, UtcTime now) override {
      static_cast<void>(work_->users().update_user(user, {}, {.is_active = true}, now));
      return Codes::activate(user, code, chosen, now);
    }
  };
};

struct DropsTheNewest : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
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
    using Codes::Part;
    void admit_network(const UserId&, const AddressDigest&, std::size_t, UtcTime) override {}
  };
};

// It keeps another network beside the code than the one that asked for it.
struct ForgetsWhoAsked : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
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
    using Codes::Part;
    void admit_network(const UserId& user, const AddressDigest& network, std::size_t,
                       UtcTime now) override {
      Codes::admit_network(user, network, 1'000'000, now);
    }
  };
};

struct OneLiveCode : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
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
    using Codes::Part;
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
    using Codes::Part;
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
    using Codes::Part;
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
    using Codes::Part;
    std::size_t delete_stale(const StaleBefore&, std::size_t) override { return 0; }
  };
};

struct ForgetsAttempts : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    std::size_t delete_stale(const StaleBefore& before, std::size_t limit) override {
      auto eager = before;
      eager.now += std::chrono::hours{24 * 365};
      return Codes::delete_stale(eager, limit);
    }
  };
};

struct CodeThatStays : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
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

}  // namespace

// The account speaks the language of whoever signed up last.
struct BelievesTheLastSignUp : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    SignUp sign_up(const NewUser& candidate, std::size_t max_pending) override {
      auto done = Codes::sign_up(candidate, max_pending);
      const UserPatch patch{.language = candidate.language};
      if (done.outcome == SignUpOutcome::created) return done;
      return {done.outcome,
              *work_->users().update_user(done.user.id, {}, patch, candidate.now).user};
    }
  };
};

// And keeps the language of none but the first.
struct BelievesTheFirstSignUp : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    SignUp sign_up(const NewUser& candidate, std::size_t max_pending) override {
      const auto account = work_->users().find_credentials(candidate.email);
      auto made = candidate;
      if (account) made.language = account->user.language;
      return Codes::sign_up(made, max_pending);
    }
  };
};

// Each account speaks the language of its first sign-up, whoever proves the mailbox.
struct ActivatesInAnyLanguage : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    Activation activate(const UserId& user, const CodeGuess& code,
                        const std::optional<ChosenPassword>& chosen, UtcTime now) override {
      const auto before = work_->users().find(user);
      auto done = Codes::activate(user, code, chosen, now);
      if (!done.user) return done;
      const UserPatch patch{.language = before->language};
      return {done.outcome, work_->users().update_user(user, {}, patch, now).user};
    }
  };
};

struct OneDigestOfAGuess : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
    CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                         const GuessLimits& limits, UtcTime now) override {
      return Codes::try_code(user, network, guess.digests().front(), limits, now);
    }
  };
};

struct EachDigestAGuess : Sound {
  struct CodesPart : Codes {
    using Codes::Part;
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

REJECTED("that sends mails without a pause", NoPause, sign_up_contract)
REJECTED("that does not count the attempts at a code", FreeAttempts, code_contract)
REJECTED("that does not count the guesses of a day", EndlessDay, code_contract)
REJECTED("that does not consume a code", CodeThatStays, activation_contract)
REJECTED("that cleans up who was disabled", ForgetsBans, clean_up_contract)
REJECTED("that activates who was disabled", ForgetsBans, activation_contract)
REJECTED("that lets a code alone activate an account made without a password", CodeAlone<false>,
         activation_contract)
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
REJECTED("that compares one digest of a guess", OneDigestOfAGuess, code_contract)
REJECTED("that counts each digest of a guess", EachDigestAGuess, code_contract)
REJECTED("that gives an account the language of whoever signs up", BelievesTheLastSignUp,
         language_contract)
REJECTED("that keeps the language of the first sign-up for the others", BelievesTheFirstSignUp,
         language_contract)
REJECTED("that activates an account in the language of a stranger", ActivatesInAnyLanguage,
         language_contract)
