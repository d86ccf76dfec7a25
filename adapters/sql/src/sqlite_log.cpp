#include "adapters/sql/src/sqlite_log.hpp"

#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Session.h>
#include <sqlite3.h>
#include <sys/stat.h>

namespace coffeeauth::sql {
namespace {

using std::chrono::milliseconds;

// To look at the size of a file is cheap, but not for every commit.
constexpr milliseconds between_looks{100};
// The library's own reads are done long before; writers wait meanwhile.
constexpr milliseconds patience_with_readers{100};
constexpr milliseconds after_a_vain_try{1000};

sqlite3_int64 integer_of(sqlite3* database, const char* text) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_int64 value = 0;
  if (sqlite3_prepare_v2(database, text, -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    value = sqlite3_column_int64(statement, 0);
  }
  sqlite3_finalize(statement);
  return value;
}

sqlite3_int64 log_size(sqlite3* database) {
  const char* const name = sqlite3_filename_wal(sqlite3_db_filename(database, "main"));
  struct stat log {};
  return name != nullptr && ::stat(name, &log) == 0 ? log.st_size : 0;
}

}  // namespace

void empty_long_log(Poco::Data::Session& session, std::chrono::steady_clock::time_point& next) {
  auto* const database = Poco::Data::SQLite::Utility::dbHandle(session);
  const auto now = std::chrono::steady_clock::now();
  next = now + between_looks;
  if (log_size(database) <= integer_of(database, "PRAGMA journal_size_limit")) return;
  const auto patience = integer_of(database, "PRAGMA busy_timeout");
  sqlite3_busy_timeout(database, static_cast<int>(patience_with_readers.count()));
  const int done =
      sqlite3_wal_checkpoint_v2(database, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(database, static_cast<int>(patience));
  if (done != SQLITE_OK) next = std::chrono::steady_clock::now() + after_a_vain_try;
}

}  // namespace coffeeauth::sql
