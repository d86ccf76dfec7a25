#include "coffeeauth/new_device/bundle.hpp"

#include <stdexcept>

#include "coffeeauth/new_device/memory.hpp"
#include "coffeeauth/new_device/new_device.hpp"
#include "coffeeauth/new_device/sql.hpp"
#include "coffeeauth/sql/query.hpp"

namespace coffeeauth::new_device {
namespace {

std::unique_ptr<DeviceStore> devices_beside(Store& store) {
  return sql::is_sql_store(store) ? make_sql_devices() : make_memory_devices(store);
}

class NewDeviceBundle final : public standard::Bundle {
 public:
  explicit NewDeviceBundle(NewDeviceOptions options) : options_(options) {}

  std::string_view name() const noexcept override { return "new_device"; }
  std::vector<ConfigField> fields() override { return new_device::fields(options_); }
  sql::RoomMigrations migrations() const override { return new_device::migrations(); }
  std::vector<MailKind> mails() const override { return new_device::mails(); }

  Feature& open(Store& store, const standard::Surroundings&) override {
    if (feature_) throw std::logic_error("this bundle of new_device was opened before");
    devices_ = devices_beside(store);
    feature_ = std::make_unique<NewDevice>(*devices_, options_);
    return *feature_;
  }

  std::vector<http::Route> routes(Auth&) override { return {}; }

 private:
  NewDeviceOptions options_;
  std::unique_ptr<DeviceStore> devices_;
  std::unique_ptr<NewDevice> feature_;
};

}  // namespace

std::shared_ptr<standard::Bundle> bundle(NewDeviceOptions options) {
  return std::make_shared<NewDeviceBundle>(options);
}

}  // namespace coffeeauth::new_device
