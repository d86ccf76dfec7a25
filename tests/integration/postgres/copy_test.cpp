// sql::copy(): what it refuses, what becomes of values, and what is left when it fails. That every
// table of the program is copied, tests/integration/server/copy_test.cpp shows.
#include "coffeeauth/sql/copy.hpp"

#include <functional>
#include <stdexcept>
#include <utility>

#include "adapters/sql/src/migrator.hpp"
#include "adapters/sql/src/sqlite.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "tests/integration/postgres/fixture.hpp"
#include "tests/unit/sql/room_migrations.hpp"
#include "tests/whole_database.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;

namespace servers = coffeeauth::sql::testing;

namespace {

/// Either kind of database, new.
class EitherKind {
 public:
  explicit EitherKind(Engine engine, std::vector<RoomMigrations> rooms = {}) {
    if (engine == Engine::sqlite) {
      database_ = SqliteOptions{.path = folder_.file("a.db"), .rooms = std::move(rooms)};
    } else {
      auto options = server_.emplace().options();
      options.rooms = std::move(rooms);
      database_ = std::move(options);
    }
  }

  [[nodiscard]] const sql::Database& where() const noexcept { return database_; }
  [[nodiscard]] std::unique_ptr<Store> store() const { return make_store(database_); }
  /// Runs a statement that gives nothing back.
  void run(const std::string& statement) const {
    if (server_) {
      server_->execute(statement);
    } else {
      open_sqlite(std::get<SqliteOptions>(database_), Access::write)->run_once({.text = statement});
    }
  }
  void run_all(const std::vector<std::string>& statements) const {
    for (const auto& statement : statements) run(statement);
  }
  /// Also where nothing was migrated, and without migrating it.
  [[nodiscard]] bool has_table(const std::string& table) const {
    if (server_) return server_->execute("SELECT to_regclass('" + table + "') IS NOT NULL") == "t";
    const auto& options = std::get<SqliteOptions>(database_);
    return !open_sqlite(options, Access::write)
                ->run_once({.text = "SELECT name FROM sqlite_master WHERE name = '" + table + "'",
                            .columns = "t"})
                .empty();
  }
  [[nodiscard]] std::int64_t count(const std::string& table) const {
    return query(*store(), {.text = "SELECT count(*) FROM " + table, .columns = "n"})
        .front()
        .number(0);
  }

