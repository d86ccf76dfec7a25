#include "coffeeauth/new_device/contract.hpp"

#include "features/new_device/tests/world.hpp"

namespace coffeeauth::new_device {
namespace {

class BackendHarness final : public testing::RoomHarness<DeviceHarness, DeviceStore> {
 public:
  using RoomHarness::RoomHarness;
  std::unique_ptr<DeviceStore> devices_over(Store& store) override { return rows_over(store); }
};

void contract_over(const Backend& backend) {
  BackendHarness harness{backend};
  device_contract(harness);
}

TEST_CASE("devices in memory keep their contract") { contract_over(backends().at(0)); }
TEST_CASE("devices in SQLite keep their contract") { contract_over(backends().at(1)); }
TEST_CASE("devices in PostgreSQL keep their contract") { contract_over(backends().at(2)); }
TEST_CASE("devices in PostgreSQL keep their contract under SERIALIZABLE") {
  contract_over(backends().at(3));
}

}  // namespace
}  // namespace coffeeauth::new_device
