// The plans of the statements that every request runs: no walk over all users, no sorting of them.
#include <sqlite3.h>
#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <set>

#include "tests/unit/sql/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql::testing;
using coffeeauth::sql::make_sqlite_store;

namespace {

// The texts of all statements that ran on connections opened while it lives.
class StatementRecorder {
 public:
  StatementRecorder() {
    texts().clear();
    REQUIRE(sqlite3_auto_extension(reinterpret_cast<void (*)()>(&watch)) == SQLITE_OK);
  }
  ~StatementRecorder() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&watch)); }

  // Those since the last call.
  static std::set<std::string> take() { return std::exchange(texts(), {}); }

 private:
  static std::set<std::string>& texts() {
    static std::set<std::string> instance;
    return instance;
  }
  static int watch(sqlite3* connection, const char**, const sqlite3_api_routines*) {
    return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, &note, nullptr);
  }
  static int note(unsigned, void*, void* statement, void*) {
    texts().insert(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
    return 0;
  }
};

std::string plan_of(const std::string& path, const std::string& text) {
  sqlite3* connection = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &connection) == SQLITE_OK);
  std::string plan;
  const auto add_line = [](void* into, int, char** values, char**) {
    *static_cast<std::string*>(into) += std::string(values[3]) + "\n";
    return 0;
  };
  CHECK(sqlite3_exec(connection, ("EXPLAIN QUERY PLAN " + text).c_str(), add_line, &plan,
                     nullptr) == SQLITE_OK);
  sqlite3_close(connection);
  return plan;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Every line of the plan searches an index, or (in lists) walks one in its order.
void check_plans(const std::string& path) {
  const auto texts = StatementRecorder::take();
  CHECK_FALSE(texts.empty());
  for (const auto& text : texts) {
    if (text.starts_with("PRAGMA") || text.starts_with("BEGIN") || text == "COMMIT") continue;
    const auto plan = plan_of(path, text);
    CAPTURE(text);
    CAPTURE(plan);
    CHECK_FALSE(contains(plan, "SCAN users\n"));
    CHECK_FALSE(contains(plan, "SCAN u\n"));
    CHECK_FALSE(contains(plan, "SCAN s\n"));
    CHECK_FALSE(contains(plan, "SCAN sessions\n"));
    CHECK_FALSE(contains(plan, "SCAN outbox_jobs\n"));
    CHECK_FALSE(contains(plan, "TEMP B-TREE"));
  }
}

// How many times SQLite looked into a table while it compiled statements.
std::atomic<int> compiled_reads{0};

int watch_compiling(sqlite3* connection, const char**, const sqlite3_api_routines*) {
  const auto note = [](void*, int action, const char*, const char*, const char*, const char*) {
    if (action == SQLITE_READ) ++compiled_reads;
    return SQLITE_OK;
  };
  return sqlite3_set_authorizer(connection, note, nullptr);
}

struct Recorded {
  Recorded() {
    for (std::uint64_t n = 0; n < 20; ++n) add_user(*store, new_user(n));
    StatementRecorder::take();
  }
  TemporaryFolder folder;
  std::string path = folder.file("a.db");
  StatementRecorder recorder;
  std::unique_ptr<Store> store = make_sqlite_store({.path = path, .readers = 1});
};

}  // namespace

TEST_CASE("a user, a session and an address are found through an index") {
  Recorded recorded;
  auto& store = *recorded.store;

  static_cast<void>(store.users().find(nth_id<UserId>(1)));
  static_cast<void>(store.users().find_credentials(nth_id<UserId>(1)));
  static_cast<void>(store.users().find_credentials(email_of("user1")));
  static_cast<void>(store.users().knows_address(nth_id<UserId>(1), AddressDigest{}));
  static_cast<void>(store.sessions().find_live(nth_id<SessionId>(1), noon));
  static_cast<void>(store.sessions().list_sessions(nth_id<UserId>(1), noon, 100));

  check_plans(recorded.path);
}

