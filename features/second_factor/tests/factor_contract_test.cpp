#include "coffeeauth/second_factor/contract.hpp"

#include "coffeeauth/second_factor/memory.hpp"
#include "coffeeauth/second_factor/sql.hpp"
#include "tests/contract/room_backends.hpp"

namespace coffeeauth::second_factor {
namespace {

class BackendHarness final : public testing::RoomHarness<FactorHarness, FactorStore> {
 public:
  using RoomHarness::RoomHarness;
  std::unique_ptr<FactorStore> factors_over(Store& store) override { return rows_over(store); }
};

void contract_over(std::size_t backend) {
  static const auto all = testing::room_backends(migrations, make_memory_factors, make_sql_factors);
  BackendHarness harness{all.at(backend)};
  factor_contract(harness);
}

TEST_CASE("factors in memory keep their contract") { contract_over(0); }
TEST_CASE("factors in SQLite keep their contract") { contract_over(1); }
TEST_CASE("factors in PostgreSQL keep their contract") { contract_over(2); }
TEST_CASE("factors in PostgreSQL keep their contract under SERIALIZABLE") { contract_over(3); }

}  // namespace
}  // namespace coffeeauth::second_factor
