#include "coffeeauth/passkeys/contract.hpp"

#include "coffeeauth/passkeys/memory.hpp"
#include "coffeeauth/passkeys/sql.hpp"
#include "tests/contract/room_backends.hpp"

namespace coffeeauth::passkeys {
namespace {

class BackendHarness final : public coffeeauth::testing::RoomHarness<PasskeyHarness, PasskeyStore> {
 public:
  using RoomHarness::RoomHarness;
  std::unique_ptr<PasskeyStore> passkeys_over(Store& store) override { return rows_over(store); }
};

void contract_over(std::size_t backend) {
  static const auto all =
      coffeeauth::testing::room_backends(migrations, make_memory_passkeys, make_sql_passkeys);
  BackendHarness harness{all.at(backend)};
  passkey_contract(harness);
}

TEST_CASE("passkeys in memory keep their contract") { contract_over(0); }
TEST_CASE("passkeys in SQLite keep their contract") { contract_over(1); }
TEST_CASE("passkeys in PostgreSQL keep their contract") { contract_over(2); }
TEST_CASE("passkeys in PostgreSQL keep their contract under SERIALIZABLE") { contract_over(3); }

}  // namespace
}  // namespace coffeeauth::passkeys
