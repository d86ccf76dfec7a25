#include "adapters/http/src/network_counts.hpp"

#include <Poco/Net/IPAddress.h>
#include "coffeeauth/testing/doctest.hpp"

#include <array>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "coffeeauth/rate_limiter.hpp"

using coffeeauth::rate_limit_networks;
using namespace coffeeauth::http_poco;

namespace {

struct Counted {
  NetworkCounts counts{{.max_connections_per_address = 2}, 100'000};

  bool add(const std::string& address) { return counts.add(rate_limit_networks(address)); }
  void remove(const std::string& address) { counts.remove(rate_limit_networks(address)); }
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

TEST_CASE("no IPv6 network has all connections by default: others still get in") {
  const Options usual;
  NetworkCounts counts{usual, usual.max_connections};
  // Of one /48, from as many /64 as it takes.
  const auto let_in = [&](std::size_t subnets) {
    std::size_t sum = 0;
    std::array<char, 64> text{};
    for (std::size_t subnet = 0; subnet < subnets; ++subnet) {
      std::snprintf(text.data(), text.size(), "2001:db8:0:%zx::1", subnet);
      while (counts.add(rate_limit_networks(text.data()))) ++sum;
    }
    return sum;
  };
  CHECK(let_in(0x100) == usual.max_connections / 4);
  CHECK(let_in(0x1000) == usual.max_connections / 4);
  CHECK(counts.add(rate_limit_networks("2001:db8:1::1")));
  CHECK(counts.add(rate_limit_networks("192.0.2.1")));
}

TEST_CASE("a proxy that is allowed all connections has them also over IPv6") {
  NetworkCounts counts{{.max_connections_per_address = 20}, 20};
  const auto proxy = rate_limit_networks("2001:db8::1");
  for (int i = 0; i < 20; ++i) CHECK(counts.add(proxy));
  CHECK_FALSE(counts.add(proxy));
}

TEST_CASE("factors whose product is no number are no way round the shares") {
  const auto huge = std::numeric_limits<std::size_t>::max();
  NetworkCounts counts{
      {.max_connections_per_address = 2, .ipv6_56_factor = huge, .ipv6_48_factor = huge}, 8};
  CHECK(counts.add(rate_limit_networks("2001:db8::1")));
  CHECK(counts.add(rate_limit_networks("2001:db8:0:1::1")));
  CHECK_FALSE(counts.add(rate_limit_networks("2001:db8:0:2::1")));
}

TEST_CASE("who is one client to the limits of requests is one to those of connections") {
  struct Pair {
    const char* one;
    const char* other;
    bool same;
  };
  const std::vector<Pair> pairs{
      {"192.0.2.1", "::ffff:192.0.2.1", true},
      {"192.0.2.1", "192.0.2.2", false},
      {"192.0.2.1", "64:ff9b::192.0.2.1", true},
      // Behind one NAT64, whose clients share no /64.
      {"64:ff9b::192.0.2.1", "64:ff9b::192.0.2.2", false},
      {"64:ff9b:1::192.0.2.1", "64:ff9b:1::192.0.2.2", true},
      {"2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true},
      {"2001:db8:0:1::1", "2001:db8:0:2::1", false},
  };
  for (const auto& pair : pairs) {
    CAPTURE(pair.one);
    CAPTURE(pair.other);
    const auto& [one, other, same] = pair;
    CHECK((coffeeauth::rate_limit_network(one) == coffeeauth::rate_limit_network(other)) == same);
    NetworkCounts counts{{.max_connections_per_address = 1}, 100};
    REQUIRE(counts.add(rate_limit_networks(one)));
    CHECK(counts.add(rate_limit_networks(other)) != same);
  }
}

TEST_CASE("a link-local address is an address, whatever interface it came by") {
  const Poco::Net::IPAddress address{"fe80::1%lo"};
  REQUIRE(address.toString() == "fe80::1%lo");
  CHECK(text_of(address) == "fe80::1");
  CHECK(rate_limit_networks(text_of(address)) == rate_limit_networks("fe80::1"));
  CHECK(rate_limit_networks(text_of(address)).size() == 3);
}
