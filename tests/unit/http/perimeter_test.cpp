#include "lib/http/perimeter.hpp"

#include "coffeeauth/testing/scripted_random.hpp"
#include "fixture.hpp"
#include "tests/sanitized.hpp"

namespace coffeeauth::http {
namespace {

Request from(std::string peer, std::vector<Header> headers = {}) {
  auto request = with_headers(std::move(headers));
  request.peer_address = std::move(peer);
  return request;
}
Request forwarded(std::string peer, std::string chain) {
  return from(std::move(peer), {{"X-Forwarded-For", std::move(chain)}});
}

const Perimeter& behind_proxies() {
  static const Perimeter made{{"10.0.0.0/8", "2001:db8:ffff::/48"},
                              {"192.0.2.0/24", "2001:db8:1::/48"}};
  return made;
}

/// The address; in brackets when its true origin is not known.
std::string origin(const Perimeter& perimeter, const Request& request) {
  const auto found = perimeter.origin_of(request);
  return found.hidden ? "(" + found.address + ")" : found.address;
}
std::string origin(const Request& request) { return origin(behind_proxies(), request); }

TEST_CASE("without a proxy the peer is the client") {
  CHECK(origin(from("203.0.113.9")) == "203.0.113.9");
  CHECK(origin(from("2001:db8::1")) == "2001:db8::1");
  CHECK(origin(from("fe80::1%eth0")) == "fe80::1");
}

TEST_CASE("what an untrusted peer says of others counts for nothing and hides it") {
  for (const char* const name : {"X-Forwarded-For", "x-forwarded-for", "Forwarded", "X-Real-IP"}) {
    CHECK(origin(from("203.0.113.9", {{name, "127.0.0.1"}})) == "(203.0.113.9)");
  }
}

TEST_CASE("a trusted proxy is believed about the hop before it") {
  CHECK(origin(forwarded("10.1.2.3", "203.0.113.9")) == "203.0.113.9");
  CHECK(origin(forwarded("::ffff:10.1.2.3", "203.0.113.9")) == "203.0.113.9");
  CHECK(origin(forwarded("2001:db8:ffff::7", "2001:db8:2::9")) == "2001:db8:2::9");
  CHECK(origin(forwarded("10.1.2.3", "203.0.113.9, 10.9.9.9")) == "203.0.113.9");
  CHECK(origin(from("10.1.2.3", {{"X-Forwarded-For", "203.0.113.9"},
                                 {"x-forwarded-for", "10.9.9.9"}})) == "203.0.113.9");
}

TEST_CASE("what the client wrote in front of its own address is not looked at") {
  CHECK(origin(forwarded("10.1.2.3", "127.0.0.1, 203.0.113.9")) == "203.0.113.9");
  CHECK(origin(forwarded("10.1.2.3", "garbage, 203.0.113.9")) == "203.0.113.9");
  // A trusted address further left than an untrusted hop is hearsay.
  CHECK(origin(forwarded("10.1.2.3", "192.0.2.1, 10.0.0.1, 203.0.113.9, 10.0.0.2")) ==
        "203.0.113.9");
}

TEST_CASE("no prefix that a client sends moves it anywhere") {
  testing::ScriptedRandom random;
  const std::string alphabet = "0123456789.:,[]%abcf \t-x";
  for (std::size_t left = testing::tries(20'000); left > 0; --left) {
    std::string spoof;
    const auto size = uniform_below(random, 24);
    for (std::uint32_t i = 0; i < size; ++i) {
      spoof += alphabet[uniform_below(random, static_cast<std::uint32_t>(alphabet.size()))];
    }
    CAPTURE(spoof);
    REQUIRE(origin(forwarded("10.1.2.3", spoof + ",203.0.113.9")) == "203.0.113.9");
    REQUIRE(origin(forwarded("10.1.2.3", spoof + ",203.0.113.9, 10.0.0.7")) == "203.0.113.9");
    REQUIRE(origin(forwarded("203.0.113.9", spoof)) == "(203.0.113.9)");
  }
}

TEST_CASE("ports and brackets that proxies write are read past") {
  CHECK(origin(forwarded("10.1.2.3", "203.0.113.9:4711")) == "203.0.113.9");
  CHECK(origin(forwarded("10.1.2.3", "[2001:db8:2::9]:4711")) == "2001:db8:2::9");
  CHECK(origin(forwarded("10.1.2.3", "[2001:db8:2::9]")) == "2001:db8:2::9");
  CHECK(origin(forwarded("10.1.2.3", "  203.0.113.9 ")) == "203.0.113.9");
}

TEST_CASE("a trusted proxy that passes on no address leaves the client unknown") {
  for (const char* const chain :
       {"unknown", "_hidden", "", " ", "203.0.113.9,", "1.2.3", "1.2.3.4.5", "evil"}) {
    CAPTURE(chain);
    CHECK(behind_proxies().origin_of(forwarded("10.1.2.3", chain)).hidden);
  }
  // A dialect that is not read.
  CHECK(behind_proxies().origin_of(from("10.1.2.3", {{"Forwarded", "for=203.0.113.9"}})).hidden);
  CHECK(behind_proxies().origin_of(from("10.1.2.3", {{"X-Real-IP", "203.0.113.9"}})).hidden);
}

TEST_CASE("a proxy that does not say for whom it asks is asking for anybody") {
  CHECK(origin(from("10.1.2.3")) == "(10.1.2.3)");
  // What a proxy says that passes on the client's own field.
  CHECK(origin(forwarded("10.1.2.3", "10.9.9.9")) == "(10.9.9.9)");
  CHECK(origin(forwarded("10.1.2.3", "10.1.2.3")) == "(10.1.2.3)");
  const Perimeter local_proxy{{"127.0.0.1/32"}, {"127.0.0.0/8"}};
  CHECK(origin(local_proxy, from("127.0.0.1")) == "(127.0.0.1)");
  CHECK(origin(local_proxy, forwarded("127.0.0.1", "127.0.0.1")) == "(127.0.0.1)");
  CHECK(origin(local_proxy, forwarded("127.0.0.1", "203.0.113.9")) == "203.0.113.9");
  for (const char* const loopback : {"127.0.0.2", "::1", "::ffff:127.9.9.9", "127.0.0.2:4711"}) {
    CAPTURE(loopback);
    CHECK(local_proxy.origin_of(forwarded("127.0.0.1", loopback)).hidden);
    CHECK(behind_proxies().origin_of(forwarded("10.1.2.3", loopback)).hidden);
  }
}

TEST_CASE("a request that asks by a name with dots may come from a stranger's domain") {
  const auto local = [](std::string value) {
    return behind_proxies()
        .origin_of(from("127.0.0.1", {{"Host", std::move(value)}}))
        .asked_by_local_name;
  };
  for (const char* const own : {"", "localhost", "LocalHost:8000", "127.0.0.1:8000", "192.0.2.1",
                                "[::1]:8000", "[2001:db8::1]", "server", "server:8000"}) {
    CAPTURE(own);
    CHECK(local(own));
  }
  for (const char* const other :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "localhost.",
        "127.0.0.1.", "server.svc", "1.2.3.256"}) {
    CAPTURE(other);
    CHECK_FALSE(local(other));
  }
}

TEST_CASE("an operator is in the operators' networks, known, and asks by a local name") {
  const auto is_operator = [](const Request& request) {
    return behind_proxies().is_operator(behind_proxies().origin_of(request));
  };
  CHECK(is_operator(from("192.0.2.255")));
  CHECK(is_operator(from("::ffff:192.0.2.7")));
  CHECK(is_operator(from("2001:db8:1:9::1")));
  CHECK(is_operator(forwarded("10.0.0.1", "192.0.2.7")));
  CHECK_FALSE(is_operator(from("127.0.0.1")));
  CHECK_FALSE(is_operator(from("::1")));
  CHECK_FALSE(is_operator(from("192.0.3.0")));
  CHECK_FALSE(is_operator(from("2001:db8:2::1")));
  CHECK_FALSE(is_operator(from("10.0.0.1")));
  CHECK_FALSE(is_operator(forwarded("192.0.2.7", "192.0.2.8")));
  CHECK_FALSE(is_operator(forwarded("10.0.0.1", "192.0.2.7, 203.0.113.9")));
  CHECK_FALSE(is_operator(from("192.0.2.7", {{"Via", "1.1 proxy"}})));
  CHECK_FALSE(is_operator(from("192.0.2.7", {{"Host", "evil.example"}})));
  // Loopback is a network like any other, and forwarded by a stranger it is nobody's.
  const Perimeter local{{}, {"127.0.0.0/8"}};
  const auto is_local_operator = [&](const Request& request) {
    return local.is_operator(local.origin_of(request));
  };
  CHECK(is_local_operator(from("127.0.0.1")));
  CHECK_FALSE(is_local_operator(from("::1")));
  CHECK_FALSE(is_local_operator(forwarded("127.0.0.1", "127.0.0.1")));
}

TEST_CASE("networks that are none are refused") {
  CHECK_THROWS_AS((Perimeter{{"10.0.0.0/33"}, {}}), std::invalid_argument);
  CHECK_THROWS_AS((Perimeter{{}, {"everyone"}}), std::invalid_argument);
}

TEST_CASE("a client is described in characters that can stand anywhere") {
  const auto described = [](std::vector<Header> headers, std::string peer = "203.0.113.9") {
    const auto request = from(std::move(peer), std::move(headers));
    return describe_client(request, behind_proxies().origin_of(request));
  };
  CHECK(described({{"User-Agent", "Mozilla/5.0 (X11)"}}).user_agent == "Mozilla/5.0 (X11)");
  CHECK(described({{"User-Agent", "a\r\nb\x1B[2J\x7F\xC3\xA9"}}).user_agent == "a??b?[2J???");
  CHECK(described({{"User-Agent", std::string(1'000, 'x')}}).user_agent == std::string(256, 'x'));
  CHECK(described({}).user_agent.empty());
  CHECK(described({{"Accept-Language", "de-CH;q=0.9, en"}}).language == "de-CH");
  CHECK(described({{"Accept-Language", "en"}}).language == "en");
  for (const char* const bad : {"", "*", "e n", "../../etc", "en\r\n", "<b>", "_"}) {
    CHECK(described({{"Accept-Language", bad}}).language.empty());
  }
  CHECK(described({{"Accept-Language", std::string(36, 'a')}}).language.empty());
  CHECK(described({}).address == "203.0.113.9");
  CHECK(described({}, "not an address\n").address.empty());
}

}  // namespace
}  // namespace coffeeauth::http
