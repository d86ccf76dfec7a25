#include "features/new_device/tests/world.hpp"

#include <algorithm>
#include <utility>

#include "coffeeauth/new_device/memory.hpp"
#include "coffeeauth/new_device/sql.hpp"

namespace coffeeauth::new_device {
namespace {

std::vector<Feature*> with(Feature& room, std::vector<Feature*> further) {
  further.push_back(&room);
  return further;
}

}  // namespace

const std::vector<Backend>& backends() {
  static const auto all = testing::room_backends(migrations, make_memory_devices, make_sql_devices);
  return all;
}

World::World(const Backend& backend, NewDeviceOptions options, Config config,
             std::vector<Feature*> further)
    : store_(backend.harness().fresh()),
      devices(backend.rows_over(*store_)),
      room(*devices, options),
      t({.config = std::move(config),
         .store = std::move(store_),
         .features = with(room, std::move(further))}),
      ada(t.logged_in_user()) {}

std::size_t World::told() {
  t.deliver_mail();
  const auto mails = t.mailer().delivered();
  return static_cast<std::size_t>(std::count_if(mails.begin(), mails.end(), [](const Mail& mail) {
    return mail.to.canonical() == "ada@example.org" &&
           mail.subject.find("a login from a new device") != std::string::npos;
  }));
}

std::size_t World::told_of(const ClientContext& client) {
  const auto before = told();
  REQUIRE_OK(log_in(client));
  return told() - before;
}

}  // namespace coffeeauth::new_device
