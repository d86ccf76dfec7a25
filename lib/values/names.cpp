// The stable words of enumerations that have no source file of their own.

#include "coffeeauth/ports/mailer.hpp"
#include "coffeeauth/ports/signing_key.hpp"

namespace coffeeauth {

std::string_view wire_name(DeliveryProblem problem) noexcept {
  switch (problem) {
    case DeliveryProblem::none:
      return "none";
    case DeliveryProblem::recipient:
      return "recipient";
    case DeliveryProblem::message:
      return "message";
    case DeliveryProblem::sender:
      return "sender";
    case DeliveryProblem::login:
      return "login";
    case DeliveryProblem::policy:
      return "policy";
    case DeliveryProblem::quota:
      return "quota";
    case DeliveryProblem::busy:
      return "busy";
    case DeliveryProblem::unreachable:
      return "unreachable";
    case DeliveryProblem::tls:
      return "tls";
    case DeliveryProblem::protocol:
      return "protocol";
    case DeliveryProblem::local:
      return "local";
  }
  return "unknown";
}

std::string_view wire_name(SigningAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case SigningAlgorithm::es256:
      return "ES256";
    case SigningAlgorithm::eddsa:
      return "EdDSA";
    case SigningAlgorithm::rs256:
      return "RS256";
    case SigningAlgorithm::hs256:
      return "HS256";
  }
  return "";
}

std::optional<SigningAlgorithm> parse_signing_algorithm(std::string_view name) noexcept {
  for (const auto algorithm : {SigningAlgorithm::es256, SigningAlgorithm::eddsa,
                               SigningAlgorithm::rs256, SigningAlgorithm::hs256}) {
    if (wire_name(algorithm) == name) return algorithm;
  }
  return std::nullopt;
}

}  // namespace coffeeauth
