#include "coffeeauth/testing/doctest.hpp"

#include <stdexcept>

#include "coffeeauth/sql/sql.hpp"
#include "coffeeauth/testing/contract/store.hpp"
#include "tests/contract/rounds.hpp"
#include "tests/contract/secret_key_change.hpp"
#include "tests/postgres_server.hpp"

using namespace coffeeauth;

namespace {

class PostgresStoreHarness final : public testing::StoreHarness {
 public:
  explicit PostgresStoreHarness(const testing::PostgresSetup& setup = {},
                                std::size_t rounds = testing::race_rounds())
      : server_(setup), rounds_(rounds) {}

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
    return sql::make_postgres_store(options);
  }
  std::size_t rounds() const override { return rounds_; }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }

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

  testing::PostgresServer server_;
  const std::size_t rounds_;
  int serial_ = 0;
  int uses_ = 0;
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

TEST_CASE("a change of the secret key loses nothing that the PostgreSQL store holds") {
  static PostgresStoreHarness harness;
  testing::secret_key_change(harness);
}