 private:
  TemporaryFolder folder_;
  std::optional<servers::Database> server_;
  sql::Database database_;
};

constexpr Engine engines[] = {Engine::sqlite, Engine::postgresql};

/// Runs `test` with a new database of each kind to copy from, and one to copy to.
void between_all(const std::vector<RoomMigrations>& rooms,
                 const std::function<void(EitherKind& from, EitherKind& to)>& test) {
  for (const auto one : engines) {
    for (const auto other : engines) {
      EitherKind from{one, rooms};
      EitherKind to{other, rooms};
      CAPTURE(name_of(from.where()));
      CAPTURE(name_of(to.where()));
      test(from, to);
    }
  }
}

void add_users(const EitherKind& place, std::uint64_t count) {
  const auto store = place.store();
  store->transact([&](Transaction& tx) {
    for (std::uint64_t n = 1; n <= count; ++n) {
      static_cast<void>(tx.users().create_user(new_user(n)));
    }
  });
}

std::string said_by_copy(const EitherKind& from, const EitherKind& to) {
  return mistake_of([&] { static_cast<void>(sql::copy(from.where(), to.where())); });
}

/// Columns of many types, which are not the same on both.
RoomMigrations zoo() {
  static constexpr std::string_view on_sqlite = R"(
    CREATE TABLE zoo (
      number INTEGER PRIMARY KEY AUTOINCREMENT, flag BOOLEAN, thing BLOB NOT NULL, maybe BLOB,
      at TIMESTAMP, price NUMERIC, weight REAL, name VARCHAR(40), "select" BIGINT,
      twice BIGINT GENERATED ALWAYS AS ("select" * 2) STORED);
    CREATE TABLE zoo_keyed (part TEXT, n INTEGER, told TEXT, PRIMARY KEY (part, n)) WITHOUT ROWID;
    CREATE TABLE a_first_child (n BIGINT REFERENCES zoo (number));
    CREATE TABLE zoo_seen (n BIGINT);
    CREATE TRIGGER zoo_is_seen AFTER INSERT ON zoo BEGIN INSERT INTO zoo_seen VALUES (NEW.number); END;
    CREATE TABLE zoo_plans (plan TEXT PRIMARY KEY);
    INSERT INTO zoo_plans VALUES ('free');)";
  static constexpr std::string_view on_postgresql = R"(
    CREATE TABLE zoo (
      number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, flag BOOLEAN, thing BYTEA NOT NULL,
      maybe BYTEA, at TIMESTAMPTZ, price NUMERIC(12, 2), weight DOUBLE PRECISION, name VARCHAR(40),
      "select" INTEGER, twice BIGINT GENERATED ALWAYS AS ("select" * 2) STORED);
    CREATE TABLE zoo_keyed (part TEXT, n SMALLINT, told TEXT, PRIMARY KEY (part, n));
    CREATE TABLE a_first_child (n BIGINT REFERENCES zoo (number));
    CREATE TABLE zoo_seen (n BIGINT);
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO zoo_seen VALUES (NEW.number); RETURN NULL; END $$;
    CREATE TRIGGER zoo_is_seen AFTER INSERT ON zoo FOR EACH ROW EXECUTE FUNCTION see();
    CREATE TABLE zoo_plans (plan TEXT PRIMARY KEY);
    INSERT INTO zoo_plans VALUES ('free');)";
  return {.feature = "zoo",
          .sqlite = {{1, "0001_zoo", on_sqlite}},
          .postgresql = {{1, "0001_zoo", on_postgresql}}};
}

void fill_zoo(const EitherKind& place) {
  const auto store = place.store();
  const bool on_sqlite = engine_of(*store) == Engine::sqlite;
  const std::string odd("\0\xff'\"\\x\0", 7);
  store->transact([&](Transaction& tx) {
    const Sql insert{.text = std::string("INSERT INTO zoo (flag, thing, maybe, at, price, weight, "
                                         "name, \"select\") VALUES (") +
                             (on_sqlite ? "$1" : "CAST($1 AS BIGINT) <> 0") +
                             ", $2, $3, '2026-02-28 12:30:00+00', 12.50, 0.1, $4, $5)"};
    query(tx, insert,
          {std::int64_t{1}, Bytes{odd}, Bytes{odd}, std::string("Ёж 'x' \\"), std::int64_t{7}});
    query(tx, insert, {std::int64_t{0}, Bytes{"a"}, Value{}, std::string(), Value{}});
    query(tx, insert, {Value{}, Bytes{"b"}, Value{}, Value{}, std::int64_t{-1}});
    for (std::int64_t n = 0; n < 1200; ++n) {
      query(tx, {.text = "INSERT INTO zoo_keyed (part, n, told) VALUES ($1, $2, $3)"},
            {std::string(n % 3 == 0 ? "x" : "y"), n, std::string("row")});
    }
    query(tx, {.text = "INSERT INTO a_first_child (n) VALUES (2)"});
    query(tx, {.text = "INSERT INTO zoo_plans (plan) VALUES ('paid')"});
    query(tx, {.text = on_sqlite ? "UPDATE zoo SET thing = x'' WHERE number = 3"
                                 : "UPDATE zoo SET thing = '' WHERE number = 3"});
  });
}

