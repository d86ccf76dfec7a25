#pragma once
/// PostgresStoreHarness: Stores in a PostgreSQL server of their own, for contract suites.

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "coffeeauth/sql/sql.hpp"
#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/race.hpp"
#include "tests/contract/rounds.hpp"
#include "tests/postgres_server.hpp"

namespace coffeeauth::testing {

/// What the transactions that write run as.
enum class Isolation { read_committed, serializable };

class PostgresStoreHarness final : public StoreHarness {
 public:
  explicit PostgresStoreHarness(const PostgresSetup& setup = {}, std::size_t rounds = race_rounds(),
                                std::vector<sql::RoomMigrations> rooms = {},
                                Isolation isolation = Isolation::read_committed)
      : server_(setup), rounds_(rounds), rooms_(std::move(rooms)), isolation_(isolation) {}

  std::unique_ptr<Store> fresh() override {
    // To make one and migrate it takes a hundred times as long as to empty the last one. A new one
    // now and then, or what was deleted piles up in it.
    if (uses_ == 0 || uses_ >= most_uses || !is_emptied()) {
      if (serial_ > 0) server_.drop_database(database());
      ++serial_;
      uses_ = 0;
      server_.create_database(database());
    }
    ++uses_;
    return reopen();
  }
  bool durable() const override { return true; }
  std::unique_ptr<Store> reopen() override {
    auto options = server_.options(database());
    // The races queue many threads at few connections and locks on a machine that may be busy.
    options.pool_timeout = std::chrono::seconds{60};
    options.lock_timeout = std::chrono::seconds{60};
    options.statement_timeout = std::chrono::seconds{60};
    options.rooms = rooms_;
    options.serializable = isolation_ == Isolation::serializable;
    return sql::make_postgres_store(options);
  }
  std::size_t rounds() const override { return rounds_; }
  // Under SERIALIZABLE each of many at one row makes all others begin again.
  std::size_t threads() const override {
    return isolation_ == Isolation::serializable ? 16 : race_threads;
  }
  void raced(std::size_t rounds, std::size_t threads) override { report_race(rounds, threads); }

 private:
  static constexpr int most_uses = 100;

  // With triggers switched off: what they count is deleted, too.
  bool is_emptied() {
    try {
      server_.execute(database(), R"(DO $$ DECLARE each record; BEGIN
        SET LOCAL lock_timeout = '5s';
        SET LOCAL session_replication_role = replica;
        FOR each IN SELECT tablename FROM pg_tables
                    WHERE schemaname = 'public' AND tablename NOT IN ('schema_migrations', 'feature_migrations') LOOP
          EXECUTE format('DELETE FROM %I', each.tablename);
        END LOOP; END $$)");
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  std::string database() const { return "contract_" + std::to_string(serial_); }

  PostgresServer server_;
  const std::size_t rounds_;
  const std::vector<sql::RoomMigrations> rooms_;
  const Isolation isolation_;
  int serial_ = 0;
  int uses_ = 0;
};

}  // namespace coffeeauth::testing
