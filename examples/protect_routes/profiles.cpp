#include "profiles.hpp"

#include <utility>

#include "coffeeauth/sql/query.hpp"

namespace ca = coffeeauth;
using ca::sql::query;

namespace {

/// Passes everything on, and gives each new user a profile.
class SignUpsWithProfiles final : public ca::SignUps {
 public:
  explicit SignUpsWithProfiles(ca::Transaction& inner) : inner_(inner) {}

  ca::SignUp sign_up(const ca::NewUser& candidate, std::size_t max_pending) override {
    auto done = inner_.sign_ups().sign_up(candidate, max_pending);
    if (done.outcome == ca::SignUpOutcome::created) {
      query(inner_,
            {"INSERT INTO app_profiles (user_id, number, motto) "
             "SELECT $1, coalesce(max(number), 0) + 1, '' FROM app_profiles"},
            {done.user.id.str()});
    }
    return done;
  }
  void admit_network(const ca::UserId& user, const ca::AddressDigest& network,
                     std::size_t max_networks, ca::UtcTime now) override {
    inner_.sign_ups().admit_network(user, network, max_networks, now);
  }
  bool take_mail_slot(const ca::UserId& user, const ca::AddressDigest& network,
                      const ca::MailPace& pace, ca::UtcTime now) override {
    return inner_.sign_ups().take_mail_slot(user, network, pace, now);
  }
  void put_code(const ca::UserId& user, const ca::NewCode& code, ca::UtcTime now) override {
    inner_.sign_ups().put_code(user, code, now);
  }
  ca::CodeVerdict try_code(const ca::UserId& user, const ca::AddressDigest& network,
                           const ca::CodeGuess& guess, const ca::GuessLimits& limits,
                           ca::UtcTime now) override {
    return inner_.sign_ups().try_code(user, network, guess, limits, now);
  }
  ca::Activation activate(const ca::UserId& user, const ca::CodeGuess& code,
                          const std::optional<ca::ChosenPassword>& chosen,
                          ca::UtcTime now) override {
    return inner_.sign_ups().activate(user, code, chosen, now);
  }
  std::size_t delete_stale(const ca::StaleBefore& before, std::size_t limit) override {
    return inner_.sign_ups().delete_stale(before, limit);
  }

 private:
  ca::Transaction& inner_;
};

class TransactionWithProfiles final : public ca::Transaction {
 public:
  explicit TransactionWithProfiles(std::unique_ptr<ca::Transaction> inner)
      : inner_(std::move(inner)) {}

  ca::UserWrites& users() override { return inner_->users(); }
  ca::SignUps& sign_ups() override { return sign_ups_; }
  ca::SessionWrites& sessions() override { return inner_->sessions(); }
  ca::OutboxWrites& outbox() override { return inner_->outbox(); }
  ca::KeyWrites& keys() override { return inner_->keys(); }
  void commit() override { inner_->commit(); }

 private:
  const std::unique_ptr<ca::Transaction> inner_;
  SignUpsWithProfiles sign_ups_{*inner_};
};

class StoreWithProfiles final : public ca::Store {
 public:
  explicit StoreWithProfiles(ca::Store& inner) : inner_(inner) {}

  ca::UserReads& users() override { return inner_.users(); }
  ca::SessionReads& sessions() override { return inner_.sessions(); }
  ca::OutboxReads& outbox() override { return inner_.outbox(); }
  ca::KeyReads& keys() override { return inner_.keys(); }
  void ping() override { inner_.ping(); }
  std::unique_ptr<ca::Transaction> begin() override {
    return std::make_unique<TransactionWithProfiles>(inner_.begin());
  }

 private:
  ca::Store& inner_;
};

}  // namespace

std::unique_ptr<ca::Store> with_profiles(ca::Store& sql) {
  return std::make_unique<StoreWithProfiles>(sql);
}

std::optional<Profile> find_profile(ca::Store& sql, const ca::UserId& user) {
  const auto rows =
      query(sql, {"SELECT number, motto FROM app_profiles WHERE user_id = $1", "nt"}, {user.str()});
  if (rows.empty()) return std::nullopt;
  return Profile{.number = rows.front().number(0), .motto = rows.front().text(1)};
}

bool set_motto(ca::Store& sql, const ca::UserId& user, const std::string& motto) {
  return sql.transact([&](ca::Transaction& tx) {
    return !query(tx,
                  {"UPDATE app_profiles SET motto = $1 WHERE user_id = $2 RETURNING number", "n"},
                  {motto, user.str()})
                .empty();
  });
}
