// Logins that are hashed at the same moment.
#include <doctest/doctest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <vector>

#include "coffeeauth/testing/fast_hasher.hpp"
#include "tests/unit/users/fixture.hpp"

using namespace coffeeauth;

namespace {

/// Hashes nothing until it is let go, and then one after the other, as they came.
class QueueingHasher final : public PasswordHasher {
 public:
  PasswordHash hash(const Password& text, const PasswordSalt& salt) override {
    const auto turn = take_turn();
    return inner_.hash(text, salt);
  }
  PasswordVerdict verify(const Password& text, const PasswordHash& stored) override {
    const auto turn = take_turn();
    return inner_.verify(text, stored);
  }
  std::optional<PasswordHash> hash_like(const Password& text, const PasswordHash& stored) override {
    const auto turn = take_turn();
    return inner_.hash_like(text, stored);
  }
  [[nodiscard]] bool needs_rehash(const PasswordHash& stored) const noexcept override {
    return inner_.needs_rehash(stored);
  }
  [[nodiscard]] const PasswordHash& decoy() const noexcept override { return inner_.decoy(); }

  void wait_for(std::size_t waiting) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return came_ - let_go_ == waiting; });
  }
  void let_go(std::size_t more) {
    const std::lock_guard lock{mutex_};
    let_go_ += more;
    changed_.notify_all();
  }

 private:
  std::unique_lock<std::mutex> take_turn() {
    std::unique_lock lock{mutex_};
    const auto mine = came_++;
    changed_.notify_all();
    changed_.wait(lock, [&] { return mine < let_go_; });
    return lock;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t came_ = 0, let_go_ = 0;
  testing::FastHasher inner_;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "who is barred by logins that are being hashed is told to wait") {
  verified_user("ada@example.org");
  QueueingHasher hasher;
  const auto keys = make_sodium_keys();
  const auto templates = make_default_templates("");
  Config config;
  config.tokens.algorithm = SigningAlgorithm::eddsa;
  Auth slow{config, Secret{"INSECURE: of the tests of the users"},
            AuthParts{.store = t.store(),
                      .cache = t.cache(),
                      .counters = t.counters(),
                      .clock = t.clock(),
                      .random = t.random(),
                      .hasher = hasher,
                      .keys = *keys,
                      .templates = *templates,
                      .events = t.events()}};
  const auto log_in_from = [&](int host, std::string_view secret) {
    return std::async(std::launch::async, [&slow, host, secret] {
      return slow.sessions().log_in(email("ada@example.org"), password(secret),
                                    {.address = "198.51.100." + std::to_string(host)});
    });
  };
  std::vector<std::future<Result<TokenPair>>> strangers;
  for (int i = 1; i <= 10; ++i) strangers.push_back(log_in_from(i, other_good));
  hasher.wait_for(10);
  auto owner = log_in_from(99, good);
  hasher.wait_for(11);
  hasher.let_go(10);
  for (auto& stranger : strangers)
    CHECK(stranger.get().error().code == ErrorCode::invalid_credentials);
  hasher.let_go(1);
  CHECK(owner.get().error().code == ErrorCode::rate_limited);
}
