#pragma once
/// RoomBackend: each kind of Store with the tables of a room, for the tests of features/.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/testing/doctest.hpp"

#include "lib/testing/contract/race.hpp"
#include "tests/contract/memory_harness.hpp"
#include "tests/contract/postgres_harness.hpp"
#include "tests/contract/sqlite_harness.hpp"
#include "tests/parsed.hpp"

namespace coffeeauth::testing {

/// A kind of Store, and the room's rows in it.
template <class RowStore>
struct RoomBackend {
  std::string name;
  /// Made when it is asked for first: one may start a server.
  std::function<StoreHarness&()> harness;
  std::function<std::unique_ptr<RowStore>(Store&)> rows_over;
  /// Whether it is PostgreSQL under SERIALIZABLE, where whoever loses a race too often is told to
  /// try again later.
  bool is_serializable = false;
};

/// Memory, SQLite, PostgreSQL, and PostgreSQL under SERIALIZABLE. The harnesses live as long as the
/// program: one call for each kind of rows.
template <class RowStore>
std::vector<RoomBackend<RowStore>> room_backends(sql::RoomMigrations (*migrations)(),
                                                 std::unique_ptr<RowStore> (*in_memory)(Store&),
                                                 std::unique_ptr<RowStore> (*in_sql)()) {
  const auto of_memory = []() -> StoreHarness& {
    static MemoryStoreHarness harness;
    return harness;
  };
  const auto of_file = [migrations]() -> StoreHarness& {
    static SqliteStoreHarness harness{{migrations()}};
    return harness;
  };
  const auto of_server = [migrations]() -> StoreHarness& {
    static PostgresStoreHarness harness{{}, race_rounds(), {migrations()}};
    return harness;
  };
  const auto of_strict_server = [migrations]() -> StoreHarness& {
    static PostgresStoreHarness harness{{}, race_rounds(), {migrations()}, Isolation::serializable};
    return harness;
  };
  const auto sql_rows = [in_sql](Store&) { return in_sql(); };
  return {{"memory", of_memory, in_memory},
          {"SQLite", of_file, sql_rows},
          {"PostgreSQL", of_server, sql_rows},
          {"PostgreSQL under SERIALIZABLE", of_strict_server, sql_rows, true}};
}

/// What the harnesses of all rooms have in common; `Harness` is the room's.
template <class Harness, class RowStore>
class RoomHarness : public Harness {
 public:
  explicit RoomHarness(const RoomBackend<RowStore>& backend) : backend_(backend) {}

  std::unique_ptr<Store> fresh() override { return backend_.harness().fresh(); }
  std::size_t rounds() const override { return backend_.harness().rounds(); }
  std::size_t threads() const override { return backend_.harness().threads(); }
  void raced(std::size_t rounds, std::size_t threads) override {
    backend_.harness().raced(rounds, threads);
  }

 protected:
  [[nodiscard]] std::unique_ptr<RowStore> rows_over(Store& store) const {
    return backend_.rows_over(store);
  }

 private:
  const RoomBackend<RowStore>& backend_;
};

/// Runs `test` over each kind of Store, in a subcase of its name. What needs more than one verb is
/// tried under READ COMMITTED alone: the contracts try each verb under SERIALIZABLE, and a room its
/// races, as in features/recovery/tests/strict_isolation_test.cpp.
template <class RowStore, class Test>
void on_each_backend(const std::vector<RoomBackend<RowStore>>& backends, Test test) {
  for (const auto& backend : backends) {
    if (backend.is_serializable) continue;
    SUBCASE(backend.name.c_str()) { test(backend); }
  }
}

}  // namespace coffeeauth::testing
