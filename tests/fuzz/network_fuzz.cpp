// Who is asking: addresses, networks, X-Forwarded-For, and what a client says of itself.

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string>

#include "coffeeauth/network_address.hpp"
#include "coffeeauth/rate_limiter.hpp"
#include "lib/http/perimeter.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth {
namespace {

using fuzz::hold;

/// As the C library reads it, which knows no zones.
std::optional<NetworkAddress> read_by_libc(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string address{text};
  NetworkAddress bytes{};
  if (address.find(':') != std::string::npos) {
    if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return std::nullopt;
    return bytes;
  }
  bytes[10] = bytes[11] = 0xFF;
  if (inet_pton(AF_INET, address.c_str(), bytes.data() + 12) != 1) return std::nullopt;
  return bytes;
}

std::string written(const NetworkAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

void check_address(std::string_view text) {
  const auto parsed = parse_network_address(text);
  const auto zone = text.find('%');
  if (text.size() <= 64 && (zone == std::string_view::npos || text.find(':') > zone)) {
    hold(parsed == read_by_libc(text), "an address is what the C library takes for one");
  }
  const auto network = rate_limit_network(text);
  if (!parsed) return;
  hold(parse_network_address(written(*parsed)) == parsed, "an address written anew is the same");
  hold(rate_limit_network(written(*parsed)) == network, "every spelling is counted as one");
}

bool same_beginning(const NetworkAddress& a, const NetworkAddress& b, unsigned bits) {
  for (unsigned bit = 0; bit < bits; ++bit) {
    const auto mask = 0x80U >> (bit % 8);
    if ((a[bit / 8] & mask) != (b[bit / 8] & mask)) return false;
  }
  return true;
}

void check_range(std::string_view cidr, std::string_view address) {
  const auto base = parse_network_address(cidr.substr(0, cidr.find('/')));
  try {
    const NetworkRange range{cidr};
    hold(base.has_value() && range.contains(*base), "a network has its own address in it");
    const auto slash = cidr.find('/');
    unsigned bits = 128;
    if (slash != std::string_view::npos) {
      bits = static_cast<unsigned>(std::stoul(std::string{cidr.substr(slash + 1)}));
      if (is_v4_mapped(*base)) bits += 96;
    }
    hold(bits <= 128, "a network has 128 bits");
    if (const auto other = parse_network_address(address)) {
      hold(range.contains(*other) == same_beginning(*base, *other, bits),
           "a network has in it what begins like it");
    }
  } catch (const std::invalid_argument&) {
    hold(!base || cidr.find('/') != std::string_view::npos, "an address is a network");
  }
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// The input as what a client can write: lines of X-Forwarded-For, the last ones about itself.
void check_client(std::string_view input) {
  static const http::Perimeter perimeter{{"10.0.0.0/8", "2001:db8::/32"}, {"127.0.0.1"}};
  fuzz::Pieces pieces{input};
  http::Request request{.method = "GET", .target = "/"};
  request.headers.push_back({"User-Agent", std::string{pieces.line()}});
  request.headers.push_back({"Accept-Language", std::string{pieces.line()}});
  while (!pieces.done()) {
    request.headers.push_back({"X-Forwarded-For", std::string{pieces.line()}});
  }
  for (const char* const peer : {"203.0.113.9", "10.1.2.3", "127.0.0.1"}) {
    request.peer_address = peer;
    const auto origin = perimeter.origin_of(request);
    hold(origin.parsed.has_value(), "somebody is always asking");
    hold(parse_network_address(origin.address) == origin.parsed, "and that is their address");
    const bool forwarded = request.headers.size() > 2;
    if (std::string_view{peer} != "10.1.2.3") {
      hold(origin.address == peer && origin.hidden == forwarded,
           "nobody moves by a field who is not a trusted proxy");
      hold(!forwarded || !perimeter.is_operator(origin), "a stranger who forwards is no operator");
    }
    hold(!NetworkRange{"10.0.0.0/8"}.contains(*origin.parsed) || origin.hidden,
         "a proxy asks for somebody else");
    const auto client = http::describe_client(request, origin);
    hold(is_plain(client.user_agent) && client.user_agent.size() <= 256, "a user agent is plain");
    hold(is_plain(client.language) && client.language.size() <= 35 &&
             client.language.find_first_of(" ,;\"/.") == std::string::npos,
         "a language is a tag");
    hold(is_plain(client.address), "an address is plain");
  }
}

}  // namespace
}  // namespace coffeeauth

COFFEEAUTH_FUZZ_TARGET(network) {
  using namespace coffeeauth;
  fuzz::Pieces pieces{input};
  const auto first = pieces.line();
  const auto second = pieces.line();
  check_address(first);
  check_range(first, second);
  check_client(input);
}
