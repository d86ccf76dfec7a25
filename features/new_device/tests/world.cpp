#include "features/new_device/tests/world.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/new_device/memory.hpp"
#include "coffeeauth/new_device/sql.hpp"
#include "tests/contract/postgres_harness.hpp"
#include "tests/contract/rounds.hpp"
#include "tests/contract/sqlite_harness.hpp"

namespace coffeeauth::new_device {
namespace {

class MemoryHarness final : public testing::StoreHarness {
 public:
  std::unique_ptr<Store> fresh() override { return memory::make_memory_store(); }
  bool durable() const override { return false; }
  std::unique_ptr<Store> reopen() override { throw std::logic_error("forgets"); }
  std::size_t rounds() const override { return testing::race_rounds(10); }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }
};

std::vector<Feature*> with(Feature& room, std::vector<Feature*> further) {
  further.push_back(&room);
  return further;
}

}  // namespace

const std::vector<Backend>& backends() {
  const auto in_memory = []() -> testing::StoreHarness& {
    static MemoryHarness harness;
    return harness;
  };
  const auto in_file = []() -> testing::StoreHarness& {
    static testing::SqliteStoreHarness harness{{migrations()}};
    return harness;
  };
  const auto on_server = []() -> testing::StoreHarness& {
    static testing::PostgresStoreHarness harness{{}, testing::race_rounds(), {migrations()}};
    return harness;
  };
  const auto in_sql = [](Store&) { return make_sql_devices(); };
  static const std::vector<Backend> all{
      {"memory", in_memory, make_memory_devices},
      {"SQLite", in_file, in_sql},
      {"PostgreSQL", on_server, in_sql},
  };
  return all;
}

World::World(const Backend& backend, NewDeviceOptions options, Config config,
             std::vector<Feature*> further)
    : store_(backend.harness().fresh()),
      devices(backend.devices_over(*store_)),
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

EmailAddress email(std::string_view text) { return EmailAddress::parse(text).value(); }
Password password(std::string_view text) { return Password::parse(text).value(); }

}  // namespace coffeeauth::new_device
