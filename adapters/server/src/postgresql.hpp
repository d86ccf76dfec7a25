#pragma once
/// PostgreSQL, in the program that has it.
///
/// Its client library brings others, Kerberos, LDAP and a second TLS among them, that take 3.5 MiB
/// of every process, used or not. So there are two programs: `coffeeauth` without them, and one of
/// the same name in a folder of its own that it turns into when the settings name PostgreSQL
/// (docs/decisions/0015). Each links one of two definitions of these functions.

#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/sql/sql.hpp"

namespace coffeeauth::server {

/// Returns in the program that has PostgreSQL. In the other it does not: this process goes on as
/// the program that has it, with `words` as its command line, so before anything is opened or read.
/// Throws std::runtime_error with a line for the operator when that program is not installed.
void go_on_with_postgresql(const std::vector<std::string>& words);

/// As sql::make_postgres_store(), behind go_on_with_postgresql().
[[nodiscard]] std::unique_ptr<Store> open_postgresql(const sql::PostgresOptions& options);

/// As sql::migrate_postgres(), behind go_on_with_postgresql().
[[nodiscard]] sql::MigrationReport migrate_postgresql(const sql::PostgresOptions& options);

}  // namespace coffeeauth::server
