#pragma once
/// What the URL of a PostgreSQL server and its Options both have to know.

#include <string_view>

namespace coffeeauth::sql {

/// Whether libpq knows it and it is one that we take.
[[nodiscard]] bool is_sslmode(std::string_view text) noexcept;

}  // namespace coffeeauth::sql
