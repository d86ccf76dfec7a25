#pragma once
/// OperatorGate: who may read what is meant for whoever runs the service.

#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/request.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// The rule by which Api shows routes with Access::operators, for a page that is served beside it.
/// Immutable; callable from any thread.
class OperatorGate {
 public:
  /// Takes what ApiOptions::trusted_proxies, operator_networks and operator_token take. Throws
  /// std::invalid_argument for a network that is none.
  OperatorGate(const std::vector<std::string>& trusted_proxies,
               const std::vector<std::string>& operator_networks, Secret operator_token);
  ~OperatorGate();
  OperatorGate(const OperatorGate&) = delete;
  OperatorGate& operator=(const OperatorGate&) = delete;

  /// Whether the request carries the token, or comes from one of the networks: not through
  /// somebody who does not say for whom, and not to a Host that a stranger's domain could be.
  [[nodiscard]] bool admits(const Request& request) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace http
}  // namespace coffeeauth
