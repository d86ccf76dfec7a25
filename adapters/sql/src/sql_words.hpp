#pragma once
/// SqlWords: splits a SQL text into words, the way the database it is for would.

#include <optional>
#include <string_view>

#include "adapters/sql/src/own_statement.hpp"

namespace coffeeauth::sql {

enum class WordKind {
  /// A keyword or a name without quotes.
  name,
  /// `$1`.
  placeholder,
  semicolon,
  /// Strings, names in quotes, numbers and signs.
  other,
};

struct SqlWord {
  WordKind kind;
  /// A part of the text.
  std::string_view text;
};

/// Blanks and comments are left out. Throws std::invalid_argument for a text that the two databases
/// would split differently from each other, or that ends inside a string or a comment.
class SqlWords {
 public:
  /// `text` must outlive it.
  SqlWords(std::string_view text, Grammar grammar) : text_(text), grammar_(grammar) {}

  /// Nothing at the end.
  [[nodiscard]] std::optional<SqlWord> next();
  /// Where the next word is looked for.
  [[nodiscard]] std::size_t position() const noexcept { return at_; }

 private:
  [[nodiscard]] bool begins_with(std::string_view what) const noexcept {
    return text_.substr(at_).starts_with(what);
  }
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void skip_blanks_and_comments();
  void skip_block_comment();
  void skip_quoted(char quote, bool has_escapes);
  void skip_dollar_quoted();
  WordKind skip_dollar();
  WordKind skip_name();
  WordKind skip_number();
  WordKind skip_sign();

  const std::string_view text_;
  const Grammar grammar_;
  std::size_t at_ = 0;
};

}  // namespace coffeeauth::sql