const coffeeauth::testing::TableColumns zoo_columns{
    {"zoo",
     {"number", "flag", "thing", "maybe", "at", "price", "weight", "name", "select", "twice"}},
    {"zoo_keyed", {"part", "n", "told"}},
    {"a_first_child", {"n"}},
    {"zoo_seen", {"n"}},
    {"zoo_plans", {"plan"}}};

/// As the other database has it.
coffeeauth::testing::WholeDatabase alike(coffeeauth::testing::WholeDatabase rows) {
  for (auto& line : rows["zoo"]) {
    // 12.5 is 12.50 where there are two places, and 0.1 has six here.
    for (const auto& [long_text, short_text] :
         {std::pair{"=12.50|", "=12.5|"}, std::pair{"=12.500000|", "=12.5|"}}) {
      const auto at = line.find(long_text);
      if (at != std::string::npos) line.replace(at, std::string(long_text).size(), short_text);
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("a copy gives values the types of the other database's columns, whatever they are") {
  between_all({zoo()}, [](EitherKind& from, EitherKind& to) {
    add_users(from, 3);
    fill_zoo(from);
    const auto report = sql::copy(from.where(), to.where());

    CHECK(report.left_behind.empty());
    CHECK(report.search_failure == "");
    CHECK(alike(coffeeauth::testing::rows_in(*to.store(), zoo_columns)) ==
          alike(coffeeauth::testing::rows_in(*from.store(), zoo_columns)));
    CHECK(to.count("zoo_keyed") == 1200);
    CHECK_MESSAGE(to.count("zoo_seen") == 3, "no trigger ran for rows that were copied");
    CHECK_MESSAGE(to.count("zoo_plans") == 2, "what the migration wrote is there once");

    // And afterwards all of them run, and numbers go on.
    const auto store = to.store();
    store->transact([](Transaction& tx) {
      query(tx, {.text = "INSERT INTO zoo (thing) VALUES ($1)"}, {Bytes{"c"}});
    });
    CHECK(
        query(*store, {.text = "SELECT max(number) FROM zoo", .columns = "n"}).front().number(0) ==
        4);
    CHECK(to.count("zoo_seen") == 4);
    add_user(*store, new_user(9));
    CHECK(store->users().count({}) == 4);
    CHECK(store->users().list_and_count({.filter = {.search = "user9"}}, 10).users.size() == 1);
  });
}

TEST_CASE("a database that holds a row is no place for a copy") {
  between_all({}, [](EitherKind& from, EitherKind& to) {
    add_users(from, 2);
    add_user(*to.store(), new_user(7));
    const auto said = said_by_copy(from, to);
    CAPTURE(said);
    CHECK(said ==
          name_of(to.where()) + ": the table users is not empty: a copy needs a new database");
    CHECK(to.count("users") == 1);
  });
}

TEST_CASE("tables of an application keep their rows in a database that was never migrated") {
  const std::vector<std::string> orders{"CREATE TABLE orders (id BIGINT PRIMARY KEY)",
                                        "INSERT INTO orders VALUES (1)"};
  between_all({}, [&](EitherKind& from, EitherKind& to) {
    add_users(from, 1);
    from.run_all(orders);
    to.run_all(orders);
    to.run_all({"INSERT INTO orders VALUES (2)",
                "CREATE TABLE invoices (order_id BIGINT REFERENCES orders (id) ON DELETE CASCADE)",
                "INSERT INTO invoices VALUES (1)", "INSERT INTO invoices VALUES (2)"});
    CHECK(said_by_copy(from, to) ==
          name_of(to.where()) + ": the table orders is not empty: a copy needs a new database");
    CHECK_MESSAGE(!to.has_table("users"), "it was refused before anything was migrated");
    CHECK(to.count("orders") == 2);
    CHECK(to.count("invoices") == 2);
  });
}

TEST_CASE("an empty table of an application is filled, and what is beside it stays") {
  between_all({zoo()}, [](EitherKind& from, EitherKind& to) {
    add_users(from, 2);
    from.run_all({"CREATE TABLE orders (id BIGINT PRIMARY KEY)", "INSERT INTO orders VALUES (1)"});
    to.run_all({"CREATE TABLE orders (id BIGINT PRIMARY KEY)",
                "CREATE TABLE invoices (order_id BIGINT REFERENCES orders (id) ON DELETE CASCADE)",
                "INSERT INTO invoices VALUES (NULL)", "INSERT INTO invoices VALUES (NULL)"});
    CHECK(said_by_copy(from, to) == "nothing");
    CHECK(to.count("orders") == 1);
    CHECK(to.count("invoices") == 2);
    CHECK(to.count("users") == 2);
    CHECK_MESSAGE(to.count("zoo_plans") == 1, "what the migration wrote is there once");
  });
}

TEST_CASE("rows that refer to a table which is yet to be made are not deleted with its rows") {
  const EitherKind from{Engine::sqlite, {zoo()}};
  const EitherKind to{Engine::sqlite, {zoo()}};
  fill_zoo(from);
  {
    const auto file = open_sqlite(std::get<SqliteOptions>(to.where()), Access::write);
    for (const auto* const statement :
         {"PRAGMA foreign_keys = OFF",
          "CREATE TABLE customers (plan TEXT REFERENCES Zoo_Plans (plan) ON DELETE CASCADE)",
          "INSERT INTO customers VALUES ('free')"}) {
      file->run_once({.text = statement});
    }
  }
  CHECK(said_by_copy(from, to) == name_of(to.where()) +
                                      ": the table customers is not empty and refers to zoo_plans: "
                                      "a copy needs a new database");
  CHECK(to.count("customers") == 1);
}

TEST_CASE("numbers go on behind those that were given out, and only in tables that are copied") {
  const EitherKind from{Engine::sqlite};
  add_users(from, 1);
  from.run_all({"CREATE TABLE orders (id INTEGER PRIMARY KEY)", "INSERT INTO orders VALUES (5)",
                "CREATE TABLE parcels (id INTEGER PRIMARY KEY)", "INSERT INTO parcels VALUES (9)",
                "CREATE TABLE refunds (id INTEGER PRIMARY KEY)",
                "INSERT INTO refunds VALUES (-3)"});
  const servers::Database to;
  for (const std::string table : {"orders", "parcels", "refunds", "invoices"}) {
    to.execute("CREATE TABLE " + table + " (id BIGSERIAL PRIMARY KEY)");
  }
  to.execute("SELECT setval('orders_id_seq', 700)");
  to.execute("INSERT INTO invoices VALUES (3)");
  to.execute("SELECT setval('invoices_id_seq', 500)");
  static_cast<void>(sql::copy(from.where(), to.options()));
  const auto next = [&](const std::string& table) {
    return to.execute("SELECT nextval('" + table + "_id_seq')");
  };
  CHECK(next("orders") == "701");
  CHECK(next("parcels") == "10");
  CHECK(next("refunds") == "2");
  CHECK(next("invoices") == "501");
}

TEST_CASE("a copy that is there is no failure because texts of searches are missing") {
  between_all({}, [](EitherKind& from, EitherKind& to) {
    add_users(from, 3);
    from.run("UPDATE users SET search_text = ''");
    static_cast<void>(migrate(to.where()));
    const bool on_sqlite = std::holds_alternative<SqliteOptions>(to.where());
    if (on_sqlite) {
      to.run(
          "CREATE TRIGGER no_texts BEFORE UPDATE OF search_text ON users BEGIN "
          "SELECT RAISE(ABORT, 'no'); END");
    } else {
      to.run(
          "CREATE FUNCTION no_texts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
          "RAISE EXCEPTION 'no'; END $$");
      to.run(
          "CREATE TRIGGER no_texts BEFORE UPDATE OF search_text ON users FOR EACH ROW "
          "EXECUTE FUNCTION no_texts()");
    }
    const auto report = sql::copy(from.where(), to.where());
    CHECK(report.search_failure.starts_with(name_of(to.where()) + ": "));
    to.run(std::string("DROP TRIGGER no_texts") + (on_sqlite ? "" : " ON users"));
    const auto store = to.store();
    CHECK(store->users().count({}) == 3);
    CHECK(store->users().list_and_count({.filter = {.search = "user3"}}, 10).users.size() == 1);
  });
}

TEST_CASE("a migrated database that holds no row can be filled") {
  between_all({}, [](EitherKind& from, EitherKind& to) {
    add_users(from, 2);
    static_cast<void>(migrate(to.where()));
    CHECK(said_by_copy(from, to) == "nothing");
    CHECK(to.count("users") == 2);
  });
}

TEST_CASE("a source of another version is refused with what to do, and stays as it is") {
  const EitherKind to{Engine::postgresql};
  EitherKind from{Engine::sqlite};
  sql::migrate(*open_sqlite(std::get<SqliteOptions>(from.where()), Access::write),
               sqlite_migrations().first(5));
  CHECK(said_by_copy(from, to).find("is at schema version 5, this program needs") !=
        std::string::npos);
  CHECK(said_by_copy(from, to).find("coffeeauth migrate") != std::string::npos);
  CHECK_MESSAGE(said_by_copy(to, from).find("schema version 0") != std::string::npos,
                "and one that was never migrated");
}

TEST_CASE("a source that is not there is not made") {
  const TemporaryFolder folder;
  const EitherKind to{Engine::sqlite};
  const sql::Database from{SqliteOptions{.path = folder.file("none.db")}};
  const auto said = mistake_of([&] { static_cast<void>(sql::copy(from, to.where())); });
  CHECK(said == name_of(from) + ": there is no such file");
  CHECK_FALSE(std::filesystem::exists(folder.file("none.db")));
  CHECK(mistake_of([&] {
          static_cast<void>(sql::copy(to.where(), to.where()));
        }).find("the database to copy from") != std::string::npos);
}

TEST_CASE("a room that is not opened is refused, and a table of nobody's is named") {
  between_all({zoo()}, [](EitherKind& from, EitherKind& to) {
    add_users(from, 1);
    from.run("CREATE TABLE strangers (x BIGINT)");
    from.run("INSERT INTO strangers VALUES (1)");
    const auto report = sql::copy(from.where(), to.where());
    CHECK(report.left_behind == std::vector<std::string>{"strangers"});
  });
  EitherKind with{Engine::sqlite, {zoo()}};
  static_cast<void>(with.store());
  auto without = std::get<SqliteOptions>(with.where());
  without.rooms.clear();
  const EitherKind to{Engine::postgresql};
  const auto said = mistake_of([&] { static_cast<void>(sql::copy(without, to.where())); });
  CHECK(said.find("holds the room zoo") != std::string::npos);
  CHECK(to.count("users") == 0);
}

TEST_CASE("a copy that fails half-way leaves no row, and can be said again") {
  between_all({zoo()}, [](EitherKind& from, EitherKind& to) {
    add_users(from, 1200);
    fill_zoo(from);
    const auto fail = [](std::string_view table, std::size_t done, std::size_t) {
      if (table == "users" && done > 600) throw std::runtime_error("the machine is gone");
    };
    CHECK(mistake_of([&] { static_cast<void>(sql::copy(from.where(), to.where(), fail)); }) ==
          "the machine is gone");
    CHECK(to.count("users") == 0);
    CHECK(to.count("zoo_keyed") == 0);
    // A room that its migration gave rows is one that somebody could have used meanwhile.
    CHECK(said_by_copy(from, to) ==
          name_of(to.where()) + ": the table zoo_plans is not empty: a copy needs a new database");
    to.run("DELETE FROM zoo_plans");
    CHECK(said_by_copy(from, to) == "nothing");
    CHECK(to.count("users") == 1200);
    CHECK(to.store()->users().count({}) == 1200);
  });
}

TEST_CASE("a copy whose server is lost half-way leaves no row") {
  const EitherKind from{Engine::sqlite};
  add_users(from, 1200);
  const servers::Database lost;
  const auto cut = [&](std::string_view table, std::size_t done, std::size_t) {
    if (table != "users" || done == 0) return;
    shared_server().execute(
        "postgres",
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '" +
            lost.name() + "'");
  };
  const auto said =
      mistake_of([&] { static_cast<void>(sql::copy(from.where(), lost.options(), cut)); });
  CHECK(said.find("the connection to the database was lost") != std::string::npos);
  CHECK(lost.execute("SELECT count(*) FROM users") == "0");
  CHECK_NOTHROW(static_cast<void>(sql::copy(from.where(), lost.options())));
  CHECK(lost.execute("SELECT sum(n) FROM user_counts") == "1200");
}

TEST_CASE("what is written to the source meanwhile is not in the copy, and does not wait for it") {
  between_all({}, [](EitherKind& from, EitherKind& to) {
    add_users(from, 700);
    const auto store = from.store();
    std::uint64_t serial = 1000;
    const auto write = [&](std::string_view, std::size_t, std::size_t) {
      add_user(*store, new_user(++serial));
      store->transact([&](Transaction& tx) {
        static_cast<void>(
            tx.sessions().open_session(new_session(serial, nth_id<UserId>(serial)), 1, 100));
      });
    };
    const auto report = sql::copy(from.where(), to.where(), write);
    CHECK(serial > 1005);
    CHECK(to.count("users") == 700);
    CHECK(to.count("sessions") == 0);
    for (const auto& table : report.tables) {
      if (table.name == "users") CHECK(table.rows == 700);
    }
  });
}

TEST_CASE("nobody writes to the target meanwhile, and nobody sees a part of the copy") {
  const EitherKind from{Engine::sqlite};
  add_users(from, 600);
  const servers::Database target;
  std::size_t looked = 0;
  const auto look = [&](std::string_view table, std::size_t done, std::size_t) {
    if (table != "users" || done == 0) return;
    ++looked;
    CHECK(target.execute("SELECT count(*) FROM users") == "0");
    CHECK_THROWS_AS(target.execute("SET lock_timeout = '50ms'; INSERT INTO leases VALUES "
                                   "('a', 'b', 1)"),
                    std::runtime_error);
  };
  static_cast<void>(sql::copy(from.where(), target.options(), look));
  CHECK(looked == 2);
  CHECK(target.execute("SELECT count(*) FROM users") == "600");
}

TEST_CASE("a value that its column is not declared for is named before anything is written") {
  const EitherKind from{Engine::sqlite, {zoo()}};
  const EitherKind to{Engine::postgresql, {zoo()}};
  fill_zoo(from);
  from.run("UPDATE zoo SET \"select\" = 'many' WHERE number = 1");
  CHECK(said_by_copy(from, to) ==
        name_of(from.where()) + ": the table zoo has a value in select that is no BIGINT");
  CHECK(to.count("zoo") == 0);
}

TEST_CASE("a copy is told of its progress, table by table") {
  const EitherKind from{Engine::sqlite};
  const EitherKind to{Engine::sqlite};
  add_users(from, 1100);
  std::vector<std::size_t> told;
  const auto report =
      sql::copy(from.where(), to.where(), [&](auto table, std::size_t done, std::size_t total) {
        if (table != "users") return;
        CHECK(total == 1100);
        told.push_back(done);
      });
  CHECK(told.front() == 0);
  CHECK(told.back() == 1100);
  CHECK(told.size() > 2);
  CHECK(std::any_of(report.tables.begin(), report.tables.end(), [](const CopiedTable& table) {
    return table.name == "users" && table.rows == 1100;
  }));
}
