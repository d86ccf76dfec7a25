// Migrations by room on PostgreSQL; see tests/unit/sql/room_migrations.hpp.
#include "coffeeauth/testing/doctest.hpp"

#include "adapters/sql/src/migrator.hpp"
#include "adapters/sql/src/postgres.hpp"
#include "tests/integration/postgres/fixture.hpp"
#include "tests/unit/sql/room_migrations.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;

namespace {

class Place {
 public:
  explicit Place(bool serializable = false) : serializable_(serializable) {}

  [[nodiscard]] PostgresOptions options(std::vector<RoomMigrations> rooms = {}) const {
    auto chosen = database_.options();
    chosen.serializable = serializable_;
    chosen.rooms = std::move(rooms);
    return chosen;
  }
  MigrationReport migrate(std::vector<RoomMigrations> rooms = {}) const {
    return migrate_postgres(options(std::move(rooms)));
  }
  std::unique_ptr<Store> open(std::vector<RoomMigrations> rooms = {}, bool may_migrate = true,
                              Diagnostics* diagnostics = nullptr) const {
    auto chosen = options(std::move(rooms));
    chosen.migrate = may_migrate;
    chosen.diagnostics = diagnostics;
    return make_postgres_store(chosen);
  }
  void migrate_core_to(std::size_t version) const {
    sql::migrate(*open_postgres(options(), Purpose::migration),
                 postgres_migrations().first(version));
  }
  // As each program before rooms did when it started.
  [[nodiscard]] std::string said_by_older_program(std::size_t version) const {
    return mistake_of([&] { migrate_core_to(version); });
  }
  [[nodiscard]] std::size_t core_versions() const { return postgres_migrations().size(); }
  [[nodiscard]] const Database& database() const noexcept { return database_; }
  // Every column, index, trigger and function there is.
  [[nodiscard]] std::string schema() const {
    return database_.execute(R"(SELECT string_agg(line, E'\n' ORDER BY line) FROM (
      SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' ||
             coalesce(column_default, '') AS line
      FROM information_schema.columns WHERE table_schema = 'public'
      UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
      UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace) AS lines)");
  }

 private:
  const Database database_;
  const bool serializable_;
};

}  // namespace

TEST_CASE("rooms on PostgreSQL are counted by themselves") { check_rooms_are_counted(Place()); }

TEST_CASE("on PostgreSQL a room that is newer, changed or behind is named") {
  check_rooms_are_named(Place());
}

TEST_CASE("on PostgreSQL a room that is left out keeps its tables") { check_left_out(Place()); }

TEST_CASE("on PostgreSQL a room's migration that fails leaves nothing, and says why") {
  check_failing_room(Place());
}

TEST_CASE("on PostgreSQL the rows of a room go with their user") {
  check_rows_go_with_user(Place());
}

TEST_CASE("a room without migrations for PostgreSQL cannot be opened there") {
  auto room = room_of("one", 1);
  room.postgresql.clear();
  CHECK(mistake_of([&] { Place().migrate({room}); }) ==
        "the migrations of one: there are none for PostgreSQL, so it cannot be opened with this "
        "room");
}

TEST_CASE("PostgreSQL databases of each older version get rooms, and older programs say so") {
  const Place fresh;
  fresh.migrate({sample_migrations()});
  for (std::size_t version = 1; version < postgres_migrations().size(); ++version) {
    CAPTURE(version);
    const Place old;
    old.migrate_core_to(version);
    check_upgrade(old, version);
    CHECK(old.schema() == fresh.schema());
  }
}

TEST_CASE("of many programs that bring a PostgreSQL database up at once, one migrates each room") {
  for (const bool serializable : {false, true}) {
    CAPTURE(serializable);
    check_many_at_once(Place(serializable), 0);
    const Place old(serializable);
    old.migrate_core_to(1);
    check_many_at_once(old, 1);
  }
}

TEST_CASE("the data of a database with rooms loads into another one with them") {
  const Place from;
  from.open({sample_migrations()});
  const Place to;
  to.open({sample_migrations()});
  const auto rows = from.database().execute(
      "SELECT string_agg(format('(%L, %s, %L, %L)', feature, version, name, checksum), ',') "
      "FROM feature_migrations");
  to.database().execute(
      "INSERT INTO feature_migrations (feature, version, name, checksum) VALUES " + rows);
  CHECK(described(to.migrate({sample_migrations()})) == "sample 2:;");
  CHECK_NOTHROW(to.open({sample_migrations()}, false));
}

TEST_CASE("a room may bring functions with arguments, and statements that give rows") {
  const std::vector<Migration> steps{
      {1, "0001_functions",
       "CREATE FUNCTION shop_twice(n BIGINT) RETURNS BIGINT LANGUAGE sql AS $$ SELECT 2 * $1; $$;\n"
       "SELECT shop_twice(21);\n"}};
  const Place place;
  const auto store = place.open({{"shop", {}, steps}});
  CHECK(query(*store, {"SELECT shop_twice(4)", "n"}).at(0).number(0) == 8);
}
