#pragma once
/// Writing schemas as JSON Schema. Private to the library.

#include <string>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/schema.hpp"

namespace coffeeauth::http {

/// Keeps members in the order in which they are written, for people who read the document.
using Document = nlohmann::ordered_json;

/// What a schema describes. Objects in requests are closed, for an unknown member is refused.
/// Objects in answers are open: a generated client that refused a member of a later version would
/// break with it. A component that is both is open.
enum class Use { request, answer };

/// Writes `schema`: a reference where it has a name, and then the schema itself into `components`.
[[nodiscard]] Document schema_document(const Schema& schema, Use use, Document& components);

/// One value that fits: the examples of its parts put together. An example for a request leaves out
/// what is read-only.
[[nodiscard]] Document example_document(const Schema& schema, Use use);

}  // namespace coffeeauth::http
