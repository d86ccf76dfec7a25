#pragma once
/// What an embedder declares of a result, compared with what came.

#include <stdexcept>
#include <string>
#include <string_view>

namespace coffeeauth::sql {

/// Throws std::invalid_argument when a result of `count` columns is not what `letters` declare.
inline void check_column_count(std::string_view letters, std::size_t count) {
  if (letters.size() == count) return;
  throw std::invalid_argument("query(): the statement gives " + std::to_string(count) +
                              " columns, and `columns` declares " + std::to_string(letters.size()));
}

/// Throws std::invalid_argument for a column, counted from 0, of another type than its letter.
[[noreturn]] inline void refuse_column(std::size_t column, char letter, std::string_view type) {
  throw std::invalid_argument("query(): column " + std::to_string(column + 1) + " is declared `" +
                              letter + "`, and its type is " + std::string(type));
}

}  // namespace coffeeauth::sql
