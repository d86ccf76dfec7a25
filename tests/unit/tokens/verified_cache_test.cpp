#include "lib/tokens/verified_cache.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <thread>
#include <vector>

using namespace coffeeauth;

namespace {

constexpr VerifiedCache::HashKey key{1, 2, 3};

VerifiedEntry entry(const std::string& token_id) {
  AccessClaims claims;
  claims.token_id = token_id;
  return {.claims = claims, .kid = "kid"};
}

}  // namespace

TEST_CASE("the cache finds a token by its hash until it is erased") {
  VerifiedCache cache{100, key};
  const auto hash = cache.hash("token");
  CHECK_FALSE(cache.find(hash));
  cache.put(hash, entry("one"));
  REQUIRE(cache.find(hash));
  CHECK(cache.find(hash)->claims.token_id == "one");
  CHECK_FALSE(cache.find(cache.hash("Token")));
  cache.erase(hash);
  cache.erase(hash);
  CHECK_FALSE(cache.find(hash));
  CHECK(cache.size() == 0);
}

TEST_CASE("two keys hash one token differently") {
  const VerifiedCache one{1, key};
  const VerifiedCache other{1, {3, 2, 1}};
  CHECK(one.hash("token") == one.hash("token"));
  CHECK(one.hash("token") != other.hash("token"));
}

TEST_CASE("the cache never holds more than its capacity, and holds the newest") {
  for (const std::size_t capacity : {0U, 1U, 5U, 16U, 100U}) {
    CAPTURE(capacity);
    VerifiedCache cache{capacity, key};
    for (int i = 0; i < 5'000; ++i) {
      const auto id = std::to_string(i);
      cache.put(cache.hash(id), entry(id));
    }
    CHECK(cache.size() == capacity);
  }
}

TEST_CASE("what is used stays, what is not used goes first") {
  VerifiedCache cache{160, key};
  const auto used = cache.hash("used");
  const auto unused = cache.hash("unused");
  cache.put(used, entry("used"));
  cache.put(unused, entry("unused"));
  for (int i = 0; i < 5'000; ++i) {
    const auto id = std::to_string(i);
    cache.put(cache.hash(id), entry(id));
    REQUIRE(cache.find(used));
  }
  CHECK_FALSE(cache.find(unused));
}

TEST_CASE("threads may find, put and erase at once") {
  VerifiedCache cache{64, key};
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2'000; ++i) {
        const auto id = std::to_string(i % 200);
        const auto hash = cache.hash(id);
        if (const auto found = cache.find(hash); found && found->claims.token_id != id) ++wrong[t];
        cache.put(hash, entry(id));
        if (i % 7 == 0) cache.erase(hash);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const int count : wrong) CHECK(count == 0);
  CHECK(cache.size() <= 64);
}
