#pragma once
/// The query of a target: reading and writing. Private to the library.

#include <string>
#include <string_view>

#include "coffeeauth/http/route.hpp"

namespace coffeeauth::http {

struct Target {
  std::string_view path;
  std::string_view query;
};
[[nodiscard]] Target split_target(std::string_view target) noexcept;

/// Reads the parameters that `declared` names (as HTML forms write them: `+` is a blank) and
/// validates each; others are ignored. Error: validation_failed, also for one that comes twice.
[[nodiscard]] Result<Parameters> read_query(std::string_view query,
                                            const std::vector<NamedSchema>& declared);

/// Appends `name=value` to a target, percent-encoded.
void append_query(std::string& target, std::string_view name, std::string_view value);

}  // namespace coffeeauth::http
