// The lookup of names is private; that a resolver that hangs holds nobody is a promise.
#include "adapters/redis/src/resolver.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>

#include "adapters/redis/src/channel.hpp"

using namespace coffeeauth::redis;
using namespace std::chrono_literals;

namespace {

Deadline in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

}  // namespace

TEST_CASE("an address is its own, and nobody is asked") {
  for (const auto* const host : {"127.0.0.1", "::1"}) {
    Resolver resolver{host, [](const std::string&) -> Resolver::Addresses {
                        throw std::logic_error("was asked");
                      }};
    const auto addresses = resolver.addresses(in(0ms));
    REQUIRE(addresses.size() == 1);
    CHECK(addresses.front() == Poco::Net::IPAddress{host});
  }
}

TEST_CASE("a name has all its addresses, asked for each time") {
  std::atomic<int> asked = 0;
  Resolver resolver{"cache", [&](const std::string& host) -> Resolver::Addresses {
                      ++asked;
                      if (host != "cache") return {};
                      return {Poco::Net::IPAddress{"::1"}, Poco::Net::IPAddress{"127.0.0.1"}};
                    }};
  CHECK(resolver.addresses(in(10s)).size() == 2);
  CHECK(resolver.addresses(in(10s)).size() == 2);
  CHECK(asked == 2);
}

TEST_CASE("a name without an address, or whose lookup fails, is a failed connection") {
  Resolver empty{"cache", [](const std::string&) { return Resolver::Addresses{}; }};
  CHECK_THROWS_AS(static_cast<void>(empty.addresses(in(10s))), ConnectionFailed);
  Resolver failing{"cache", [](const std::string&) -> Resolver::Addresses {
                     throw std::runtime_error("no resolver");
                   }};
  CHECK_THROWS_AS(static_cast<void>(failing.addresses(in(10s))), ConnectionFailed);
}

TEST_CASE("a lookup that takes long holds nobody, is not doubled, and is of use to the next") {
  // Owned by the lookup, too: it may outlive the test.
  const auto asked = std::make_shared<std::atomic<int>>(0);
  const auto answer = std::make_shared<std::promise<void>>();
  const std::shared_future<void> answered = answer->get_future().share();
  Resolver resolver{"cache", [asked, answered](const std::string&) -> Resolver::Addresses {
                      ++*asked;
                      answered.wait();
                      return {Poco::Net::IPAddress{"127.0.0.1"}};
                    }};
  for (int i = 0; i < 3; ++i)
    CHECK_THROWS_AS(static_cast<void>(resolver.addresses(in(5ms))), ConnectionFailed);
  answer->set_value();
  CHECK(resolver.addresses(in(10s)).size() == 1);
  CHECK(*asked == 1);
}
