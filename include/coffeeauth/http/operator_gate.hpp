#pragma once
/// OperatorGate: decides who may read pages meant for operators.

#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/request.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// The rule that Api applies to routes with Access::operators, for pages served beside it.
/// Immutable; thread-safe.
class OperatorGate {
 public:
  /// Takes the values of ApiOptions::trusted_proxies, operator_networks and operator_token. Throws
  /// std::invalid_argument for a malformed network.
  OperatorGate(const std::vector<std::string>& trusted_proxies,
               const std::vector<std::string>& operator_networks, Secret operator_token);
  ~OperatorGate();
  OperatorGate(const OperatorGate&) = delete;
  OperatorGate& operator=(const OperatorGate&) = delete;

  /// Whether the request has the token, or comes from one of the networks: not through a proxy that
  /// hides its client, and not with a Host that could be a stranger's domain.
  [[nodiscard]] bool admits(const Request& request) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace http
}  // namespace coffeeauth
