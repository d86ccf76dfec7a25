#pragma once
/// own_statement: an embedder's statement, read before a database sees it.

#include <cstddef>
#include <string>
#include <string_view>

#include "coffeeauth/sql/query.hpp"

namespace coffeeauth::sql {

/// Whose rules a text is split into words by.
enum class Grammar { sqlite, postgresql };

/// Which of the two query() a statement was given to.
enum class OwnUse { transaction, read };

/// A statement that is one, in the form that is handed on.
struct OwnStatement {
  /// Without what stood behind it. On SQLite `$2` has become `?2`, which alone it binds by number.
  Sql sql;
  /// How many values it takes.
  std::size_t parameters = 0;
};

/// Reads `sql` as one statement of an embedder.
///
/// Throws std::invalid_argument, with a text that says what is wrong, for anything but one
/// statement, for placeholders other than `$1, $2, ...` without a gap, for letters other than `n`,
/// `t` and `b`, and for statements that are not for this use: those that begin or end a
/// transaction, that change the connection, and those that write where only reads are allowed.
[[nodiscard]] OwnStatement read_own_statement(const Sql& sql, Grammar grammar, OwnUse use);

}  // namespace coffeeauth::sql
