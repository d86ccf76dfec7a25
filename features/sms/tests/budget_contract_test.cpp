#include "coffeeauth/sms/contract.hpp"

#include <array>

#include "coffeeauth/sms/sql.hpp"
#include "coffeeauth/sql/sql.hpp"
#include "features/sms/tests/world.hpp"
#include "lib/testing/contract/patient.hpp"
#include "lib/testing/contract/race.hpp"
#include "lib/testing/contract/samples.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::sms {
namespace {

class BackendHarness final : public testing::RoomHarness<BudgetHarness, BudgetStore> {
 public:
  using RoomHarness::RoomHarness;
  std::unique_ptr<BudgetStore> budgets_over(Store& store) override { return rows_over(store); }
};

void contract_over(const Backend& backend) {
  BackendHarness harness{backend};
  budget_contract(harness);
}

TEST_CASE("budgets in memory keep their contract") { contract_over(backends().at(0)); }
TEST_CASE("budgets in SQLite keep their contract") { contract_over(backends().at(1)); }
TEST_CASE("budgets in PostgreSQL keep their contract") { contract_over(backends().at(2)); }
TEST_CASE("budgets in PostgreSQL keep their contract under SERIALIZABLE") {
  contract_over(backends().at(3));
}

TEST_CASE("the limit of the service holds over two processes") {
  const testing::TemporaryFolder folder;
  const auto opened = [&] {
    return sql::make_sqlite_store(
        sql::SqliteOptions{.path = folder.file("users.db"), .rooms = {migrations()}});
  };
  // What two processes have in common is the database.
  const std::array stores{opened(), opened()};
  constexpr std::size_t crew = 32;
  stores[0]->transact([&](Transaction& tx) {
    for (std::uint64_t n = 1; n <= crew; ++n) {
      static_cast<void>(tx.users().create_user(testing::user(n)));
    }
  });
  const auto budgets = make_sql_budgets();
  const SmsLimits limits{.service_per_hour = 7};
  const auto said = testing::race(crew, [&](std::size_t i) {
    return testing::patiently(*stores[i % 2], [&](Transaction& tx) {
      return budgets->in(tx)
          ->take({.user = testing::nth<UserId>(1 + i),
                  .number = {testing::nth_digest<FeatureDigest>(i)},
                  .network = {testing::nth_digest<FeatureDigest>(1'000 + i)}},
                 limits, testing::noon)
          .verdict;
    });
  });
  CHECK(testing::count_of(said, BudgetVerdict::taken) == 7);
  CHECK(testing::count_of(said, BudgetVerdict::service_full) == crew - 7);
}

}  // namespace
}  // namespace coffeeauth::sms