TEST_CASE("every page of a list walks the index of its order and sorts nothing") {
  Recorded recorded;
  for (const auto order : {UserOrder::date_joined, UserOrder::email, UserOrder::last_login}) {
    for (const auto direction : {Direction::ascending, Direction::descending}) {
      UserListQuery query{.order = order, .direction = direction};
      static_cast<void>(recorded.store->users().list(query));
      query.filter = {.search = "x", .role = Role::admin, .is_verified = true, .is_active = true};
      static_cast<void>(recorded.store->users().list(query));
      query.after = UserPosition{.id = nth_id<UserId>(3)};
      static_cast<void>(recorded.store->users().list(query));
      query.filter = {};
      static_cast<void>(recorded.store->users().list(query));
    }
  }
  static_cast<void>(recorded.store->users().count({}));
  static_cast<void>(recorded.store->users().count({.is_verified = true}));

  check_plans(recorded.path);
}

TEST_CASE("a search of three characters reads nobody but whom the index of trigrams finds") {
  Recorded recorded;
  for (const auto* search : {"user1", "example", "noone", "\"'*^-", "lee"}) {
    static_cast<void>(recorded.store->users().list({.filter = {.search = search}}));
    static_cast<void>(recorded.store->users().count({.search = search}, 5));
    static_cast<void>(recorded.store->users().list(
        {.filter = {.search = search, .role = Role::user},
         .order = UserOrder::email,
         .after = UserPosition{.email = "b", .id = nth_id<UserId>(3)}}));
  }
  bool any = false;
  for (const auto& text : StatementRecorder::take()) {
    if (!contains(text, "MATCH")) continue;
    any = true;
    const auto plan = plan_of(recorded.path, text);
    CAPTURE(text);
    CAPTURE(plan);
    CHECK_FALSE(contains(plan, "SCAN users"));
    CHECK(contains(plan, "SEARCH users USING INDEX users_by_search_number"));
  }
  CHECK(any);
}

TEST_CASE("login, refresh, the claim of jobs and the clean-up search indexes") {
  Recorded recorded;

  recorded.store->transact([](Transaction& tx) {
    const auto user = nth_id<UserId>(1);
    static_cast<void>(tx.sessions().open_session(new_session(1, user), 1, 100));
    static_cast<void>(tx.sessions().rotate_refresh({.session = nth_id<SessionId>(1),
                                                    .presented = nth_digest<RefreshTokenDigest>(1),
                                                    .next = nth_digest<RefreshTokenDigest>(2),
                                                    .sealed_successor = "s",
                                                    .grace = std::chrono::seconds{10},
                                                    .idle_lifetime = std::chrono::hours{1},
                                                    .now = noon}));
    static_cast<void>(tx.users().update_user(user, {}, UserPatch{.role = Role::admin}, noon));
    static_cast<void>(tx.users().update_user(user, {}, UserPatch{.role = Role::user}, noon));
    static_cast<void>(tx.users().delete_unverified_before(noon, 10));
    static_cast<void>(tx.sessions().delete_expired_sessions(noon, 10));
    static_cast<void>(tx.sign_ups().delete_stale({.sign_ups = noon, .now = noon}, 10));
    static_cast<void>(tx.outbox().claim_jobs(mail_channel, 10, LeaseId{}, noon, noon));
    static_cast<void>(tx.outbox().delete_expired_jobs(noon, 10));
    static_cast<void>(tx.outbox().depth());
    static_cast<void>(tx.outbox().next_due(mail_channel));
    static_cast<void>(tx.outbox().list_jobs(JobState::pending, 10));
    static_cast<void>(tx.outbox().list_sealed_jobs(JobId{}, 10));
    static_cast<void>(tx.outbox().reseal_job(JobId{}, "before", "after"));
    static_cast<void>(tx.keys().reseal_key("kid", "before", "after"));
  });

  check_plans(recorded.path);
}

TEST_CASE("a statement is compiled once, however often it runs") {
  const TemporaryFolder folder;
  const auto hook = reinterpret_cast<void (*)()>(&watch_compiling);
  REQUIRE(sqlite3_auto_extension(hook) == SQLITE_OK);
  const auto store = make_sqlite_store({.path = folder.file("a.db"), .readers = 1});
  add_user(*store, new_user(1));
  CHECK(store->users().find(new_user(1).id));
  const int before = compiled_reads;

  add_user(*store, new_user(2));
  CHECK(store->users().find(new_user(2).id));
  CHECK_FALSE(store->users().find(new_user(3).id));

  CHECK(before > 0);
  CHECK(compiled_reads == before);
  sqlite3_cancel_auto_extension(hook);
}
