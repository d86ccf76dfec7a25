#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "coffeeauth/error.hpp"
#include "coffeeauth/testing/fast_hasher.hpp"
#include "tests/unit/passwords/fixture.hpp"

using namespace coffeeauth;

namespace {

/// What a test sees of, and does to, the hasher that it gave to a pool.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  std::size_t inside = 0;
  std::size_t most_inside = 0;
  std::size_t entered = 0;

  void pass() {
    std::unique_lock lock{mutex};
    ++entered;
    most_inside = std::max(most_inside, ++inside);
    changed.notify_all();
    changed.wait(lock, [&] { return open; });
    --inside;
  }
  void wait_until_entered(std::size_t count) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return entered >= count; });
  }
  void release() {
    const std::lock_guard lock{mutex};
    open = true;
    changed.notify_all();
  }
};

/// Hashes only once its gate is open.
class GatedHasher final : public PasswordHasher {
 public:
  explicit GatedHasher(Gate& gate) : gate_(gate) {}
  PasswordHash hash(const Password& text, const PasswordSalt& salt) override {
    gate_.pass();
    return inner_.hash(text, salt);
  }
  PasswordVerdict verify(const Password& text, const PasswordHash& stored) override {
    gate_.pass();
    return inner_.verify(text, stored);
  }
  std::optional<PasswordHash> hash_like(const Password& text, const PasswordHash& stored) override {
    gate_.pass();
    return inner_.hash_like(text, stored);
  }
  [[nodiscard]] bool needs_rehash(const PasswordHash& stored) const noexcept override {
    return inner_.needs_rehash(stored);
  }
  [[nodiscard]] const PasswordHash& decoy() const noexcept override { return inner_.decoy(); }

 private:
  Gate& gate_;
  testing::FastHasher inner_;
};

/// Throws what it was told to.
template <class Failure>
class FailingHasher final : public PasswordHasher {
 public:
  PasswordHash hash(const Password&, const PasswordSalt&) override { throw Failure{"no memory"}; }
  PasswordVerdict verify(const Password&, const PasswordHash&) override {
    throw Failure{"no memory"};
  }
  std::optional<PasswordHash> hash_like(const Password&, const PasswordHash&) override {
    throw Failure{"no memory"};
  }
  [[nodiscard]] bool needs_rehash(const PasswordHash&) const noexcept override { return false; }
  [[nodiscard]] const PasswordHash& decoy() const noexcept override { return decoy_; }

 private:
  PasswordHash decoy_;
};

std::unique_ptr<PasswordHasher> pool_over(std::unique_ptr<PasswordHasher> inner,
                                          std::size_t threads, std::size_t queue) {
  return make_hashing_pool({.hashing_threads = threads, .hashing_queue = queue}, std::move(inner));
}

}  // namespace

TEST_CASE("a pool hashes and verifies as the hasher in it") {
  const auto direct = cheap_argon2();
  const auto pool = pool_over(cheap_argon2(), 2, 8);
  const auto stored = pool->hash(password("correct horse"), salt_of(3));
  CHECK(stored == direct->hash(password("correct horse"), salt_of(3)));
  CHECK(pool->verify(password("correct horse"), stored) == PasswordVerdict::match);
  CHECK(pool->verify(password("wrong horse"), stored) == PasswordVerdict::no_match);
  CHECK(pool->decoy() == direct->decoy());
}

TEST_CASE("no threads asked for means one a core, not none") {
  const auto pool = pool_over(std::make_unique<testing::FastHasher>(), 0, 1);
  const auto stored = pool->hash(password("correct horse"), salt_of(3));
  CHECK(pool->verify(password("correct horse"), stored) == PasswordVerdict::match);
}

