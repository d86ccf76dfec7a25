#pragma once
/// What the tests of tokens share: a clock to turn, a Store that holds keys and nothing else, and a
/// forger who has the service's own keys.

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/base64url.hpp"
#include "coffeeauth/testing/manual_clock.hpp"
#include "coffeeauth/testing/recording_events.hpp"
#include "coffeeauth/token_service.hpp"
#include "lib/tokens/key_set.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {

/// Counts what it is asked, and can be out of order.
class KeysOnlyStore final : public Store {
 public:
  UserReads& users() override { return none<UserReads>(); }
  SessionReads& sessions() override { return none<SessionReads>(); }
  OutboxReads& outbox() override { return none<OutboxReads>(); }
  KeyReads& keys() override { return keys_; }
  void ping() override {}

  [[nodiscard]] std::vector<StoredKey> rows() { return keys_.rows(); }
  void drop_all_keys() { keys_.drop_all(); }
  [[nodiscard]] int reads() const { return keys_.reads; }
  [[nodiscard]] int transactions() const { return transactions_; }
  void set_down(bool down) { keys_.down = down; }

 private:
  template <class T>
  static T& none() {
    throw std::logic_error("tokens need nothing but keys");
  }

  class Keys final : public KeyWrites {
   public:
    std::vector<StoredKey> list_keys() override {
      ++reads;
      if (down) throw Unavailable("the Store is down");
      return rows();
    }
    bool insert_first_key(const StoredKey& key, UtcTime others_verify_until) override {
      const std::scoped_lock lock{mutex_};
      const auto newest = std::find_if(rows_.begin(), rows_.end(),
                                       [](const StoredKey& row) { return !row.verifies_until; });
      if (newest != rows_.end()) {
        if (newest->algorithm == key.algorithm) return false;
        newest->verifies_until = others_verify_until;
      }
      rows_.push_back(key);
      return true;
    }
    bool revoke_key(std::string_view kid) override {
      const std::scoped_lock lock{mutex_};
      return std::erase_if(rows_, [&](const StoredKey& row) { return row.kid == kid; }) > 0;
    }
    bool rotate_key(const StoredKey& next, std::string_view current_kid, UtcTime until) override {
      const std::scoped_lock lock{mutex_};
      const auto current = std::find_if(rows_.begin(), rows_.end(), [&](const StoredKey& row) {
        return row.kid == current_kid && !row.verifies_until;
      });
      if (current == rows_.end()) return false;
      current->verifies_until = until;
      rows_.push_back(next);
      return true;
    }
    bool reseal_key(std::string_view, const std::string&, const std::string&) override {
      return none<bool>();
    }
    std::size_t delete_keys_before(UtcTime) override { return none<std::size_t>(); }
    bool acquire_lease(std::string_view, const LeaseId&, UtcTime, UtcTime) override {
      return none<bool>();
    }
    void release_lease(std::string_view, const LeaseId&) override {}

    std::vector<StoredKey> rows() {
      const std::scoped_lock lock{mutex_};
      return rows_;
    }
    void drop_all() {
      const std::scoped_lock lock{mutex_};
      rows_.clear();
    }

    std::atomic<int> reads{0};
    std::atomic<bool> down{false};

   private:
    std::mutex mutex_;
    std::vector<StoredKey> rows_;
  };

  class KeyTransaction final : public Transaction {
   public:
    explicit KeyTransaction(Keys& keys) : keys_(keys) {}
    UserWrites& users() override { return none<UserWrites>(); }
    SignUps& sign_ups() override { return none<SignUps>(); }
    SessionWrites& sessions() override { return none<SessionWrites>(); }
    OutboxWrites& outbox() override { return none<OutboxWrites>(); }
    KeyWrites& keys() override { return keys_; }
    void commit() override {}

   private:
    Keys& keys_;
  };

  std::unique_ptr<Transaction> begin() override {
    ++transactions_;
    if (keys_.down) throw Unavailable("the Store is down");
    return std::make_unique<KeyTransaction>(keys_);
  }

  Keys keys_;
  std::atomic<int> transactions_{0};
};

/// What several processes of one service share; service() starts one more of them.
class TokenWorld {
 public:
  explicit TokenWorld(SigningAlgorithm algorithm,
                      std::unique_ptr<SigningKeyFactory> factory = make_sodium_keys())
      : factory_(std::move(factory)) {
    config.algorithm = algorithm;
  }

  [[nodiscard]] std::unique_ptr<TokenService> service() {
    return std::make_unique<TokenService>(config, store, vault, *factory_, clock, *random, events);
  }
  [[nodiscard]] SigningKeyFactory& factory() { return *factory_; }

  [[nodiscard]] LiveSession live(Role role = Role::user) {
    const User user{.id = UserId::make(clock.now(), *random),
                    .email = EmailAddress::parse("ada@example.org").value(),
                    .first_name = "Ada",
                    .last_name = "L",
                    .role = role,
                    .security_version = 7};
    Session session;
    session.id = SessionId::make(clock.now(), *random);
    session.user_id = user.id;
    return {session, user};
  }

  /// The service's keys, opened as a thief of the secret key would.
  [[nodiscard]] KeySet stolen_keys() { return open_keys(store.rows(), {}, vault, *factory_); }
  /// A token of exactly these parts, rightly signed with the service's first key.
  [[nodiscard]] std::string sign(std::string_view header, std::string_view payload) {
    const auto keys = stolen_keys();
    auto token = base64url_encode(header) + "." + base64url_encode(payload);
    return token + "." + base64url_encode(keys.all().front().key->sign(token));
  }

  TokenConfig config{};
  /// 2026-11-23T08:00:00Z: a whole second, as dates in tokens are.
  testing::ManualClock clock{from_unix_millis(1'795'420'800'000)};
  KeysOnlyStore store;
  testing::RecordingEvents events;
  std::unique_ptr<RandomSource> random = make_system_random();
  Vault vault{Secret{"a secret key of thirty-two bytes"}};

 private:
  std::unique_ptr<SigningKeyFactory> factory_;
};

/// The code of an error, or nothing for a value.
template <class T>
std::optional<ErrorCode> failure(const Result<T>& result) {
  return result ? std::nullopt : std::optional{result.error().code};
}

struct TokenParts {
  explicit TokenParts(std::string_view token)
      : header(token.substr(0, token.find('.'))),
        payload(token.substr(header.size() + 1, token.rfind('.') - header.size() - 1)),
        signature(token.substr(token.rfind('.') + 1)) {}

  std::string header;
  std::string payload;
  std::string signature;
};

}  // namespace coffeeauth
