// Which database a URL names, and where it can be.

#include "coffeeauth/sql/database.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "coffeeauth/sql/query.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using coffeeauth::testing::TemporaryFolder;

namespace {

std::string path_of(std::string_view url) {
  return std::get<SqliteOptions>(parse_database_url(url)).path;
}

template <class Work>
std::string refusal_of(Work work) {
  try {
    work();
    return {};
  } catch (const std::invalid_argument& refusal) {
    return refusal.what();
  }
}

std::string refusal_of_place(const std::string& path) {
  return refusal_of([&] { check_place(SqliteOptions{.path = path}); });
}

}  // namespace

TEST_CASE("a SQLite URL is relative with three slashes and absolute with four") {
  CHECK(path_of("sqlite:///data/a.db") == "data/a.db");
  CHECK(path_of("sqlite:////var/lib/a.db") == "/var/lib/a.db");
  CHECK(path_of("sqlite:///a%20b%3F.db") == "a b?.db");
  CHECK(path_of("sqlite:////home/ada@work/a.db") == "/home/ada@work/a.db");
  for (const std::string_view url :
       {"", "sqlite:", "sqlite://", "sqlite:///", "sqlite://data/a.db", "SQLITE:///a.db", "/a.db",
        "mysql://u:s3cret@h/d", "sqlite:///x.db?mode=ro", "sqlite:///x.db?", "sqlite:///x%zz",
        "sqlite:///:memory:", "sqlite:///file:x", "sqlite:///a/", "sqlite:///%00"}) {
    CAPTURE(url);
    const auto said = refusal_of([&] { static_cast<void>(parse_database_url(url)); });
    CHECK_FALSE(said.empty());
    CHECK(said.find("s3cret") == std::string::npos);
  }
  CHECK(refusal_of([] { static_cast<void>(parse_database_url("mysql://h/d")); }) ==
        "expected sqlite:///path or postgresql://user:password@host/name");
}

TEST_CASE("the URL of a file leads back to it, whatever it is called") {
  CHECK(sqlite_url("/var/lib/a.db") == "sqlite:////var/lib/a.db");
  for (const auto* const path :
       {"a.db", "/tmp/100% sure?/a#b.db", "ä/\n.db", "/home/ada@work/%41"}) {
    CAPTURE(path);
    CHECK(path_of(sqlite_url(path)) == path);
  }
  CHECK(path_of(sqlite_url(":memory:")) == "./:memory:");
  CHECK(path_of(sqlite_url("file:a")) == "./file:a");
}

TEST_CASE("what a database is called has no password in it, and is seen from any folder") {
  CHECK(name_of(SqliteOptions{.path = "/var/lib/../lib/a.db"}) == "sqlite:/var/lib/a.db");
  CHECK(name_of(SqliteOptions{.path = "a.db"}) ==
        "sqlite:" + (std::filesystem::current_path() / "a.db").string());
  CHECK(name_of(PostgresOptions{.host = "db",
                                .port = 5433,
                                .database = "app",
                                .user = "u",
                                .password = Secret{"s3cret"}}) == "postgresql://db:5433/app");
}

TEST_CASE("a file that cannot be there is told of before SQLite fails") {
  const TemporaryFolder folder;
  CHECK(refusal_of_place(folder.file("a.db")).empty());
  CHECK(refusal_of_place(folder.file("none/a.db")) == folder.file("none") + " is no folder");
  std::filesystem::create_directory(folder.file("b.db"));
  CHECK(refusal_of_place(folder.file("b.db")) == folder.file("b.db") + " is not a file");
  check_place(PostgresOptions{});
  if (::geteuid() == 0) return;  // who may do anything
  std::ofstream{folder.file("c.db")} << "";
  CHECK(refusal_of_place(folder.file("c.db")).empty());
  ::chmod(folder.file("c.db").c_str(), 0400);
  CHECK(refusal_of_place(folder.file("c.db")) ==
        folder.file("c.db") + " cannot be read and written");
  ::chmod(folder.path().c_str(), 0500);
  CHECK(refusal_of_place(folder.file("d.db")) == folder.path().string() + " cannot be written to");
  ::chmod(folder.path().c_str(), 0700);
}

TEST_CASE("a database is opened and migrated by what it is") {
  const TemporaryFolder folder;
  const Database database = parse_database_url("sqlite:///" + folder.file("a.db"));
  CHECK_FALSE(migrate(database).applied.empty());
  CHECK(migrate(database).applied.empty());
  const auto store = make_store(database);
  CHECK(engine_of(*store) == Engine::sqlite);
}