TEST_CASE("each of many threads gets the answer to its own question") {
  constexpr std::size_t callers = 32;
  constexpr std::size_t rounds = 20;
  const auto pool = pool_over(cheap_argon2(8), 4, callers);
  std::vector<std::size_t> right(callers);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < callers; ++i) {
    threads.emplace_back([&, i] {
      const auto mine = password("password of caller " + std::to_string(i));
      const auto other = password("password of caller " + std::to_string(i + 1));
      for (std::size_t round = 0; round < rounds; ++round) {
        const auto stored = pool->hash(mine, salt_of(static_cast<unsigned char>(round)));
        right[i] += pool->verify(mine, stored) == PasswordVerdict::match ? 1U : 0U;
        right[i] += pool->verify(other, stored) == PasswordVerdict::no_match ? 1U : 0U;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto count : right) CHECK(count == 2 * rounds);
}

TEST_CASE("a full queue refuses at once, and serves again when there is room") {
  constexpr std::size_t threads = 2;
  constexpr std::size_t queue = 3;
  Gate gate;
  const auto pool = pool_over(std::make_unique<GatedHasher>(gate), threads, queue);
  std::atomic<std::size_t> served{0};
  std::atomic<std::size_t> refused{0};
  std::vector<std::thread> callers;
  // Two are being hashed and three wait, whatever the order in which these callers come.
  for (std::size_t i = 0; i < threads + queue + 4; ++i) {
    callers.emplace_back([&] {
      try {
        static_cast<void>(pool->hash(password("correct horse"), salt_of(1)));
        ++served;
      } catch (const Unavailable&) {
        ++refused;
        refused.notify_all();
      }
    });
  }
  gate.wait_until_entered(threads);
  for (auto count = refused.load(); count < 4; count = refused.load()) refused.wait(count);
  CHECK(served == 0);
  CHECK_THROWS_AS(static_cast<void>(pool->verify(password("correct horse"), PasswordHash{})),
                  Unavailable);

  gate.release();
  for (auto& caller : callers) caller.join();

  CHECK(served == threads + queue);
  CHECK(refused == 4);
  CHECK(gate.most_inside == threads);
  CHECK_NOTHROW(static_cast<void>(pool->hash(password("correct horse"), salt_of(1))));
}

TEST_CASE("a refusal says when to come back and nothing of the password") {
  Gate gate;
  const auto pool = pool_over(std::make_unique<GatedHasher>(gate), 1, 1);
  std::vector<std::thread> callers;
  std::atomic<bool> was_refused{false};
  const auto call = [&] {
    try {
      static_cast<void>(pool->hash(password("correct horse"), salt_of(1)));
    } catch (const Unavailable& refusal) {
      CHECK(refusal.retry_after() >= std::chrono::seconds{1});
      CHECK(std::string_view{refusal.what()}.find("horse") == std::string_view::npos);
      was_refused = true;
      was_refused.notify_all();
    }
  };
  for (int i = 0; i < 3; ++i) callers.emplace_back(call);
  was_refused.wait(false);
  gate.release();
  for (auto& caller : callers) caller.join();
  CHECK(was_refused);
}

TEST_CASE("a burst as large as threads and queue together is never refused") {
  for (int round = 0; round < 200; ++round) {
    const auto pool = pool_over(std::make_unique<testing::FastHasher>(), 2, 2);
    std::atomic<int> refused{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] {
        try {
          static_cast<void>(pool->hash(password("correct horse"), salt_of(1)));
        } catch (const Unavailable&) {
          ++refused;
        }
      });
    }
    for (auto& caller : callers) caller.join();
    REQUIRE(refused == 0);
  }
}

TEST_CASE("what the hasher throws reaches the caller, and the pool goes on") {
  const auto unavailable = pool_over(std::make_unique<FailingHasher<Unavailable>>(), 1, 4);
  const auto broken = pool_over(std::make_unique<FailingHasher<std::logic_error>>(), 1, 4);
  for (int i = 0; i < 10; ++i) {
    CHECK_THROWS_WITH_AS(
        static_cast<void>(unavailable->hash(password("correct horse"), salt_of(1))), "no memory",
        Unavailable);
    CHECK_THROWS_AS(static_cast<void>(broken->verify(password("correct horse"), PasswordHash{})),
                    std::logic_error);
  }
}

TEST_CASE("a failing hasher leaves no place in the queue taken") {
  const auto pool = pool_over(std::make_unique<FailingHasher<std::logic_error>>(), 2, 1);
  std::vector<std::thread> callers;
  std::atomic<int> failed{0};
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        try {
          static_cast<void>(pool->hash(password("correct horse"), salt_of(1)));
        } catch (const std::logic_error&) {
          ++failed;
        }
      }
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(failed == 300);
}
