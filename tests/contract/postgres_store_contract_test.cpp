#include <doctest/doctest.h>

#include "coffeeauth/sql/sql.hpp"
#include "coffeeauth/testing/contract/store.hpp"
#include "tests/contract/rounds.hpp"
#include "tests/postgres_server.hpp"

using namespace coffeeauth;

namespace {

class PostgresStoreHarness final : public testing::StoreHarness {
 public:
  explicit PostgresStoreHarness(const testing::PostgresSetup& setup = {},
                                std::size_t rounds = testing::race_rounds())
      : server_(setup), rounds_(rounds) {}

  std::unique_ptr<Store> fresh() override {
    if (serial_ > 0) server_.drop_database(database());
    ++serial_;
    server_.create_database(database());
    return reopen();
  }
  bool durable() const override { return true; }
  std::unique_ptr<Store> reopen() override {
    auto options = server_.options(database());
    // The races queue many threads at few connections and locks on a machine that may be busy.
    options.pool_timeout = std::chrono::seconds{60};
    options.lock_timeout = std::chrono::seconds{60};
    options.statement_timeout = std::chrono::seconds{60};
    return sql::make_postgres_store(options);
  }
  std::size_t rounds() const override { return rounds_; }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }

 private:
  std::string database() const { return "contract_" + std::to_string(serial_); }

  testing::PostgresServer server_;
  const std::size_t rounds_;
  int serial_ = 0;
};

}  // namespace

TEST_CASE("the PostgreSQL store keeps the Store contract") {
  static PostgresStoreHarness harness;
  testing::store_contract(harness);
}

TEST_CASE("the PostgreSQL store keeps the Store contract in another time zone and language") {
  // Of what differs here no race depends.
  static PostgresStoreHarness harness({.time_zone = "Asia/Kolkata", .language = "en-US"}, 1);
  testing::store_contract(harness);
}
