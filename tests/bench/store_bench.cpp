// The SQLite store beside a bare prepared statement on the same file.

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <memory>
#include <string>

#include "allocations.hpp"
#include "world.hpp"

namespace coffeeauth::bench {
namespace {

void store_find_user(benchmark::State& state) {
  World world;
  const auto id = world.live().user.id;
  const Allocations counted{state};
  for (auto _ : state) benchmark::DoNotOptimize(world.store().users().find(id));
}

struct Close {
  void operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

void store_find_user_limit(benchmark::State& state) {
  World world;
  const auto id = world.live().user.id.str();
  sqlite3* opened = nullptr;
  const bool open = sqlite3_open(world.database().c_str(), &opened) == SQLITE_OK;
  const std::unique_ptr<sqlite3, Close> database{opened};
  sqlite3_stmt* prepared = nullptr;
  if (!open || sqlite3_prepare_v2(database.get(), "SELECT * FROM users WHERE id = ?", -1, &prepared,
                                  nullptr) != SQLITE_OK) {
    return state.SkipWithError("the file cannot be read");
  }
  const std::unique_ptr<sqlite3_stmt, Close> statement{prepared};
  for (auto _ : state) {
    sqlite3_bind_text(statement.get(), 1, id.data(), static_cast<int>(id.size()), SQLITE_STATIC);
    if (sqlite3_step(statement.get()) != SQLITE_ROW) state.SkipWithError("no row");
    for (int column = 0; column < sqlite3_column_count(statement.get()); ++column) {
      benchmark::DoNotOptimize(sqlite3_column_text(statement.get(), column));
    }
    sqlite3_reset(statement.get());
  }
}

void store_write_user(benchmark::State& state) {
  World world;
  const auto id = world.live().user.id;
  int round = 0;
  const Allocations counted{state};
  for (auto _ : state) {
    const UserPatch patch{.first_name = "Ada" + std::to_string(++round)};
    world.store().transact([&](Transaction& tx) {
      (void)tx.users().update_user(id, std::nullopt, patch, world.live().user.date_joined);
    });
  }
}

BENCHMARK(store_find_user);
BENCHMARK(store_find_user_limit);
BENCHMARK(store_write_user)->UseRealTime();

}  // namespace
}  // namespace coffeeauth::bench
