#pragma once
/// SqliteStoreHarness: Stores in SQLite files of their own, for contract suites.

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "coffeeauth/sql/sql.hpp"
#include "coffeeauth/testing/contract/store.hpp"
#include "tests/contract/rounds.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::testing {

class SqliteStoreHarness final : public StoreHarness {
 public:
  explicit SqliteStoreHarness(std::vector<sql::RoomMigrations> rooms = {})
      : rooms_(std::move(rooms)) {}

  std::unique_ptr<Store> fresh() override {
    ++serial_;
    return reopen();
  }
  bool durable() const override { return true; }
  std::unique_ptr<Store> reopen() override {
    // The races queue many writers at one lock on a machine that may be busy.
    return sql::make_sqlite_store({.path = folder_.file(std::to_string(serial_) + ".db"),
                                   .busy_timeout = std::chrono::seconds{60},
                                   .rooms = rooms_});
  }
  std::size_t rounds() const override { return race_rounds(); }
  void raced(std::size_t rounds, std::size_t threads) override { report_race(rounds, threads); }

 private:
  const std::vector<sql::RoomMigrations> rooms_;
  TemporaryFolder folder_;
  int serial_ = 0;
};

}  // namespace coffeeauth::testing
