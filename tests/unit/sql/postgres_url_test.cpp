#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/sql/sql.hpp"
#include "tests/exposed.hpp"

using namespace coffeeauth::sql;

TEST_CASE("the URL of a PostgreSQL database is read whole") {
  const auto options = parse_postgres_url(
      "postgresql://coffee:b%20ar%40%2F%3A@db.example.com:6543/app%2Ddb"
      "?sslmode=verify-full&connect_timeout=7&sslrootcert=/etc/ca.pem");

  CHECK(options.user == "coffee");
  CHECK(options.password.expose_secret() == "b ar@/:");
  CHECK(options.host == "db.example.com");
  CHECK(options.port == 6543);
  CHECK(options.database == "app-db");
  CHECK(options.sslmode == "verify-full");
  CHECK(options.sslrootcert == "/etc/ca.pem");
  CHECK(options.connect_timeout == std::chrono::seconds{7});
}

TEST_CASE("what a URL leaves out is as in the options") {
  const PostgresOptions otherwise;
  const auto options = parse_postgres_url("postgres://coffee@db/app");

  CHECK(options.password.empty());
  CHECK(options.port == 5432);
  CHECK(options.sslmode == otherwise.sslmode);
  CHECK(options.connect_timeout == otherwise.connect_timeout);
  CHECK(parse_postgres_url("postgres://coffee@:5433/app").host == otherwise.host);
  CHECK(parse_postgres_url("postgres://coffee@db:/app").port == 5432);
}

TEST_CASE("addresses and folders of sockets are hosts, too") {
  CHECK(parse_postgres_url("postgresql://u@[::1]:5433/app").host == "::1");
  CHECK(parse_postgres_url("postgresql://u@[::1]:5433/app").port == 5433);
  CHECK(parse_postgres_url("postgresql://u@[::1]/app").port == 5432);
  CHECK(parse_postgres_url("postgresql://u@%2Fvar%2Frun/app").host == "/var/run");
  CHECK(parse_postgres_url("postgresql://u@/app?host=/var/run&port=5434").host == "/var/run");
  CHECK(parse_postgres_url("postgresql://u@/app?host=/var/run&port=5434").port == 5434);
}

TEST_CASE("a password may hold what belongs to a URL only when it is encoded, or an at sign") {
  CHECK(exposed(parse_postgres_url("postgresql://u:p@ss@db/app").password) == "p@ss");
  CHECK(exposed(parse_postgres_url("postgresql://u:a:b@db/app").password) == "a:b");
}

TEST_CASE("a URL that means nothing is refused without a word of it") {
  for (const auto url : {
           "",
           "hunter2",
           "postgresql://",
           "mysql://u:hunter2@db/app",
           "postgresql://u:hunter2@db",
           "postgresql://u:hunter2@db/",
           "postgresql://:hunter2@db/app",
           "postgresql://db/app",
           "postgresql://u:hunter2@db:0/app",
           "postgresql://u:hunter2@db:65536/app",
           "postgresql://u:hunter2@db:-1/app",
           "postgresql://u:hunter2@db:54x2/app",
           "postgresql://u:hunter2@db,other/app",
           "postgresql://u:hunter2@[::1/app",
           "postgresql://u:hunter2@[::1]5432/app",
           "postgresql://u:hunter2%@db/app",
           "postgresql://u:hunter2%4@db/app",
           "postgresql://u:hunter2%zz@db/app",
           "postgresql://u:hunter2%00@db/app",
           "postgresql://u:hunter2@db/app?connect_timeout=0",
           "postgresql://u:hunter2@db/app?connect_timeout=soon",
           "postgresql://u:x@db/app?password=hunter2",
           "postgresql://u:hunter2@db/app?sslmode",
       }) {
    CAPTURE(url);
    std::string text;
    try {
      static_cast<void>(parse_postgres_url(url));
    } catch (const std::invalid_argument& refusal) {
      text = refusal.what();
    }
    CHECK_FALSE(text.empty());
    CHECK(text.find("hunter2") == std::string::npos);
  }
}
