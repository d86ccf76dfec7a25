#pragma once
/// Trigrams: three characters in a row, by which a text that contains another is found.

#include <string>
#include <string_view>
#include <vector>

namespace coffeeauth::sql {

/// Those of folded text, in order, each a part of it; none for one of less than three characters.
[[nodiscard]] std::vector<std::string_view> trigrams_of(std::string_view text);

/// The query of SQLite's FTS5 for texts that have all of `trigrams`.
[[nodiscard]] std::string fts_query(const std::vector<std::string_view>& trigrams);
/// The same as lines, which a folded search never has.
[[nodiscard]] std::string lines_of(const std::vector<std::string_view>& trigrams);

}  // namespace coffeeauth::sql
