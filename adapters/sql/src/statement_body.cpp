#include "adapters/sql/src/statement_body.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "adapters/sql/src/sql_words.hpp"

namespace coffeeauth::sql {
namespace {

constexpr std::array<std::string_view, 9> of_transactions{
    "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE"};

}  // namespace

std::string upper(std::string_view word) {
  std::string text(word);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

bool is_of_transactions(std::string_view word) {
  return std::find(of_transactions.begin(), of_transactions.end(), word) != of_transactions.end();
}

void StatementBody::pass(std::string_view name) {
  if (words_++ == 0) can_be_ = name == "CREATE";
  if (!can_be_) return;
  if (name == "TRIGGER") is_trigger_ = true;
  if (depth_ == 0) {
    const bool begins = grammar_ == Grammar::sqlite ? is_trigger_ && name == "BEGIN"
                                                    : last_ == "BEGIN" && name == "ATOMIC";
    if (begins) depth_ = 1;
  } else if (name == "CASE") {
    ++depth_;
  } else if (name == "END") {
    --depth_;
  }
  last_ = name;
}

std::vector<std::string_view> split_statements(std::string_view text, Grammar grammar) {
  if (text.find('\0') != std::string_view::npos) throw std::invalid_argument("it holds a NUL");
  std::vector<std::string_view> statements;
  SqlWords words(text, grammar);
  StatementBody body(grammar);
  const char* begin = nullptr;
  const char* end = nullptr;
  const auto finish = [&] {
    if (begin == nullptr) return;
    statements.emplace_back(begin, static_cast<std::size_t>(end - begin));
    begin = nullptr;
    body = StatementBody(grammar);
  };
  while (const auto word = words.next()) {
    if (word->kind == WordKind::semicolon && !body.is_inside()) {
      finish();
      continue;
    }
    if (word->kind == WordKind::placeholder) {
      throw std::invalid_argument("a placeholder has no value here");
    }
    if (word->kind == WordKind::name) {
      const auto name = upper(word->text);
      if (begin == nullptr && is_of_transactions(name)) {
        throw std::invalid_argument(name + " is not for here: it runs in a transaction already");
      }
      body.pass(name);
    }
    if (begin == nullptr) begin = word->text.data();
    end = word->text.data() + word->text.size();
  }
  finish();
  return statements;
}

}  // namespace coffeeauth::sql
