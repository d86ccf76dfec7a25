#pragma once
/// Perimeter: who is on the other end of the connection, really. Private to the library.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/http/request.hpp"
#include "coffeeauth/network_address.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/session.hpp"

namespace coffeeauth::http {

/// The address a request came from, after the trusted proxies.
struct Origin {
  std::string address;
  /// Nothing when `address` is none.
  std::optional<NetworkAddress> parsed;
  /// The true origin is not known, and `address` is only that of the last hop: someone who is not
  /// trusted says that the request was forwarded, or a trusted proxy does not say for whom.
  bool hidden = false;
  /// The Host is an address, `localhost` or a name without dots: a browser that was led here by
  /// somebody's domain, whose address changed to ours (DNS rebinding), says that domain.
  bool asked_by_local_name = false;
};

class Perimeter {
 public:
  /// Two lists of networks in CIDR notation, and the token that opens the same as the second one;
  /// empty for none. Throws std::invalid_argument.
  Perimeter(const std::vector<std::string>& trusted_proxies,
            const std::vector<std::string>& operator_networks, Secret operator_token = {});

  /// Follows X-Forwarded-For from right to left for as long as the hop that wrote it is trusted;
  /// what stands further left is hearsay. A chain that ends at a trusted proxy, or at
  /// loopback, names no client.
  [[nodiscard]] Origin origin_of(const Request& request) const;

  /// Of the operator networks, not hidden, and asked by a local name. Loopback is a network like
  /// any other: a reverse proxy on this machine that nobody listed as trusted, and that sends no
  /// forwarding field, makes all the world look local.
  [[nodiscard]] bool is_operator(const Origin& origin) const noexcept;
  /// The same, or by the token, from anywhere.
  [[nodiscard]] bool is_operator(const Request& request, const Origin& origin) const noexcept;

 private:
  [[nodiscard]] Origin traced(const Request& request) const;
  [[nodiscard]] bool is_trusted(const Origin& hop) const noexcept;

  std::vector<NetworkRange> proxies_;
  std::vector<NetworkRange> operators_;
  Secret operator_token_;
};

/// What services are told of the client: user agent and language cleaned and cut, so that they can
/// stand in a log, a mail or a database. `request_id` is left empty.
[[nodiscard]] ClientContext describe_client(const Request& request, const Origin& origin);

}  // namespace coffeeauth::http
