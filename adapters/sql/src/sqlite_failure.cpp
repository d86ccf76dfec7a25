#include "adapters/sql/src/sqlite_failure.hpp"

#include <Poco/Data/SQLite/SQLiteException.h>

namespace coffeeauth::sql {

Failure describe_sqlite(const Poco::Exception& cause) {
  namespace lite = Poco::Data::SQLite;
  const auto* error = &cause;
  if (dynamic_cast<const lite::DBLockedException*>(error) != nullptr ||
      dynamic_cast<const lite::TableLockedException*>(error) != nullptr) {
    return {"the database is locked by another process", true};
  }
  if (dynamic_cast<const lite::DatabaseFullException*>(error) != nullptr) {
    return {"the database's disk is full"};
  }
  if (dynamic_cast<const lite::ReadOnlyException*>(error) != nullptr) {
    return {.text = "the database is read-only", .is_refused_write = true};
  }
  if (dynamic_cast<const lite::CantOpenDBFileException*>(error) != nullptr) {
    return {"the database file cannot be opened"};
  }
  if (dynamic_cast<const lite::CorruptImageException*>(error) != nullptr) {
    return {"the database file is damaged"};
  }
  if (dynamic_cast<const lite::ConstraintViolationException*>(error) != nullptr) {
    return {"the database refused a row that breaks its rules"};
  }
  return {"the database failed"};
}

std::string words_of_sqlite(const Poco::Exception& cause) { return cause.message(); }

}  // namespace coffeeauth::sql
