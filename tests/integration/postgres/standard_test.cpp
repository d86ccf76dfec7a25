// standard::open() over PostgreSQL.

#include <stdexcept>
#include <string>
#include <string_view>

#include "coffeeauth/sql/query.hpp"
#include "sample_migrations.hpp"
#include "tests/integration/postgres/fixture.hpp"
#include "tests/unit/standard/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::standard;

namespace {

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string url;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    url += '%';
    url += digits[octet / 16U];
    url += digits[octet % 16U];
  }
  return url;
}

std::string url_of(const sql::testing::Database& database) {
  const auto options = database.options();
  return "postgresql://" + encoded(options.user) + ":" + encoded(options.password.expose_secret()) +
         "@" + options.host + ":" + std::to_string(options.port) + "/" + options.database;
}

}  // namespace

TEST_CASE("accounts open over PostgreSQL, with the tables of rooms") {
  const sql::testing::Database database;
  InMemory world;
  for (int start = 0; start < 2; ++start) {
    auto options = world.options();
    options.database_url = url_of(database);
    options.rooms = {sql::sample_migrations()};
    auto accounts = open(std::move(options));
    CHECK(sql::engine_of(accounts.store()) == sql::Engine::postgresql);
    CHECK_OK(sign_up(accounts));
  }
  CHECK(database.execute("SELECT count(*) FROM users") == "1");
}

TEST_CASE("a PostgreSQL server that is not there is named, without its password") {
  InMemory world;
  auto options = world.options();
  options.database_url = "postgresql://u:canary@127.0.0.1:1/app";
  std::string said;
  try {
    static_cast<void>(open(std::move(options)));
  } catch (const std::runtime_error& failure) {
    said = failure.what();
  }
  CAPTURE(said);
  CHECK(said.starts_with("database_url: postgresql://127.0.0.1:1/app: "));
  CHECK(said.find("canary") == std::string::npos);
}
