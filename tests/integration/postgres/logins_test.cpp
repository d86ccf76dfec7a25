// What a login costs, and what the lists that show it cost then.
#include "coffeeauth/testing/doctest.hpp"

#include <chrono>
#include <thread>

#include "tests/integration/postgres/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;

namespace {

constexpr std::uint64_t users = 2'000;

struct ManyUsers {
  ManyUsers() {
    for (std::uint64_t first = 0; first < users; first += 500) {
      store->transact([&](Transaction& tx) {
        for (auto n = first; n < first + 500; ++n) {
          static_cast<void>(tx.users().create_user(new_user(n)));
        }
      });
    }
    // The server counts what it has seen some time later; after this it looks.
    database.execute("ANALYZE users; ANALYZE last_logins;");
  }
  void log_in(std::uint64_t n, UtcTime at) {
    auto session = new_session(++sessions, nth_id<UserId>(n));
    session.session.created_at = at;
    store->transact([&](Transaction& tx) {
      CHECK(tx.sessions().open_session(session, 1, 100).outcome == OpenSessionOutcome::opened);
    });
  }
  [[nodiscard]] std::string ask(const std::string& what) const { return database.execute(what); }

  Database database;
  std::unique_ptr<Store> store = database.store();
  std::uint64_t sessions = 0;
};

}  // namespace

TEST_CASE("a thousand logins write no index of the users, but that of last logins") {
  ManyUsers t;
  const std::string index_pages =
      "SELECT sum(pg_relation_size(indexrelid)) FROM pg_index WHERE indrelid = 'users'::regclass";
  const auto before = t.ask(index_pages);
  for (std::uint64_t n = 0; n < 1'000; ++n) {
    t.log_in((n * 7) % users, noon + std::chrono::seconds{n});
  }
  CHECK(t.ask(index_pages) == before);
  // Updates that wrote no index entry, of all. A connection at rest tells what it counted ten
  // seconds after it did, at the latest.
  std::string counts;
  for (int tries = 0; tries < 600 && counts.find('t') == std::string::npos; ++tries) {
    counts = t.ask(
        "SELECT n_tup_upd >= 1000 AND n_tup_hot_upd >= n_tup_upd * 0.95 FROM pg_stat_user_tables "
        "WHERE relname = 'users'");
    if (counts.find('t') == std::string::npos) {
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
  }
  CHECK(counts.find('t') != std::string::npos);
}

TEST_CASE("a page by last login walks the index of last logins, whatever its depth and filter") {
  ManyUsers t;
  for (std::uint64_t n = 0; n < 300; ++n) t.log_in(n, noon + std::chrono::seconds{n});
  static_cast<void>(t.ask("ANALYZE last_logins;"));
  for (const auto* condition :
       {"", "WHERE (login_key, user_id) < (1800000100000, 'x')", "WHERE is_active = 1"}) {
    const auto plan =
        t.ask(std::string{"EXPLAIN (FORMAT JSON) SELECT id FROM last_logins JOIN users ON users.id "
                          "= last_logins.user_id "} +
              condition + " ORDER BY login_key DESC, user_id DESC LIMIT 11");
    CAPTURE(plan);
    CHECK(plan.find("last_logins_in_order") != std::string::npos);
    CHECK(plan.find("Sort") == std::string::npos);
    CHECK(plan.find("Seq Scan") == std::string::npos);
  }
}
