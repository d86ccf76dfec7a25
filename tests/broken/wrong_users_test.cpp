// Stores that keep or change users wrongly, even when only one thread asks. The suite must reject
// each.

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <chrono>

#include "tests/broken/rejected.hpp"

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
    using Users::Part;
    UserWrite create_user(const NewUser& user) override {
      auto as_typed = user;
      as_typed.email = EmailAddress::restore(user.email.display(), user.email.display());
      return Users::create_user(as_typed);
    }
  };
};

struct SecondsOnly : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite create_user(const NewUser& user) override {
      auto cut = user;
      cut.now = std::chrono::floor<std::chrono::seconds>(user.now);
      return Users::create_user(cut);
    }
  };
};

struct ShortColumns : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite create_user(const NewUser& user) override {
      auto cut = user;
      cut.last_name.resize(std::min<std::size_t>(cut.last_name.size(), 255));
      return Users::create_user(cut);
    }
  };
};

struct IgnoredVersion : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> /*version*/,
                          const UserPatch& patch, UtcTime now) override {
      return Users::update_user(id, std::nullopt, patch, now);
    }
  };
};

// Writes without one of the things that the change was decided on.
template <auto Expectation>
struct WritesAllTheSame : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto blind = patch;
      (blind.*Expectation).reset();
      return Users::update_user(id, version, blind, now);
    }
  };
};
struct WhateverThePassword : WritesAllTheSame<&UserPatch::expects_password_hash> {};
struct WhateverTheAddress : WritesAllTheSame<&UserPatch::expects_email> {};
struct WhateverTheTokens : WritesAllTheSame<&UserPatch::expects_security_version> {};

struct EagerCleanUp : Sound {
  struct UsersPart : Users {
    using Users::Part;
    std::size_t delete_unverified_before(UtcTime cutoff, std::size_t limit) override {
      return Users::delete_unverified_before(cutoff + std::chrono::milliseconds{1}, limit);
    }
  };
};

// Each an error of the first version.
struct VerifiesTheRow : Sound {
  struct UsersPart : Users {
    using Users::Part;
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
    using Users::Part;
    UserWrite create_or_take_over(const NewUser& user) override {
      const auto found = work_->users().find_credentials(user.email);
      if (!found) return Users::create_or_take_over(user);
      return Users::update_user(found->user.id, {}, taking_over(user), user.now);
    }
  };
};

// They write what they should, and tell of it wrongly.
template <void (*change)(UserWrite&)>
struct TellsOtherwise : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto written = Users::update_user(id, version, patch, now);
      change(written);
      return written;
    }
  };
};

void say_changed(UserWrite& written) { written.changed = true; }
void hide_what_was(UserWrite& written) { written.before.reset(); }
void hide_who_gave_way(UserWrite& written) { written.gave_way.reset(); }

struct MakesUnprovedAdmins : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite create_user(const NewUser& user) override {
      auto made = user;
      if (user.role == Role::admin) made.is_verified = true;
      if (made.password_hash.empty()) made.password_hash = PasswordHash{"$argon2id$none"};
      return Users::create_user(made);
    }
  };
};

struct KeepsSquatters : Sound {
  struct UsersPart : Users {
    using Users::Part;
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
    using Users::Part;
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

// It asks for role, verification and activity alone.
struct CountsWhoHasNoPassword : Sound {
  struct UsersPart : Users {
    using Users::Part;
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
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto changed = patch;
      changed.needs_owner = false;
      return Users::update_user(id, version, changed, now);
    }
  };
};

struct NoLanguages : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite create_user(const NewUser& user) override {
      auto made = user;
      made.language = Language{};
      return Users::create_user(made);
    }
  };
};

struct NoSecondFactors : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto wrong = patch;
      wrong.second_factor.reset();
      return Users::update_user(id, version, wrong, now);
    }
  };
};

struct OnceSecondAlwaysSecond : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto wrong = patch;
      if (!patch.second_factor.value_or(true)) wrong.second_factor.reset();
      return Users::update_user(id, version, wrong, now);
    }
  };
};

struct SecondFactorKeepsSession : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto wrong = patch;
      const auto sessions = work_->sessions().list_sessions(id, now, 100);
      if (patch.second_factor && !sessions.empty()) wrong.keeps_session = sessions.back().id;
      return Users::update_user(id, version, wrong, now);
    }
  };
};

struct OtherChangesTurnItOff : Sound {
  struct UsersPart : Users {
    using Users::Part;
    UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                          const UserPatch& patch, UtcTime now) override {
      auto wrong = patch;
      if (!patch.second_factor) wrong.second_factor = false;
      return Users::update_user(id, version, wrong, now);
    }
  };
};

}  // namespace

REJECTED("that keeps what was rolled back", LostRollback, transaction_contract)
REJECTED("that tells addresses apart by letter case", CaseSensitiveAddress, user_contract)
REJECTED("that keeps times to the second", SecondsOnly, user_contract)
REJECTED("that cuts long text", ShortColumns, user_contract)
REJECTED("that overwrites whatever version there is", IgnoredVersion, user_contract)
REJECTED("that changes an account whatever its password is now", WhateverThePassword, user_contract)
REJECTED("that changes an account whatever its address is now", WhateverTheAddress, user_contract)
REJECTED("that changes an account whatever its security version is now", WhateverTheTokens,
         user_contract)
REJECTED("that deletes sign-ups a moment too early", EagerCleanUp, clean_up_contract)
REJECTED("that promotes an administrator who awaits the owner", PromotesWhoeverHasTheRole,
         admin_contract)
REJECTED("that counts administrators without a password", CountsWhoHasNoPassword, admin_contract)
REJECTED("that gives a verified account the password of a sign-up", VerifiesTheRow, admin_contract)
REJECTED("that takes an account over from its owner", AppointsAnybody, admin_contract)
REJECTED("that calls every update a change", TellsOtherwise<say_changed>, user_contract)
REJECTED("that does not say what a user was", TellsOtherwise<hide_what_was>, user_contract)
REJECTED("that makes administrators whom nobody proved", MakesUnprovedAdmins, admin_contract)
REJECTED("that keeps an address for whoever signed it up", KeepsSquatters, address_contract)
REJECTED("that does not say who gave way", TellsOtherwise<hide_who_gave_way>, address_contract)
REJECTED("that gives away the address of whoever is not verified", UnverifiedGiveWay,
         address_contract)
REJECTED("that does not keep the language of a user", NoLanguages, language_contract)
REJECTED("that does not keep who needs a second factor", NoSecondFactors, second_factor_contract)
REJECTED("that never turns a second factor off", OnceSecondAlwaysSecond, second_factor_contract)
REJECTED("that keeps a session from before a second factor", SecondFactorKeepsSession,
         second_factor_contract)
REJECTED("that turns a second factor off with other changes", OtherChangesTurnItOff,
         second_factor_contract)
