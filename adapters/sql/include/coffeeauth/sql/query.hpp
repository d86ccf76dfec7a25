#pragma once
/// query(): an embedder's own statements, on the connection of a SQL store.
///
/// For your own tables beside the library's (coffeeauth/sql/migrations.hpp creates them), such as a
/// profile of each user, written in the same transaction as the user. Such tables may rely on
/// `users` having a primary key `id`, text of 36 characters (UserId::str()), to reference with `ON
/// DELETE CASCADE`. All else in the library's tables changes between versions: use the ports. Name
/// your tables with your own prefix.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sql {

/// Bytes, which may contain NUL, unlike text.
struct Bytes {
  /// The raw bytes.
  std::string data;
};

/// NULL, an integer, text or bytes.
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes>;

/// Returns a time as a parameter, in the form that Row::time() reads.
[[nodiscard]] inline Value time_value(UtcTime time) { return to_unix_millis(time); }
/// Returns a number of rows or attempts as a parameter. Numbers beyond 2^31 - 1, which an INTEGER
/// column or a LIMIT may not take, become 2^31 - 1.
[[nodiscard]] Value count_value(std::size_t count);
/// Returns a digest as a parameter, in the form that Row::digest() reads.
template <class DigestType>
[[nodiscard]] Value digest_value(const DigestType& digest) {
  return to_hex(digest.bytes());
}

/// A statement with placeholders `$1, $2, ...`, bound by number, and the types of its result: one
/// letter for each column, `n` number, `t` text, `b` bytes.
///
/// The types are declared because SQLite has none for expressions, and because a value read as
/// another type would be silently wrong. Statements are cached as prepared by their text, so the
/// text should be constant, with all values in the parameters.
struct Sql {
  /// One statement, the same for both databases if possible. A semicolon and comments may follow
  /// it.
  std::string text;
  /// Empty for a statement without rows.
  std::string columns{};
};

/// One row of a result, read by position. Throws Unavailable for a value of another type than
/// requested: the schema does not match the program.
class Row {
 public:
  /// For query().
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

  /// Returns an integer. Columns are counted from 0. Throws for NULL.
  [[nodiscard]] std::int64_t number(std::size_t column) const;
  /// Returns a text, valid while the row lives. Throws for NULL.
  [[nodiscard]] const std::string& text(std::size_t column) const;
  /// Returns bytes, empty for NULL (Poco binds empty bytes as NULL).
  [[nodiscard]] const std::string& bytes(std::size_t column) const;
  /// Returns whether a number is not 0.
  [[nodiscard]] bool flag(std::size_t column) const { return number(column) != 0; }
  /// Returns the time of a number of milliseconds, as to_unix_millis() gives it.
  [[nodiscard]] UtcTime time(std::size_t column) const { return from_unix_millis(number(column)); }
  /// Whether the value is NULL; check it first where a column may be.
  [[nodiscard]] bool is_null(std::size_t column) const;
  /// Returns time(), or nothing for NULL.
  [[nodiscard]] std::optional<UtcTime> optional_time(std::size_t column) const;
  /// Returns an identifier that was written with str(): `row.id<UserId>(0)`.
  template <class IdType>
  [[nodiscard]] IdType id(std::size_t column) const {
    const auto parsed = IdType::parse(text(column));
    if (!parsed) damaged();
    return *parsed;
  }
  /// Returns a digest that was written in hexadecimal.
  template <class DigestType>
  [[nodiscard]] DigestType digest(std::size_t column) const {
    const auto parsed = parse_hex_digest(text(column));
    if (!parsed) damaged();
    return DigestType{*parsed};
  }

  /// Throws Unavailable: this program cannot have written the value.
  [[noreturn]] static void damaged();

 private:
  template <class T>
  [[nodiscard]] const T& get(std::size_t column) const;

  std::vector<Value> values_;
};

/// A whole result, in the order of the statement.
using Rows = std::vector<Row>;

/// Runs one statement in `transaction`, which must be of a SQL store, and returns all its rows.
///
/// It takes effect only if the transaction commits; when it fails, the transaction cannot commit.
/// Throws TransactionConflict and Unavailable like the Store's own methods, also for a statement
/// that the database rejects; the reason is reported to the Store's Diagnostics.
///
/// Throws std::invalid_argument, with a text that says what is wrong, for mistakes in the statement
/// itself, alike on both databases: not exactly one statement, placeholders with gaps, more or
/// fewer values than placeholders, columns that differ from the declaration (`sum()` is NUMERIC on
/// PostgreSQL: cast it), a statement that begins or ends a transaction or acts on the connection, a
/// text with a NUL, a transaction of another kind of Store.
Rows query(Transaction& transaction, const Sql& sql, std::vector<Value> parameters = {});

/// Runs one read-only statement, in its own snapshot and concurrently with transactions. Throws
/// like the other overload, and std::invalid_argument for a statement that writes. Thread-safe.
[[nodiscard]] Rows query(Store& store, const Sql& sql, std::vector<Value> parameters = {});

/// The kind of database behind a SQL store.
enum class Engine {
  /// Only one transaction writes at a time, so rows need no locks.
  sqlite,
  /// PostgreSQL, or another server that speaks its protocol.
  postgresql,
};

/// Returns the kind of database, for statements that must differ, such as those with `FOR UPDATE
/// SKIP LOCKED`. Throws std::invalid_argument for a transaction or a Store of another kind.
[[nodiscard]] Engine engine_of(Transaction& transaction);
/// Returns the kind of database of a Store; thread-safe.
[[nodiscard]] Engine engine_of(Store& store);
/// Whether the Store, or what it decorates, is a SQL store; thread-safe.
[[nodiscard]] bool is_sql_store(Store& store) noexcept;

}  // namespace sql
}  // namespace coffeeauth
