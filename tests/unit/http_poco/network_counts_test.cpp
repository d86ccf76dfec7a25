#include "adapters/http/src/network_counts.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace coffeeauth::http_poco;

namespace {

struct Counted {
  NetworkCounts counts{{.max_connections = 100'000, .max_connections_per_address = 2}};

  bool add(const std::string& address) {
    return counts.add(networks_of(Poco::Net::IPAddress(address)));
  }
  void remove(const std::string& address) {
    counts.remove(networks_of(Poco::Net::IPAddress(address)));
  }
  // How many are let in, each from another subnet.
  int let_in(const std::string& prefix, const std::string& rest) {
    int sum = 0;
    for (int i = 16; i < 100; ++i) {
      sum += add(prefix + std::to_string(i) + rest) ? 1 : 0;
    }
    return sum;
  }
};

}  // namespace

TEST_CASE("connections of an IPv6 /56 are four times those of a /64, of a /48 sixteen times") {
  Counted t;
  CHECK(t.add("2001:db8:0:1::1"));
  CHECK(t.add("2001:db8:0:1::2"));
  CHECK_FALSE(t.add("2001:db8:0:1::3"));
  CHECK(t.let_in("2001:db8:1:aa", "::1") == 8);
  CHECK(t.let_in("2001:db8:2:", "aa::1") == 32);
  CHECK(t.add("2001:db8:3::1"));
}

TEST_CASE("a connection that is gone makes room in each of its networks, one refused takes none") {
  Counted t;
  CHECK(t.let_in("2001:db8:1:aa", "::1") == 8);
  t.remove("2001:db8:1:aa16::1");
  CHECK(t.add("2001:db8:1:aaff::1"));
  CHECK_FALSE(t.add("2001:db8:1:aafe::1"));
  for (int i = 17; i < 24; ++i) t.remove("2001:db8:1:aa" + std::to_string(i) + "::1");
  t.remove("2001:db8:1:aaff::1");
  CHECK(t.let_in("2001:db8:1:aa", "::1") == 8);
}

TEST_CASE("an IPv4 address is counted alone") {
  Counted t;
  for (int i = 1; i < 100; ++i) {
    const auto address = "192.0.2." + std::to_string(i);
    CHECK(t.add(address));
    CHECK(t.add(address));
    CHECK_FALSE(t.add(address));
  }
}
