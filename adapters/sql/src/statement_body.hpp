#pragma once
/// Where one statement of a text ends.

#include <string>
#include <string_view>
#include <vector>

#include "adapters/sql/src/own_statement.hpp"

namespace coffeeauth::sql {

/// The word in capitals, as the databases compare keywords.
[[nodiscard]] std::string upper(std::string_view word);

/// Whether a statement that begins with this word, in capitals, begins or ends a transaction.
[[nodiscard]] bool is_of_transactions(std::string_view word);

/// The semicolons inside the body of a trigger on SQLite, or of a function between BEGIN ATOMIC and
/// END on PostgreSQL, do not end the statement.
class StatementBody {
 public:
  explicit StatementBody(Grammar grammar) : grammar_(grammar) {}

  /// Takes the next name of the statement, in capitals.
  void pass(std::string_view name);
  [[nodiscard]] bool is_inside() const noexcept { return depth_ > 0; }

 private:
  Grammar grammar_;
  std::size_t words_ = 0;
  std::size_t depth_ = 0;
  bool can_be_ = false;
  bool is_trigger_ = false;
  std::string last_;
};

/// The statements of a text in order, without the semicolons behind them and without comments
/// between them. Throws std::invalid_argument for a text that cannot be split, and for a statement
/// that begins or ends a transaction or has a placeholder.
[[nodiscard]] std::vector<std::string_view> split_statements(std::string_view text,
                                                             Grammar grammar);

}  // namespace coffeeauth::sql
