#pragma once
/// Writing schemas as JSON Schema. Private to the library.

#include <string>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/schema.hpp"

namespace coffeeauth::http {

/// Keeps members in the order in which they are written, for people who read the document.
using Document = nlohmann::ordered_json;

/// Writes `schema`: a reference where it has a name, and then the schema itself into `components`.
[[nodiscard]] Document schema_document(const Schema& schema, Document& components);

}  // namespace coffeeauth::http
