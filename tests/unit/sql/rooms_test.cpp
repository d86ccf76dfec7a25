// Migrations by room: those of features and of an embedder's own, beside the library's.
#include "coffeeauth/testing/doctest.hpp"

#include "adapters/sql/src/migrator.hpp"
#include "adapters/sql/src/sqlite.hpp"
#include "adapters/sql/src/statement_body.hpp"
#include "sample_migrations.hpp"
#include "tests/unit/sql/fixture.hpp"
#include "tests/unit/sql/room_migrations.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;

namespace {

/// A SQLite file of its own.
class File {
 public:
  [[nodiscard]] SqliteOptions options(std::vector<RoomMigrations> rooms = {}) const {
    return {.path = folder_.file("a.db"), .busy_timeout = std::chrono::seconds{60}, .rooms = rooms};
  }
  MigrationReport migrate(std::vector<RoomMigrations> rooms = {}) const {
    return migrate_sqlite(options(std::move(rooms)));
  }
  std::unique_ptr<Store> open(std::vector<RoomMigrations> rooms = {}, bool may_migrate = true,
                              Diagnostics* diagnostics = nullptr) const {
    auto chosen = options(std::move(rooms));
    chosen.migrate = may_migrate;
    chosen.diagnostics = diagnostics;
    return make_sqlite_store(chosen);
  }
  void migrate_core_to(std::size_t version) const {
    sql::migrate(*open_sqlite(options(), Access::write), sqlite_migrations().first(version));
  }
  // As each program before rooms did when it started.
  [[nodiscard]] std::string said_by_older_program(std::size_t version) const {
    return mistake_of([&] {
      sql::migrate(*open_sqlite(options(), Access::write), sqlite_migrations().first(version));
    });
  }
  std::string execute(const std::string& statement, const std::string& columns = "") const {
    const auto rows =
        open_sqlite(options(), Access::write)->run_once({.text = statement, .columns = columns});
    return rows.empty() ? std::string() : rows.front().text(0);
  }
  [[nodiscard]] std::size_t core_versions() const { return sqlite_migrations().size(); }
  [[nodiscard]] std::string schema() const {
    return execute(
        "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master ORDER BY name)", "t");
  }

 private:
  const TemporaryFolder folder_;
};

std::vector<std::string_view> split(std::string_view text) {
  return split_statements(text, Grammar::sqlite);
}

}  // namespace

TEST_CASE("rooms on SQLite are counted by themselves") { check_rooms_are_counted(File()); }

TEST_CASE("on SQLite a room that is newer, changed or behind is named") {
  check_rooms_are_named(File());
}

TEST_CASE("on SQLite a room that is left out keeps its tables") { check_left_out(File()); }

TEST_CASE("on SQLite a room's migration that fails leaves nothing, and says why") {
  check_failing_room(File());
}

TEST_CASE("on SQLite the rows of a room go with their user") { check_rows_go_with_user(File()); }

TEST_CASE("SQLite files of each older version get rooms, and older programs say so") {
  const File fresh;
  fresh.migrate({sample_migrations()});
  for (std::size_t version = 1; version < sqlite_migrations().size(); ++version) {
    CAPTURE(version);
    const File old;
    old.migrate_core_to(version);
    check_upgrade(old, version);
    CHECK(old.schema() == fresh.schema());
  }
}

TEST_CASE("of many programs that bring a SQLite file up at once, one migrates each room") {
  for (int round = 0; round < 5; ++round) {
    const File file;
    // From the first version, as from none.
    if (round % 2 == 0) file.migrate_core_to(1);
    check_many_at_once(file, round % 2 == 0 ? 1 : 0);
  }
}

