// The lookup of names is private; that a resolver that hangs holds nobody is a promise.
#include "adapters/net/src/resolver.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace coffeeauth::net;
using namespace std::chrono_literals;

namespace {

Deadline in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

/// How looking `cache` up fails.
std::string failure(Resolver& resolver, Deadline deadline) {
  try {
    static_cast<void>(resolver.resolve("cache", deadline));
    return "none";
  } catch (const ConnectionFailed& failed) {
    return failed.what();
  }
}

/// Answers when it is told to. Shared with the lookups, which may outlive a test.
struct Slow {
  std::atomic<int> asked = 0;
  std::promise<void> answer{};
  std::shared_future<void> answered = answer.get_future().share();
};
Resolver::LookUp asking(const std::shared_ptr<Slow>& slow) {
  return [slow](const std::string&) -> Addresses {
    ++slow->asked;
    slow->answered.wait();
    return {"127.0.0.1"};
  };
}

}  // namespace

TEST_CASE("an address is its own, and nobody is asked") {
  Resolver resolver{[](const std::string&) -> Addresses { throw std::logic_error("was asked"); }};
  for (const auto* const host : {"127.0.0.1", "::1"}) {
    CHECK(resolver.resolve(host, in(0ms)) == Addresses{host});
  }
}

TEST_CASE("a name has all its addresses, asked for each time") {
  std::atomic<int> asked = 0;
  Resolver resolver{[&](const std::string& host) -> Addresses {
    ++asked;
    if (host != "cache") return {};
    return {"::1", "127.0.0.1"};
  }};
  CHECK(resolver.resolve("cache", in(10s)).size() == 2);
  CHECK(resolver.resolve("cache", in(10s)).size() == 2);
  CHECK(asked == 2);
}

TEST_CASE("the system is asked by default") {
  Resolver resolver;
  CHECK_FALSE(resolver.resolve("localhost", in(60s)).empty());
  CHECK_THROWS_AS(static_cast<void>(resolver.resolve("no-such-host.invalid", in(60s))),
                  ConnectionFailed);
}

TEST_CASE("a name without an address, or whose lookup fails, is a failed connection") {
  Resolver empty{[](const std::string&) { return Addresses{}; }};
  CHECK(failure(empty, in(10s)) == "host name not found");
  Resolver failing{[](const std::string&) -> Addresses { throw std::runtime_error("none"); }};
  CHECK(failure(failing, in(10s)) == "host name not found");
}

TEST_CASE("a lookup that takes long holds nobody, is not doubled, and is of use to the next") {
  const auto slow = std::make_shared<Slow>();
  Resolver resolver{asking(slow), 1h};
  for (int i = 0; i < 3; ++i) CHECK(failure(resolver, in(5ms)) == "name lookup timed out");
  slow->answer.set_value();
  CHECK(resolver.resolve("cache", in(10s)).size() == 1);
  CHECK(slow->asked == 1);
  CHECK(resolver.resolve("cache", in(10s)).size() == 1);
  CHECK(slow->asked == 2);
}

TEST_CASE("a name is not held up by the lookup of another") {
  const auto slow = std::make_shared<Slow>();
  Resolver resolver{[slow, wait = asking(slow)](const std::string& host) {
    return host == "cache" ? wait(host) : Addresses{"127.0.0.2"};
  }};
  CHECK(failure(resolver, in(5ms)) == "name lookup timed out");
  CHECK(resolver.resolve("mail", in(10s)) == Addresses{"127.0.0.2"});
  slow->answer.set_value();
}

TEST_CASE("an answer that nobody waited for is not used when it has become old") {
  const auto slow = std::make_shared<Slow>();
  Resolver resolver{[slow, wait = asking(slow)](const std::string& host) {
                      return slow->asked == 0 ? wait(host) : Addresses{"127.0.0.2"};
                    },
                    0s};
  const auto holders = slow.use_count();
  CHECK(failure(resolver, in(5ms)) == "name lookup timed out");
  slow->answer.set_value();
  // The thread has a copy of the function until its answer is there.
  while (slow.use_count() > holders) std::this_thread::sleep_for(1ms);
  CHECK(resolver.resolve("cache", in(10s)) == Addresses{"127.0.0.2"});
}
