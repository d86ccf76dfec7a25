#include "coffeeauth/testing/doctest.hpp"

#include <string>

#include "coffeeauth/rate_limiter.hpp"
// The parser of addresses is private, and is tested by itself because many spellings must be one.
#include "coffeeauth/network_address.hpp"

using coffeeauth::parse_network_address;
using coffeeauth::rate_limit_network;

TEST_CASE("spellings of one address are one network") {
  CHECK(rate_limit_network("192.0.2.1") == rate_limit_network("::ffff:192.0.2.1"));
  CHECK(rate_limit_network("192.0.2.1") == rate_limit_network("::FFFF:c000:0201"));
  CHECK(rate_limit_network("2001:db8::1") == rate_limit_network("2001:0DB8:0:0:0:0:0:1"));
  CHECK(rate_limit_network("2001:db8::1") == rate_limit_network("2001:db8::1%eth0"));
}

TEST_CASE("an IPv6 address is counted by its /64, an IPv4 address by itself") {
  CHECK(rate_limit_network("2001:db8:0:1::1") == rate_limit_network("2001:db8:0:1:ffff::2"));
  CHECK(rate_limit_network("2001:db8:0:1::1") != rate_limit_network("2001:db8:0:2::1"));
  CHECK(rate_limit_network("192.0.2.1") != rate_limit_network("192.0.2.2"));
}

TEST_CASE("an IPv4 client is itself also behind a NAT64, whose clients share no /64") {
  CHECK(rate_limit_network("64:ff9b::192.0.2.1") == rate_limit_network("192.0.2.1"));
  CHECK(rate_limit_network("64:ff9b::c000:201") == rate_limit_network("192.0.2.1"));
  CHECK(rate_limit_network("64:ff9b::192.0.2.1") != rate_limit_network("64:ff9b::192.0.2.2"));
  CHECK(coffeeauth::rate_limit_networks("64:ff9b::192.0.2.1").size() == 1);
  // Only the well-known prefix.
  for (const auto* text : {"64:ff9b:1::192.0.2.1", "64:ff9b::1:192.0.2.1", "64:ff9a::192.0.2.1",
                           "64:ff9b:0:1::192.0.2.1", "::192.0.2.1"}) {
    CAPTURE(text);
    CHECK(coffeeauth::rate_limit_networks(text).size() == 3);
  }
}

TEST_CASE("an IPv6 address is part of its /64, /56 and /48, an IPv4 address of itself alone") {
  using coffeeauth::rate_limit_networks;
  const auto networks = rate_limit_networks("2001:db8:0:1::1");
  REQUIRE(networks.size() == 3);
  CHECK(networks[0] == rate_limit_network("2001:db8:0:1::1"));
  const auto sibling = rate_limit_networks("2001:db8:0:ff::1");
  CHECK(sibling[0] != networks[0]);
  CHECK(sibling[1] == networks[1]);
  const auto cousin = rate_limit_networks("2001:db8:0:100::1");
  CHECK(cousin[1] != networks[1]);
  CHECK(cousin[2] == networks[2]);
  CHECK(rate_limit_networks("2001:db8:1::1")[2] != networks[2]);
  // A network of one width is never taken for one of another.
  CHECK(rate_limit_networks("::")[1] != rate_limit_networks("::")[2]);
  CHECK(rate_limit_networks("192.0.2.1").size() == 1);
  CHECK(rate_limit_networks("nonsense").size() == 1);
}

TEST_CASE("what is no address shares one bucket") {
  for (const auto* text : {"",
                           "localhost",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.256",
                           "01.2.3.4",
                           "1.2.3.4 ",
                           "1..2.3",
                           ":",
                           ":::",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "::1::",
                           "12345::",
                           "g::1",
                           "::1.2.3",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "+1.2.3.4",
                           "1.2.3.4::",
                           "1:1.2.3.4::5"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_network_address(text));
    CHECK(rate_limit_network(text) == rate_limit_network("nonsense"));
  }
  CHECK_FALSE(parse_network_address(std::string(4'096, ':')));
}

TEST_CASE("valid forms of IPv6 are read") {
  for (const auto* text : {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4",
                           "fe80::1%1", "::ffff:0:1.2.3.4", "1::8"}) {
    CAPTURE(text);
    CHECK(parse_network_address(text));
  }
}
