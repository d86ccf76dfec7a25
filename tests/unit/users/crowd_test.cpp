// Logins that are hashed at the same moment.
#include "coffeeauth/testing/doctest.hpp"

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

/// An Auth over what the other one has, whose hashes wait to be let go.
struct CrowdFixture : Fixture {
  CrowdFixture() { verified_user("ada@example.org"); }

  std::future<Result<LoginOutcome>> log_in_from(int host, std::string_view secret) {
    return std::async(std::launch::async, [this, host, secret] {
      return slow.sessions().log_in(email("ada@example.org"), password(secret),
                                    {.address = "198.51.100." + std::to_string(host)});
    });
  }
  std::vector<std::future<Result<LoginOutcome>>> ten_strangers() {
    std::vector<std::future<Result<LoginOutcome>>> begun;
    for (int i = 1; i <= 10; ++i) begun.push_back(log_in_from(i, other_good));
    hasher.wait_for(10);
    return begun;
  }
  static Config with_keys_of_ours() {
    Config config;
    config.tokens.algorithm = SigningAlgorithm::eddsa;
    return config;
  }

  QueueingHasher hasher;
  std::unique_ptr<SigningKeyFactory> keys = make_sodium_keys();
  std::unique_ptr<MailTemplates> templates = make_default_templates("");
  Auth slow{with_keys_of_ours(), Secret{"INSECURE: of the tests of the users"},
            AuthParts{.store = t.store(),
                      .cache = t.cache(),
                      .counters = t.counters(),
                      .clock = t.clock(),
                      .random = t.random(),
                      .judge = t.judge(),
                      .hasher = hasher,
                      .keys = *keys,
                      .templates = *templates,
                      .events = t.events()}};
};

}  // namespace

TEST_CASE_FIXTURE(CrowdFixture, "who is barred by logins that are being hashed is told to wait") {
  auto strangers = ten_strangers();
  auto owner = log_in_from(99, good);
  hasher.wait_for(11);
  hasher.let_go(10);
  for (auto& stranger : strangers) {
    CHECK_ERROR(stranger.get(), ErrorCode::invalid_credentials);
  }
  hasher.let_go(1);
  CHECK_ERROR(owner.get(), ErrorCode::rate_limited);
}

TEST_CASE_FIXTURE(CrowdFixture, "who is barred by a wait that ends meanwhile is told to wait") {
  auto strangers = ten_strangers();
  hasher.let_go(10);
  for (auto& stranger : strangers) stranger.wait();
  t.clock().advance(std::chrono::milliseconds{14'900});
  auto owner = log_in_from(99, good);
  hasher.wait_for(1);
  t.clock().advance(std::chrono::milliseconds{200});
  hasher.let_go(1);
  CHECK_ERROR(owner.get(), ErrorCode::rate_limited);
  // It was no try: the next one is the first after the wait.
  owner = log_in_from(99, good);
  hasher.wait_for(1);
  hasher.let_go(1);
  CHECK_OK(owner.get());
}
