#include "adapters/sql/src/rooms.hpp"

#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>

#include <algorithm>
#include <stdexcept>

#include "adapters/sql/src/statement_body.hpp"
#include "core_migrations.hpp"

namespace coffeeauth::sql {
namespace {

constexpr std::size_t longest_feature = 40;

const RoomMigrations& core() {
  static const RoomMigrations room = core_migrations();
  return room;
}

bool is_name(std::string_view feature) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !feature.empty() && feature.size() <= longest_feature && is_letter(feature.front()) &&
         std::all_of(feature.begin(), feature.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

void check(const Room& room, Grammar database) {
  const auto where = "the migrations of " + std::string(room.feature) + ": ";
  if (room.migrations.empty()) {
    throw std::invalid_argument(where + "there are none for " +
                                (database == Grammar::sqlite ? "SQLite, so" : "PostgreSQL, so") +
                                " it cannot be opened with this room");
  }
  int expected = 1;
  for (const auto& migration : room.migrations) {
    if (migration.version != expected) {
      throw std::invalid_argument(where + std::to_string(migration.version) + " should be number " +
                                  std::to_string(expected));
    }
    ++expected;
    const auto which = where + std::to_string(migration.version) + ": ";
    if (migration.name.empty() || migration.name.find('\0') != std::string_view::npos) {
      throw std::invalid_argument(which + "its name is empty or holds a NUL");
    }
    try {
      if (split_statements(migration.sql, database).empty()) {
        throw std::invalid_argument("it holds no statement");
      }
    } catch (const std::invalid_argument& mistake) {
      throw std::invalid_argument(which + mistake.what());
    }
  }
}

}  // namespace

std::span<const Migration> sqlite_migrations() { return core().sqlite; }

std::span<const Migration> postgres_migrations() { return core().postgresql; }

std::vector<Room> rooms_for(Grammar database, const std::vector<RoomMigrations>& rooms) {
  std::vector<Room> checked;
  for (const auto& room : rooms) {
    if (!is_name(room.feature) || room.feature == core_feature) {
      throw std::invalid_argument(
          "RoomMigrations::feature is `core`, or no name of at most 40 of "
          "a-z, 0-9 and _ with a letter first");
    }
    const auto is_same = [&](const Room& other) { return other.feature == room.feature; };
    if (std::any_of(checked.begin(), checked.end(), is_same)) {
      throw std::invalid_argument("the migrations of " + room.feature + " are there twice");
    }
    checked.push_back({.feature = room.feature,
                       .migrations = database == Grammar::sqlite ? room.sqlite : room.postgresql});
    check(checked.back(), database);
  }
  return checked;
}

std::string checksum_of(const Migration& migration) {
  Poco::SHA2Engine engine;
  engine.update(migration.sql.data(), migration.sql.size());
  return Poco::DigestEngine::digestToHex(engine.digest());
}

}  // namespace coffeeauth::sql
