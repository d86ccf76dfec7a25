// What goes in comes out, whatever the settings of the database are; and what fails says nothing
// of what it was about.
#include "coffeeauth/testing/doctest.hpp"

#include <future>

#include "adapters/sql/src/postgres.hpp"
#include "tests/integration/postgres/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;

TEST_CASE("bytes and texts come back as they were, whatever the database's defaults are") {
  const Database database;
  for (const auto setting :
       {"bytea_output = 'escape'", "standard_conforming_strings = off", "timezone = 'Asia/Kolkata'",
        "synchronous_commit = off", "default_transaction_isolation = 'serializable'"}) {
    database.execute("ALTER DATABASE " + database.name() + " SET " + setting);
  }
  const auto store = database.store();
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
  auto user = new_user(1);
  user.first_name = "'; DROP TABLE users; -- \\x41 % _ \" ö 咖啡 \U0001F600";

  store->transact([&](Transaction& tx) {
    static_cast<void>(tx.keys().insert_first_key({.kid = "k",
                                                  .algorithm = "ES256",
                                                  .sealed_private = all_bytes,
                                                  .created_at = noon,
                                                  .signs_from = noon},
                                                 noon));
    static_cast<void>(tx.users().create_user(user));
  });

  const auto keys = store->keys().list_keys();
  REQUIRE(keys.size() == 1);
  CHECK(keys.front().sealed_private == all_bytes);
  const auto found = store->users().find(user.id);
  REQUIRE(found);
  CHECK(found->first_name == user.first_name);
  CHECK(found->date_joined == user.now);
  CHECK(store->users().list({.filter = {.search = "\\x41 % _"}}).size() == 1);
}

TEST_CASE("the order of a list is that of the bytes, whatever language the database sorts by") {
  const Database database;
  shared_server().drop_database(database.name());
  shared_server().execute("postgres", "CREATE DATABASE " + database.name() +
                                          " TEMPLATE template0 LOCALE_PROVIDER icu "
                                          "ICU_LOCALE 'en-US'");
  const auto store = database.store();
  // In English the underscore comes before the digit.
  const std::vector<std::string> names{"a-x", "a0x", "a_x", "abx"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto user = new_user(i);
    user.email = email_of(names[i]);
    add_user(*store, user);
  }

  const auto users = store->users().list({.order = UserOrder::email, .limit = 10});

  REQUIRE(users.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(users[i].email == email_of(names[i]));
}

TEST_CASE("a commit waits for the disk, also where the database would not") {
  const Database database;
  database.execute("ALTER DATABASE " + database.name() + " SET synchronous_commit = off");
  const auto connection = open_postgres(database.options(), Purpose::use);

  const auto row = connection->query_one(
      {.text = "SELECT current_setting('synchronous_commit')", .columns = "t"});

  CHECK(row->text(0) == "on");
}

TEST_CASE("a number that is none is damage and not a zero") {
  const Database database;
  const auto connection = open_postgres(database.options(), Purpose::use);

  CHECK_THROWS_AS(connection->query({.text = "SELECT 'seven'", .columns = "n"}), Unavailable);
}

TEST_CASE("text with a NUL is refused and not cut") {
  const Database database;
  const auto store = database.store();
  auto user = new_user(1);
  user.first_name = std::string("Ann\0Lee", 7);

  CHECK_THROWS_AS(add_user(*store, user), std::invalid_argument);
  CHECK_FALSE(store->users().find(user.id));
}

TEST_CASE("a failure says nothing of the user it was about") {
  const Database database;
  const auto store = database.store();
  const auto nobody = nth_id<UserId>(7);

  const auto text = unavailable([&] {
    store->transact([&](Transaction& tx) {
      tx.sign_ups().put_code(
          nobody, {.digest = nth_digest<CodeDigest>(1), .network = {}, .expires_at = noon}, noon);
    });
  });

  CHECK(text == "the database refused a row that breaks its rules");
}

TEST_CASE("after a failure that was swallowed the transaction does not commit") {
  const Database database;
  const auto store = database.store();

  CHECK_THROWS_AS(store->transact([&](Transaction& tx) {
    static_cast<void>(tx.users().create_user(new_user(1)));
    // Fails when it is sent, which is with what asks for an answer.
    tx.sign_ups().put_code(nth_id<UserId>(7),
                           {.digest = nth_digest<CodeDigest>(1), .network = {}, .expires_at = noon},
                           noon);
    CHECK_THROWS_AS(static_cast<void>(tx.users().create_user(new_user(3))), Unavailable);
  }),
                  Unavailable);

  CHECK_FALSE(store->users().find(nth_id<UserId>(1)));
  CHECK_NOTHROW(add_user(*store, new_user(2)));
}

TEST_CASE("a commit that the server answers with a rollback is a failure") {
  const Database database;
  const auto connection = open_postgres(database.options(), Purpose::use);
  // Past begin(), which would remember the failure itself.
  connection->run_once({.text = "BEGIN"});
  CHECK_THROWS_AS(connection->query({.text = "SELECT 1 / 0", .columns = "n"}), Unavailable);

  CHECK_THROWS_AS(connection->query({.text = "COMMIT"}), Unavailable);
  CHECK(connection->usable());
}

TEST_CASE("the server is reached through its socket, too") {
  const Database database;
  auto options = database.options();
  options.host = shared_server().socket_folder();

  CHECK_NOTHROW(make_postgres_store(options)->ping());
}

TEST_CASE("a claim passes over jobs that another transaction is claiming at this moment") {
  const Database database;
  const auto store = database.store();
  store->transact([&](Transaction& tx) {
    for (std::uint64_t n : {1U, 2U, 3U}) tx.outbox().enqueue(new_job(n));
  });
  const auto later = noon + std::chrono::minutes{5};
  const auto claim = [&](Transaction& tx, std::size_t limit, std::uint64_t lease) {
    return tx.outbox().claim_jobs(mail_channel, limit, nth_id<LeaseId>(lease),
                                  noon + std::chrono::seconds{1}, later);
  };
  const auto first = store->begin();
  const auto taken = claim(*first, 1, 1);

  const auto rest = std::async(std::launch::async, [&] {
                      return store->transact([&](Transaction& tx) { return claim(tx, 3, 2); });
                    }).get();

  REQUIRE(taken.size() == 1);
  CHECK(taken.front().job.id == nth_id<JobId>(1));
  REQUIRE(rest.size() == 2);
  CHECK(rest[0].job.id == nth_id<JobId>(2));
  CHECK(rest[1].job.id == nth_id<JobId>(3));
}
