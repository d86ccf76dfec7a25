#include "adapters/http/src/network_counts.hpp"

namespace coffeeauth::http_poco {

// An IPv6 subscriber has a /64 at least, many a /56 and some a /48, so counting single addresses
// would limit nobody. Prefixes of different lengths cannot be equal.
std::vector<std::string> networks_of(const Poco::Net::IPAddress& address) {
  const auto* octets = static_cast<const char*>(address.addr());
  if (address.family() != Poco::Net::IPAddress::IPv6) return {std::string(octets, 4)};
  return {std::string(octets, 8), std::string(octets, 7), std::string(octets, 6)};
}

NetworkCounts::NetworkCounts(const Options& options) {
  const auto of_one = options.max_connections_per_address;
  for (const auto factor : {std::size_t{1}, options.ipv6_56_factor, options.ipv6_48_factor}) {
    // As many as there may be in all is no limit, and no product that overflows.
    const bool matters = factor <= options.max_connections / of_one;
    allowed_.push_back(matters || factor == 1 ? factor * of_one : options.max_connections);
  }
}

bool NetworkCounts::add(const std::vector<std::string>& networks) {
  for (std::size_t width = 0; width < networks.size(); ++width) {
    const auto open = open_.find(networks[width]);
    if (open != open_.end() && open->second >= allowed_[width]) return false;
  }
  std::vector<std::size_t*> counts;
  for (const auto& network : networks) counts.push_back(&open_[network]);
  for (auto* count : counts) ++*count;
  return true;
}

void NetworkCounts::remove(const std::vector<std::string>& networks) noexcept {
  for (const auto& network : networks) {
    const auto open = open_.find(network);
    if (open != open_.end() && --open->second == 0) open_.erase(open);
  }
}

}  // namespace coffeeauth::http_poco
