#pragma once
/// The OpenAPI 3.1 document, made from the route table. Private to the library.

#include <string>
#include <vector>

#include "coffeeauth/http/route.hpp"

namespace coffeeauth::http {

/// What the document says of the API as a whole; as of ApiOptions.
struct DocumentHead {
  std::string title;
  std::string version;
  std::string public_url;
  /// What the gates of the features answer with: AccountGate::pass_errors().
  std::vector<ErrorCode> gate_errors{};
};

/// The document of every route that is `documented`, as JSON. Throws std::invalid_argument for two
/// operations of one name.
[[nodiscard]] std::string make_openapi(const std::vector<Route>& routes, const DocumentHead& head);

/// Every error that a route can answer with, in order: those it lists and those that follow from
/// its access, its limit, what it takes, and the gates.
[[nodiscard]] std::vector<ErrorCode> possible_errors(const Route& route,
                                                     const std::vector<ErrorCode>& gate_errors);

}  // namespace coffeeauth::http
