#include "features/email_login/tests/world.hpp"

namespace coffeeauth::email_login {
namespace {

class BackendHarness final : public testing::RoomHarness<TicketHarness, TicketStore> {
 public:
  using RoomHarness::RoomHarness;
  std::unique_ptr<TicketStore> tickets_over(Store& store) override { return rows_over(store); }
};

void contract_over(const Backend& backend) {
  BackendHarness harness{backend};
  ticket_contract(harness);
}

TEST_CASE("tickets in memory keep their contract") { contract_over(backends().at(0)); }
TEST_CASE("tickets in SQLite keep their contract") { contract_over(backends().at(1)); }
TEST_CASE("tickets in PostgreSQL keep their contract") { contract_over(backends().at(2)); }
TEST_CASE("tickets in PostgreSQL keep their contract under SERIALIZABLE") {
  contract_over(backends().at(3));
}

}  // namespace
}  // namespace coffeeauth::email_login
