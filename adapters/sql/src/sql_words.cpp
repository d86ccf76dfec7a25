#include "adapters/sql/src/sql_words.hpp"

#include <stdexcept>
#include <string>

namespace coffeeauth::sql {
namespace {

[[noreturn]] void refuse_statement(const char* reason) { throw std::invalid_argument(reason); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// `$` belongs to a name on both, anywhere but at its beginning.
bool goes_on_in_name(char c) { return begins_name(c) || is_digit(c) || c == '$'; }

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

}  // namespace

std::optional<SqlWord> SqlWords::next() {
  skip_blanks_and_comments();
  if (at_ >= text_.size()) return std::nullopt;
  const auto begin = at_;
  const char first = peek();
  auto kind = WordKind::other;
  if (first == ';') {
    ++at_;
    kind = WordKind::semicolon;
  } else if (first == '\'' || first == '"') {
    skip_quoted(first, false);
  } else if (first == '$') {
    kind = skip_dollar();
  } else if (begins_name(first)) {
    kind = skip_name();
  } else if (is_digit(first)) {
    kind = skip_number();
  } else {
    kind = skip_sign();
  }
  return SqlWord{kind, text_.substr(begin, at_ - begin)};
}

void SqlWords::skip_blanks_and_comments() {
  while (at_ < text_.size()) {
    if (is_blank(peek())) {
      ++at_;
    } else if (begins_with("--")) {
      // SQLite goes on to the line feed, PostgreSQL stops at a carriage return, too.
      const auto end = text_.find_first_of("\r\n", at_);
      at_ = end == std::string_view::npos ? text_.size() : end;
      if (peek() == '\r' && peek(1) != '\n')
        refuse_statement("a comment ends with a carriage return alone");
    } else if (begins_with("/*")) {
      skip_block_comment();
    } else {
      return;
    }
  }
}

void SqlWords::skip_block_comment() {
  const auto end = text_.find("*/", at_ + 2);
  if (end == std::string_view::npos) refuse_statement("a comment has no end");
  // PostgreSQL counts them, SQLite does not.
  if (text_.substr(at_ + 2, end - at_ - 1).find("/*") != std::string_view::npos) {
    refuse_statement("there is a comment inside a comment");
  }
  at_ = end + 2;
}

// A doubled quote is one of the text.
void SqlWords::skip_quoted(char quote, bool has_escapes) {
  for (++at_; at_ < text_.size(); ++at_) {
    if (has_escapes && peek() == '\\') {
      ++at_;
    } else if (peek() == quote && peek(1) == quote) {
      ++at_;
    } else if (peek() == quote) {
      ++at_;
      return;
    }
  }
  refuse_statement("a text or a name in quotes has no end");
}

void SqlWords::skip_dollar_quoted() {
  auto end = at_ + 1;
  while (end < text_.size() && text_[end] != '$' && goes_on_in_name(text_[end])) ++end;
  if (end >= text_.size() || text_[end] != '$')
    refuse_statement("a placeholder is `$` and a number");
  const auto mark = text_.substr(at_, end + 1 - at_);
  const auto close = text_.find(mark, end + 1);
  if (close == std::string_view::npos) refuse_statement("a text in dollar quotes has no end");
  at_ = close + mark.size();
}

WordKind SqlWords::skip_dollar() {
  if (is_digit(peek(1))) {
    for (++at_; is_digit(peek()); ++at_) {
    }
    if (goes_on_in_name(peek())) refuse_statement("something stands right behind a placeholder");
    return WordKind::placeholder;
  }
  if (grammar_ == Grammar::sqlite) refuse_statement("a placeholder is `$` and a number");
  skip_dollar_quoted();
  return WordKind::other;
}

WordKind SqlWords::skip_name() {
  const auto begin = at_;
  while (goes_on_in_name(peek())) ++at_;
  const auto name = text_.substr(begin, at_ - begin);
  if (peek() == '\'' && (name == "e" || name == "E")) {
    // A text with escapes on PostgreSQL; SQLite would read a name and the name it is to have.
    if (grammar_ == Grammar::sqlite)
      refuse_statement("a text with escapes (E'...') is not for SQLite");
    skip_quoted('\'', true);
    return WordKind::other;
  }
  return WordKind::name;
}

WordKind SqlWords::skip_number() {
  while (is_digit(peek()) || begins_name(peek()) || peek() == '.') ++at_;
  if (peek() == '$') refuse_statement("a placeholder stands right behind a number");
  return WordKind::other;
}

WordKind SqlWords::skip_sign() {
  const char sign = peek();
  if (grammar_ == Grammar::sqlite) {
    if (sign == '?' || sign == ':' || sign == '@' || sign == '#') {
      refuse_statement("a placeholder is `$` and a number");
    }
    if (sign == '`') {
      skip_quoted('`', false);
      return WordKind::other;
    }
    if (sign == '[') {
      const auto end = text_.find(']', at_);
      if (end == std::string_view::npos) refuse_statement("a name in brackets has no end");
      at_ = end + 1;
      return WordKind::other;
    }
  }
  ++at_;
  return WordKind::other;
}

}  // namespace coffeeauth::sql
