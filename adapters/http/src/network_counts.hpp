#pragma once
/// NetworkCounts: how many connections each network has open.

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <Poco/Net/IPAddress.h>

#include "coffeeauth/http_poco/http_poco.hpp"

namespace coffeeauth::http_poco {

/// Without the interface that Poco writes behind a link-local address: it is no part of it.
[[nodiscard]] std::string text_of(const Poco::Net::IPAddress& address);

/// Networks are those of rate_limit_networks(). Not thread-safe.
class NetworkCounts {
 public:
  /// For at most `in_all` connections, of which an IPv6 /56 gets a quarter and a /48 half at most,
  /// whatever the factors of `options` make of it, so that no network keeps all others out. An
  /// address that is allowed more than that, as a proxy is, keeps what it is allowed.
  NetworkCounts(const Options& options, std::size_t in_all);

  /// Counts one more in each of `networks`, unless one of them has as many as it may.
  [[nodiscard]] bool add(const std::vector<std::string>& networks);
  /// One that was counted is gone.
  void remove(const std::vector<std::string>& networks) noexcept;

 private:
  /// For each width, the narrowest first.
  std::vector<std::size_t> allowed_;
  std::map<std::string, std::size_t, std::less<>> open_;
};

}  // namespace coffeeauth::http_poco
