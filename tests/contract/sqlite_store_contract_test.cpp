#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/sql/sql.hpp"
#include "coffeeauth/testing/contract/store.hpp"
#include "tests/contract/rounds.hpp"
#include "tests/contract/secret_key_change.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffeeauth;

namespace {

class SqliteStoreHarness final : public testing::StoreHarness {
 public:
  std::unique_ptr<Store> fresh() override {
    ++serial_;
    return reopen();
  }
  bool durable() const override { return true; }
  std::unique_ptr<Store> reopen() override {
    // The races queue many writers at one lock on a machine that may be busy.
    return sql::make_sqlite_store({.path = folder_.file(std::to_string(serial_) + ".db"),
                                   .busy_timeout = std::chrono::seconds{60}});
  }
  std::size_t rounds() const override { return testing::race_rounds(); }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }

 private:
  testing::TemporaryFolder folder_;
  int serial_ = 0;
};

}  // namespace

TEST_CASE("the SQLite store keeps the Store contract") {
  SqliteStoreHarness harness;
  testing::store_contract(harness);
}

TEST_CASE("a change of the secret key loses nothing that the SQLite store holds") {
  SqliteStoreHarness harness;
  testing::secret_key_change(harness);
}
