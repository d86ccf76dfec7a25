#include "adapters/http/src/network_counts.hpp"

#include <algorithm>

namespace coffeeauth::http_poco {

std::string text_of(const Poco::Net::IPAddress& address) {
  auto text = address.toString();
  text.resize(std::min(text.find('%'), text.size()));
  return text;
}

NetworkCounts::NetworkCounts(const Options& options, std::size_t in_all) {
  const auto of_one = options.max_connections_per_address;
  const auto times = [&](std::size_t factor, std::size_t most) {
    // No product that overflows.
    return factor <= most / of_one ? factor * of_one : std::max(of_one, most);
  };
  allowed_ = {of_one, times(options.ipv6_56_factor, in_all / 4),
              times(options.ipv6_48_factor, in_all / 2)};
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
