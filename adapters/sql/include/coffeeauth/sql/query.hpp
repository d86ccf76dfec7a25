#pragma once
/// query(): statements of an embedder's own, on the connection of a SQL store.
///
/// For tables of your own beside the library's (coffeeauth/sql/migrations.hpp makes them): a
/// profile of each user, say, that is written in the same transaction as the user. What such tables
/// may rely on is that `users` has a primary key `id`, text of 36 characters (UserId::str()), which
/// a foreign key may reference with `ON DELETE CASCADE`. Everything else of the library's tables
/// changes with its versions: use the ports. Name your tables with a prefix that is yours.

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

/// Bytes, which unlike text may hold a NUL.
struct Bytes {
  /// The bytes, without any encoding.
  std::string data;
};

/// NULL, an integer, text or bytes.
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes>;

/// A statement: its text with the placeholders `$1, $2, ...`, bound by their number, and one letter
/// for each column of its result: `n` number, `t` text, `b` bytes.
///
/// The letters are declared because SQLite has no types for expressions, and because a value that
/// is read as another type comes back silently wrong. Statements are kept prepared by their text,
/// so it should be a constant, and values go into the parameters alone.
struct Sql {
  /// One statement, the same for both databases wherever it can be. A semicolon and comments may
  /// stand behind it.
  std::string text;
  /// Empty for a statement that gives no rows.
  std::string columns{};
};

/// One row of a result, read by position. A value of another kind than asked for is Unavailable:
/// the schema is not the one this program was made for.
class Row {
 public:
  /// query() makes them.
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

  /// Columns are counted from 0. NULL is another kind.
  [[nodiscard]] std::int64_t number(std::size_t column) const;
  /// Valid while the row lives.
  [[nodiscard]] const std::string& text(std::size_t column) const;
  /// Empty for NULL: Poco binds empty bytes so.
  [[nodiscard]] const std::string& bytes(std::size_t column) const;
  /// A number that is not 0.
  [[nodiscard]] bool flag(std::size_t column) const { return number(column) != 0; }
  /// A number of milliseconds, as to_unix_millis() gives it.
  [[nodiscard]] UtcTime time(std::size_t column) const { return from_unix_millis(number(column)); }
  /// To be asked before one of the others where a column may be NULL.
  [[nodiscard]] bool is_null(std::size_t column) const;
  /// What time() gives; nothing for NULL.
  [[nodiscard]] std::optional<UtcTime> optional_time(std::size_t column) const;
  /// An identifier that was written with str(): `row.id<UserId>(0)`.
  template <class IdType>
  [[nodiscard]] IdType id(std::size_t column) const {
    const auto parsed = IdType::parse(text(column));
    if (!parsed) damaged();
    return *parsed;
  }
  /// A digest that was written in hexadecimal.
  template <class DigestType>
  [[nodiscard]] DigestType digest(std::size_t column) const {
    const auto parsed = parse_hex_digest(text(column));
    if (!parsed) damaged();
    return DigestType{*parsed};
  }

  /// Throws Unavailable: what was read cannot have been written by this program.
  [[noreturn]] static void damaged();

 private:
  template <class T>
  [[nodiscard]] const T& get(std::size_t column) const;

  std::vector<Value> values_;
};

/// A whole result, in the order that the statement asks for.
using Rows = std::vector<Row>;

/// Runs one statement in `transaction`, which must be of a SQL store, and gives all its rows.
///
/// It happens if and only if the transaction does; when it fails, the transaction cannot be
/// committed. Throws TransactionConflict and Unavailable as the Store's own verbs do, so also for a
/// statement that the database refuses; why it does so, the Diagnostics of the Store are told.
///
/// Throws std::invalid_argument, with a text that says what is wrong, for mistakes that are in the
/// statement whatever the data, the same ones on both databases: more or less than one statement,
/// placeholders with a gap, more or fewer values than placeholders, columns that are not as
/// declared (`sum()` is NUMERIC on PostgreSQL: cast it), one that begins or ends a transaction or
/// acts on the connection, a text with a NUL in it, a transaction of another kind of Store.
Rows query(Transaction& transaction, const Sql& sql, std::vector<Value> parameters = {});

/// Runs one statement that only reads, in a snapshot of its own and beside the transactions of
/// others. Throws as the other one, and std::invalid_argument for a statement that writes. Callable
/// from any thread.
[[nodiscard]] Rows query(Store& store, const Sql& sql, std::vector<Value> parameters = {});

/// A database that a SQL store speaks to.
enum class Engine {
  /// One transaction writes at a time, so no row needs to be locked.
  sqlite,
  /// Also a server of another make that speaks its protocol.
  postgresql,
};

/// Which one it is, for the few statements that cannot be the same on both, such as those with `FOR
/// UPDATE SKIP LOCKED`. Throws std::invalid_argument for a transaction or a Store of another kind.
[[nodiscard]] Engine engine_of(Transaction& transaction);
/// Which database a Store speaks to; callable from any thread.
[[nodiscard]] Engine engine_of(Store& store);

}  // namespace sql
}  // namespace coffeeauth
