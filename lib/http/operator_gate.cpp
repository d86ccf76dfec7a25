#include "coffeeauth/http/operator_gate.hpp"

#include <utility>

#include "lib/http/perimeter.hpp"

namespace coffeeauth::http {

struct OperatorGate::State {
  Perimeter perimeter;
};

OperatorGate::OperatorGate(const std::vector<std::string>& trusted_proxies,
                           const std::vector<std::string>& operator_networks, Secret operator_token)
    : state_(new State{Perimeter{trusted_proxies, operator_networks, std::move(operator_token)}}) {}

OperatorGate::~OperatorGate() = default;

bool OperatorGate::admits(const Request& request) const {
  const auto& perimeter = state_->perimeter;
  return perimeter.is_operator(request, perimeter.origin_of(request));
}

}  // namespace coffeeauth::http
