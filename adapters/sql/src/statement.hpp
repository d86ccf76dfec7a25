#pragma once
/// PreparedStatement: a Poco statement that is kept and run again and again.

#include <memory>
#include <vector>

#include "adapters/sql/src/value.hpp"

namespace Poco::Data {
class Statement;
}

namespace coffeeauth::sql {

/// Prepared once, run many times: a statement built for each run costs several times as much.
///
/// It owns the variables that Poco binds and the rows that Poco fills. After an exception its state
/// inside Poco is unknown: whoever keeps it must drop it. Belongs to one connection.
class PreparedStatement {
 public:
  /// `statement` with its text in it, made so that it stays compiled; `columns` as in Sql.
  PreparedStatement(const Poco::Data::Statement& statement, const std::string& columns);
  ~PreparedStatement();
  PreparedStatement(const PreparedStatement&) = delete;
  PreparedStatement& operator=(const PreparedStatement&) = delete;

  /// Runs to the end of the result. Lets Poco's exceptions through.
  [[nodiscard]] Rows run(std::vector<Value> parameters);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace coffeeauth::sql
