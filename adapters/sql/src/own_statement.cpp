#include "adapters/sql/src/own_statement.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "adapters/sql/src/sql_words.hpp"
#include "adapters/sql/src/statement_body.hpp"

namespace coffeeauth::sql {
namespace {

// More than any statement needs, and as many as PostgreSQL can count in its protocol.
constexpr std::size_t most_parameters = 32766;

[[noreturn]] void refuse_own(const std::string& reason) { throw std::invalid_argument(reason); }

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What they change outlives the transaction, for whoever uses the connection next. DO and CALL may
// hold a COMMIT.
constexpr std::array<std::string_view, 17> of_connections{
    "PRAGMA",     "ATTACH",  "DETACH",  "VACUUM", "RESET",  "DISCARD",
    "DEALLOCATE", "EXECUTE", "DECLARE", "LISTEN", "NOTIFY", "COPY",
    "UNLISTEN",   "CLUSTER", "LOAD",    "DO",     "CALL"};

// Where a statement names one of these, also in quotes, it acts on the connection: what is
// temporary hides the tables of the same name from whoever uses it next.
bool is_of_the_connection(std::string_view name) {
  constexpr std::string_view temporary = "PG_TEMP";
  if (name == "SET_CONFIG" || name == temporary) return true;
  // `pg_temp_3`, as the schema is called in truth.
  if (!name.starts_with(temporary) || name[temporary.size()] != '_') return false;
  name.remove_prefix(temporary.size() + 1);
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

// What stands before the INTO of a statement that writes: also `INSERT OR IGNORE INTO`.
constexpr std::array<std::string_view, 8> before_tables{"INSERT", "MERGE", "REPLACE",  "IGNORE",
                                                        "ABORT",  "FAIL",  "ROLLBACK", "OVERWRITE"};
constexpr std::array<std::string_view, 5> of_reads{"SELECT", "WITH", "VALUES", "TABLE", "EXPLAIN"};

class Reader {
 public:
  Reader(std::string_view text, Grammar grammar)
      : words_(text, grammar), grammar_(grammar), body_(grammar), base_(text.data()) {}

  // Leaves the text of the one statement.
  OwnStatement read() {
    while (const auto word = words_.next()) {
      if (word->kind == WordKind::semicolon && !body_.is_inside()) {
        if (!has_begun_) refuse_own("a semicolon stands before the statement");
        has_ended_ = true;
        continue;
      }
      if (has_ended_) refuse_own("the text holds more than one statement");
      has_begun_ = true;
      take(*word);
    }
    if (!has_begun_) refuse_own("the text holds no statement");
    check_numbers();
    return {.sql = {.text = std::move(text_)}, .parameters = used_.size()};
  }
  [[nodiscard]] const std::vector<std::string>& first_names() const noexcept { return names_; }

 private:
  void take(const SqlWord& word) {
    const auto begin = static_cast<std::size_t>(word.text.data() - base_);
    // What stands between the words stays, for messages that name a place in the text.
    if (!text_.empty()) text_.append(base_ + end_, begin - end_);
    end_ = begin + word.text.size();
    if (word.kind == WordKind::placeholder) return take_placeholder(word.text);
    text_ += word.text;
    if (word.kind != WordKind::name) {
      if (word.text.front() == '"') check_name(upper(word.text.substr(1, word.text.size() - 2)));
      // `(SELECT ...)` is a SELECT.
      if (word.text != "(" && names_.empty()) refuse_own("a statement begins with a word");
      return;
    }
    const auto name = upper(word.text);
    check_name(name);
    check_into(name);
    body_.pass(name);
    if (names_.size() < kept_names) names_.push_back(name);
  }

  // Of a name in quotes, too, in whatever letter case.
  void check_name(std::string_view name) const {
    if (!is_of_the_connection(name)) return;
    refuse_own(
        std::string{name} +
        " is not for here: it acts on the connection, which others use after you; SET LOCAL acts "
        "on the transaction");
  }

  // `SELECT ... INTO TEMP t`; behind INSERT and MERGE stands the name of a table.
  void check_into(const std::string& name) {
    if (name == "LOCAL" || name == "GLOBAL") return;
    const bool is_temporary = name == "TEMP" || name == "TEMPORARY";
    if (is_temporary && before_ == "INTO" && !is_one_of(before_that_, before_tables)) {
      refuse_own(
          "INTO TEMPORARY is not for here: it acts on the connection, which others use after you");
    }
    before_that_ = std::exchange(before_, name);
  }

  void take_placeholder(std::string_view word) {
    const auto digits = word.substr(1);
    std::size_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec != std::errc{} || number == 0 || number > most_parameters || digits[0] == '0') {
      refuse_own("placeholders are $1 to $" + std::to_string(most_parameters));
    }
    if (used_.size() < number) used_.resize(number, false);
    used_[number - 1] = true;
    text_ += grammar_ == Grammar::sqlite ? '?' : '$';
    text_ += digits;
  }

  void check_numbers() const {
    const auto gap = std::find(used_.begin(), used_.end(), false);
    if (gap == used_.end()) return;
    refuse_own("$" + std::to_string(gap - used_.begin() + 1) + " does not occur, and $" +
               std::to_string(used_.size()) + " does");
  }

  // As far as TEMPORARY in `CREATE OR REPLACE LOCAL TEMPORARY VIEW`.
  static constexpr std::size_t kept_names = 5;

  SqlWords words_;
  const Grammar grammar_;
  StatementBody body_;
  const char* const base_;
  std::string text_;
  std::size_t end_ = 0;
  std::vector<std::string> names_;
  std::string before_;
  std::string before_that_;
  std::vector<bool> used_;
  bool has_begun_ = false;
  bool has_ended_ = false;
};

// What is temporary hides the tables of the same name from whoever uses the connection next.
bool creates_for_the_connection(std::span<const std::string> names) {
  constexpr std::array<std::string_view, 4> before{"OR", "REPLACE", "LOCAL", "GLOBAL"};
  if (names.front() != "CREATE") return false;
  const auto kind = std::find_if(names.begin() + 1, names.end(),
                                 [&](const std::string& name) { return !is_one_of(name, before); });
  return kind != names.end() && (*kind == "TEMP" || *kind == "TEMPORARY");
}

void check_use(const std::vector<std::string>& names, OwnUse use) {
  const auto& first = names.front();
  if (is_of_transactions(first)) {
    refuse_own(first + " is not for here: a transaction is begun and ended by its Store");
  }
  const bool is_local_setting =
      first == "SET" && names.size() > 1 && (names[1] == "LOCAL" || names[1] == "CONSTRAINTS");
  if (is_one_of(first, of_connections) || (first == "SET" && !is_local_setting)) {
    refuse_own(first + " is not for here: it acts on the connection, which others use after you");
  }
  if (creates_for_the_connection(names)) {
    refuse_own(
        "CREATE TEMPORARY is not for here: it acts on the connection, which others use after you");
  }
  if (use == OwnUse::read && !is_one_of(first, of_reads)) {
    refuse_own(first + " is not a read: what writes is for a transaction");
  }
}

void check_letters(std::string_view columns) {
  const auto wrong = columns.find_first_not_of("ntb");
  if (wrong == std::string_view::npos) return;
  refuse_own("letter " + std::to_string(wrong + 1) + " of `columns` is none of n, t and b");
}

OwnStatement read(const Sql& sql, Grammar grammar, OwnUse use) {
  check_letters(sql.columns);
  // The databases would read to there.
  if (sql.text.find('\0') != std::string::npos) refuse_own("the text holds a NUL");
  Reader reader(sql.text, grammar);
  auto statement = reader.read();
  if (reader.first_names().empty()) refuse_own("the text holds no statement");
  check_use(reader.first_names(), use);
  statement.sql.columns = sql.columns;
  return statement;
}

}  // namespace

OwnStatement read_own_statement(const Sql& sql, Grammar grammar, OwnUse use) {
  try {
    return read(sql, grammar, use);
  } catch (const std::invalid_argument& mistake) {
    throw std::invalid_argument(std::string("query(): ") + mistake.what());
  }
}

}  // namespace coffeeauth::sql