TEST_CASE("rooms that cannot be are mistakes, and nothing is made") {
  const File file;
  const auto said = [&](RoomMigrations room) {
    return mistake_of([&] { file.migrate({std::move(room)}); });
  };
  const std::vector<Migration> good{{1, "0001_a", "CREATE TABLE shop_a (x BIGINT);"}};
  for (const auto* const name : {"", "core", "Shop", "1shop", "shop-a", "sh\xc3\xb6p"}) {
    CAPTURE(name);
    CHECK(says(said({name, good, good}), "RoomMigrations::feature"));
  }
  CHECK(says(said({std::string(41, 'a'), good, good}), "RoomMigrations::feature"));
  CHECK(said({"shop", {}, good}) ==
        "the migrations of shop: there are none for SQLite, so it cannot be opened with this room");
  CHECK(said({"shop", {{2, "0002_a", "SELECT 1;"}}, {}}) ==
        "the migrations of shop: 2 should be number 1");
  CHECK(says(said({"shop", {{1, "", "SELECT 1;"}}, {}}), "shop: 1: its name"));
  CHECK(says(said({"shop", {{1, "a", "-- nothing"}}, {}}), "shop: 1: it holds no statement"));
  CHECK(says(said({"shop", {{1, "a", "SELECT 'x"}}, {}}), "shop: 1: a text or a name in quotes"));
  CHECK(says(said({"shop", {{1, "a", "SELECT 1; COMMIT;"}}, {}}), "shop: 1: COMMIT is not for"));
  CHECK(mistake_of([&] {
          file.migrate({{"shop", good, good}, {"shop", good, good}});
        }) == "the migrations of shop are there twice");
  CHECK(file.execute("SELECT name FROM sqlite_master", "t").empty());
  CHECK_NOTHROW(file.migrate({{std::string(40, 'a'), good, {}}}));
}

TEST_CASE("the checksum of a migration is the SHA-256 of its file") {
  CHECK(checksum_of({1, "x", "abc"}) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // What every database that was ever made has for the first migration.
  CHECK(checksum_of(sqlite_migrations().front()) ==
        "7d46ec14d2674f7f1f1cc2fd952da7d69602e6797dc866504be14b4e692feb87");
  CHECK(checksum_of(postgres_migrations().front()) ==
        "220986e7496ef9d6163588f1f0f37f0221cff90a5cbaa5e639e62582819ca2ea");
}

TEST_CASE("a folder of migrations becomes a room") {
  const auto room = sample_migrations();
  CHECK(room.feature == "sample");
  REQUIRE(room.sqlite.size() == 2);
  CHECK(room.postgresql.size() == 2);
  CHECK(room.sqlite[0].version == 1);
  CHECK(room.sqlite[0].name == "0001_notes");
  CHECK(room.sqlite[1].version == 2);
  CHECK(room.sqlite[1].sql ==
        "ALTER TABLE sample_notes ADD COLUMN written_at BIGINT NOT NULL DEFAULT 0;\n");
}

TEST_CASE("statements are split at their semicolons, comments between them left out") {
  CHECK(split("-- hello;\nA (\n  -- in; between\n  'x;y'\n);\n\nB; C") ==
        std::vector<std::string_view>{"A (\n  -- in; between\n  'x;y'\n)", "B", "C"});
  CHECK(split(" ; ;\n").empty());
  CHECK_THROWS_AS(split("A $1;"), std::invalid_argument);
  CHECK_THROWS_AS(split(std::string_view("A\0B", 3)), std::invalid_argument);
}

TEST_CASE("the body of a function or a trigger is part of its statement") {
  CHECK(split_statements("F AS $$ BEGIN\n  A;\n  B;\nEND $$;\nC AS $x$;$x$;\nD;",
                         Grammar::postgresql) ==
        std::vector<std::string_view>{"F AS $$ BEGIN\n  A;\n  B;\nEND $$", "C AS $x$;$x$", "D"});
  CHECK(split("CREATE TRIGGER t BEGIN\n  A;\n  SELECT CASE x WHEN 1 THEN 2 END;\nEND;\nB;") ==
        std::vector<std::string_view>{
            "CREATE TRIGGER t BEGIN\n  A;\n  SELECT CASE x WHEN 1 THEN 2 END;\nEND", "B"});
}
