#pragma once
/// fill_search_text(): the part of a migration that only the program can do.

#include "adapters/sql/src/connection.hpp"
#include "coffeeauth/sql/sql.hpp"

namespace coffeeauth::sql {

/// Gives every user without a search_text() one, in batches that are transactions of their own:
/// what is done stays done when it is stopped, and others write in between. Quick when nothing is
/// missing.
void fill_search_text(Connection& connection, const MigrationProgress& progress);

}  // namespace coffeeauth::sql
