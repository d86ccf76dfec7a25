#pragma once
/// One server for the whole program, and a database for each test.

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "tests/postgres_server.hpp"
#include "tests/unit/sql/fixture.hpp"

namespace coffeeauth::sql::testing {

using coffeeauth::testing::PostgresServer;

inline PostgresServer& shared_server() {
  static PostgresServer server;
  return server;
}

/// A new database of the shared server, dropped at the end.
class Database {
 public:
  Database() : name_("test_" + std::to_string(next_++)) { shared_server().create_database(name_); }
  ~Database() {
    try {
      shared_server().drop_database(name_);
    } catch (const std::exception&) {
      // The server goes with the program, and the database with it.
    }
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] PostgresOptions options() const { return shared_server().options(name_); }
  [[nodiscard]] std::unique_ptr<Store> store() const { return make_postgres_store(options()); }
  std::string execute(const std::string& statement) const {
    return shared_server().execute(name_, statement);
  }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  inline static std::atomic<int> next_{0};
  const std::string name_;
};

/// What `work` throws as Unavailable; "nothing" when it throws nothing.
template <class Work>
std::string unavailable(Work&& work) {
  try {
    work();
  } catch (const Unavailable& failure) {
    return failure.what();
  }
  return "nothing";
}

}  // namespace coffeeauth::sql::testing
