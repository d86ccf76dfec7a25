#include "coffeeauth/memory/memory.hpp"

#include <thread>

#include "tests/unit/tokens/fixture.hpp"

using namespace coffeeauth;

namespace {

/// Processes over a Store that has all of its parts.
struct Processes {
  [[nodiscard]] std::unique_ptr<TokenService> start() {
    return std::make_unique<TokenService>(world.config, *store, world.vault, world.factory(),
                                          world.clock, *world.random, world.events);
  }

  TokenWorld world{SigningAlgorithm::eddsa};
  std::unique_ptr<Store> store = memory::make_memory_store();
};

}  // namespace

TEST_CASE("over the in-memory Store: one key for all, rotated with overlap") {
  Processes processes;
  const auto here = processes.start();
  const auto there = processes.start();
  const auto before = here->issue(processes.world.live());
  CHECK_OK(there->verify(before.expose_secret()));
  CHECK(processes.store->keys().list_keys().size() == 1);

  const auto kid = there->rotate_key(KeyStart::now);
  REQUIRE_OK(kid);
  const auto after = there->issue(processes.world.live());
  CHECK_OK(here->verify(after.expose_secret()));
  CHECK_OK(here->verify(before.expose_secret()));
  CHECK(here->list_keys().size() == 2);

  processes.world.clock.advance(processes.world.config.access_lifetime +
                                processes.world.config.key_overlap + std::chrono::seconds{1});
  const auto removed = processes.store->transact(
      [&](Transaction& tx) { return tx.keys().delete_keys_before(processes.world.clock.now()); });
  CHECK(removed == 1);
  CHECK(failure(here->verify(before.expose_secret())) == ErrorCode::token_invalid);
  CHECK(here->list_keys().size() == 1);
}

TEST_CASE("over the in-memory Store: starting and rotating at once leaves one key that signs") {
  Processes processes;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto service = processes.start();
      (void)service->issue(processes.world.live());
      (void)service->rotate_key(KeyStart::now);
    });
  }
  for (auto& thread : threads) thread.join();
  const auto rows = processes.store->keys().list_keys();
  CHECK(rows.size() >= 2);
  CHECK(std::count_if(rows.begin(), rows.end(),
                      [](const StoredKey& row) { return !row.verifies_until; }) == 1);
}
