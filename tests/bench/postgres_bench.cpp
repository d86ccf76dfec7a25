// The PostgreSQL store beside a bare prepared statement of libpq on the same server. Only with
// COFFEEAUTH_BENCH_DATABASE_URL, which names an empty database.

#include <benchmark/benchmark.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "allocations.hpp"
#include "world.hpp"

namespace coffeeauth::bench {
namespace {

std::string database_url() {
  const auto* const url = std::getenv("COFFEEAUTH_BENCH_DATABASE_URL");
  return url == nullptr ? std::string{} : std::string{url};
}

void postgres_find_user(benchmark::State& state) {
  World world{database_url()};
  const auto id = world.live().user.id;
  const Allocations counted{state};
  for (auto _ : state) benchmark::DoNotOptimize(world.store().users().find(id));
}

struct Close {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Close>;

void postgres_find_user_limit(benchmark::State& state) {
  World world{database_url()};
  const auto id = world.live().user.id.str();
  const std::unique_ptr<PGconn, Close> connection{PQconnectdb(database_url().c_str())};
  const Result prepared{
      PQprepare(connection.get(), "find",
                "SELECT id, email_display, email_canonical, first_name, last_name, language, role, "
                "is_verified, "
                "is_active, second_factor, date_joined, last_login, version, security_version FROM "
                "users WHERE id = $1",
                1, nullptr)};
  if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) {
    return state.SkipWithError("the server cannot be reached");
  }
  const char* const values[] = {id.c_str()};  // NOLINT: as libpq wants it
  for (auto _ : state) {
    const Result found{PQexecPrepared(connection.get(), "find", 1, values, nullptr, nullptr, 0)};
    if (PQntuples(found.get()) != 1) state.SkipWithError("no row");
    for (int column = 0; column < PQnfields(found.get()); ++column) {
      benchmark::DoNotOptimize(PQgetvalue(found.get(), 0, column));
    }
  }
}

// Registered where there is a server only, or a run without one would look like a failed one.
const bool registered = [] {
  if (database_url().empty()) return false;
  benchmark::RegisterBenchmark("postgres_find_user", postgres_find_user)->UseRealTime();
  benchmark::RegisterBenchmark("postgres_find_user_limit", postgres_find_user_limit)->UseRealTime();
  return true;
}();

}  // namespace
}  // namespace coffeeauth::bench
