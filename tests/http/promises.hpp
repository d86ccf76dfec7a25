#pragma once
/// What every answer of the REST API promises, whatever was asked.

#include <string>

#include "coffeeauth/http/request.hpp"
#include "document.hpp"

namespace coffeeauth::http {

/// What an answer breaks of it, in words; empty when nothing. `route` is the pattern of the route
/// that answered, empty when none did; `body` is null when there is none, or one that is not JSON.
/// Of what the document does not describe, the form alone is looked at.
[[nodiscard]] std::string broken_promise(const Document& document, const std::string& route,
                                         const Request& request, const Response& response,
                                         const Json& body);

/// The operation that the document has for a request; null when there is none.
[[nodiscard]] const Operation* find_operation(const Document& document, const std::string& route,
                                              const Request& request);

}  // namespace coffeeauth::http
