#pragma once
/// What is true of migrations by room on every database. `Place` is a new database each time: see
/// rooms_test.cpp, and tests/integration/postgres/rooms_test.cpp.

#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "coffeeauth/sql/query.hpp"
#include "coffeeauth/sql/sql.hpp"
#include "sample_migrations.hpp"
#include "tests/unit/sql/own_statements.hpp"

namespace coffeeauth::sql::testing {

/// What `work` throws; "nothing" when it throws nothing.
template <class Work>
std::string mistake_of(Work&& work) {
  try {
    work();
  } catch (const std::exception& failure) {
    return failure.what();
  }
  return "nothing";
}

/// A room of that name with so many migrations, the same ones on both databases.
inline RoomMigrations room_of(const std::string& feature, std::size_t count) {
  static const std::vector<Migration> steps{{1, "0001_first", "SELECT 1;"},
                                            {2, "0002_second", "SELECT 2;"},
                                            {3, "0003_third", "SELECT 3;"}};
  const std::vector<Migration> some(steps.begin(),
                                    steps.begin() + static_cast<std::ptrdiff_t>(count));
  return {feature, some, some};
}

inline std::string described(const MigrationReport& report) {
  std::string text;
  for (const auto& room : report.rooms) {
    text += room.feature + " " + std::to_string(room.version) + ":";
    for (const int version : room.applied) text += " +" + std::to_string(version);
    text += room.is_opened ? ";" : " closed;";
  }
  return text;
}

template <class Place>
void check_rooms_are_counted(const Place& place) {
  const auto first = place.migrate({room_of("one", 2), sample_migrations()});
  CHECK(first.applied.size() == place.core_versions());
  CHECK(described(first) == "one 2: +1 +2;sample 2: +1 +2;");
  const auto second = place.migrate({sample_migrations(), room_of("two", 1), room_of("one", 3)});
  CHECK(second.applied.empty());
  CHECK(second.version == first.version);
  CHECK(described(second) == "sample 2:;two 1: +1;one 3: +3;");
  CHECK(described(place.migrate({room_of("two", 1)})) == "two 1:;one 3: closed;sample 2: closed;");
}

template <class Place>
void check_rooms_are_named(const Place& place) {
  const auto said = [&](RoomMigrations room, bool may_migrate = true) {
    return mistake_of([&] { place.open({std::move(room)}, may_migrate); });
  };
  place.migrate({room_of("one", 2)});
  CHECK(
      said(room_of("one", 1)) ==
      "the database is at schema version 2 of one, newer than this program knows (1): use a newer "
      "program");
  CHECK(said(room_of("one", 1), false) == said(room_of("one", 1)));
  auto changed = room_of("one", 2);
  changed.sqlite[1].sql = changed.postgresql[1].sql = "SELECT 22;";
  CHECK(
      said(changed) ==
      "migration 2 of one in the database is not the one of this program: it was changed after it "
      "had been applied");
  CHECK(said(room_of("one", 3), false) ==
        "the database is at schema version 2 of one, this program needs 3: apply the migrations "
        "first (coffeeauth migrate)");
  CHECK(said(room_of("two", 1), false) ==
        "the database is at schema version 0 of two, this program needs 1: apply the migrations "
        "first (coffeeauth migrate)");
  CHECK(said(room_of("one", 2), false) == "nothing");
  CHECK(said(room_of("one", 3)) == "nothing");
}

template <class Place>
void check_left_out(const Place& place) {
  {
    const auto store = place.open({sample_migrations()});
    add_user(*store, new_user(1));
    store->transact([](Transaction& tx) {
      query(tx, {"INSERT INTO sample_notes (user_id, note) VALUES ($1, 'kept')"},
            {new_user(1).id.str()});
    });
  }
  place.open();
  const auto store = place.open({}, false);
  CHECK(query(*store, {"SELECT note FROM sample_notes", "t"}).at(0).text(0) == "kept");
  CHECK(described(place.migrate()) == "sample 2: closed;");
}

template <class Place>
void check_failing_room(const Place& place) {
  const std::vector<Migration> steps{
      {1, "0001_good", "CREATE TABLE shop_a (x BIGINT);"},
      {2, "0002_bad", "CREATE TABLE shop_b (x BIGINT);\nINSERT INTO shop_c VALUES (1);"}};
  coffeeauth::testing::RecordingDiagnostics told;
  CHECK(says(mistake_of([&] {
               place.open({{"shop", steps, steps}}, true, &told);
             }),
             "migration 2 of shop: the database"));
  REQUIRE(told.told().size() == 1);
  CHECK(told.told()[0].which == "INSERT INTO shop_c VALUES (1)");
  CHECK(says(told.told()[0].text, "shop_c"));
  CHECK(described(place.migrate()) == "shop 1: closed;");

  auto mended = steps;
  mended[1].sql = "CREATE TABLE shop_b (x BIGINT);";
  CHECK(described(place.migrate({{"shop", mended, mended}})) == "shop 2: +2;");
}

template <class Place>
void check_rows_go_with_user(const Place& place) {
  const auto store = place.open({sample_migrations()});
  add_user(*store, new_user(1));
  store->transact([](Transaction& tx) {
    query(tx, {"INSERT INTO sample_notes (user_id, note, written_at) VALUES ($1, $2, $3)"},
          {new_user(1).id.str(), "x", std::int64_t{5}});
  });
  store->transact([](Transaction& tx) {
    static_cast<void>(tx.users().delete_user(new_user(1).id, std::nullopt));
  });
  CHECK(query(*store, {"SELECT note FROM sample_notes", "t"}).empty());
}

/// `place` is at that version of the library's schema, of a time when there were no rooms.
template <class Place>
void check_upgrade(const Place& place, std::size_t version) {
  const auto report = place.migrate({sample_migrations()});
  CHECK(report.applied.size() == place.core_versions() - version);
  CHECK(described(report) == "sample 2: +1 +2;");
  CHECK(place.said_by_older_program(version) ==
        "the database is at schema version " + std::to_string(version + 1) +
            ", newer than this program knows (" + std::to_string(version) +
            "): use a newer program");
  CHECK_NOTHROW(add_user(*place.open({sample_migrations()}, false), new_user(1)));
}

/// Opened by many at once, of which some know a room and some do not.
template <class Place>
void check_many_at_once(const Place& place, std::size_t version) {
  constexpr std::size_t programs = 6;
  std::atomic<std::size_t> core{0};
  std::atomic<std::size_t> rooms{0};
  std::vector<std::string> failures(programs);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < programs; ++i) {
    threads.emplace_back([&, i] {
      failures[i] = mistake_of([&] {
        auto wanted = std::vector{sample_migrations()};
        if (i % 2 == 0) wanted.push_back(room_of("one", 3));
        const auto report = place.migrate(wanted);
        core += report.applied.size();
        for (const auto& room : report.rooms) rooms += room.applied.size();
        place.open(wanted, false)->ping();
      });
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(failures == std::vector<std::string>(programs, "nothing"));
  CHECK(core == place.core_versions() - version);
  CHECK(rooms == 5);
}

}  // namespace coffeeauth::sql::testing
