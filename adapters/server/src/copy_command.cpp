#include <chrono>
#include <iostream>

#include "bundles.hpp"
#include "coffeeauth/sql/copy.hpp"
#include "command.hpp"
#include "service.hpp"

namespace coffeeauth::server {
namespace {

/// A line a second: what is soon done says nothing.
class CopyLines {
 public:
  void tell(std::string_view table, std::size_t done, std::size_t total) {
    const auto now = Clock::now();
    if (now < next_ || total == 0) return;
    next_ = now + std::chrono::seconds{1};
    std::cerr << table << ": " << done << " of " << total << " rows\n";
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point next_ = Clock::now() + std::chrono::seconds{1};
};

/// Every process of the machine reads the command line, and a shell keeps it.
void refuse_password(const sql::Database& database, std::string_view option) {
  const auto* const server = std::get_if<sql::PostgresOptions>(&database);
  if (server == nullptr || server->password.empty()) return;
  throw UsageError(std::string{option} +
                   ": a URL on the command line must not contain a password: omit it and set "
                   "PGPASSWORD or use ~/.pgpass, or omit " +
                   std::string{option} + " and set DATABASE_URL");
}

/// The database of an option, or without it the one of the settings.
sql::Database database_of_option(const Arguments& arguments, std::string_view option,
                                 MissingFile missing) {
  const auto url = arguments.value(option);
  if (!url) return prepare_database(settings_of(arguments).settings, missing);
  try {
    auto database = sql::parse_database_url(*url);
    refuse_password(database, option);
    sql::check_place(database);
    return database;
  } catch (const std::invalid_argument& mistake) {
    throw UsageError(std::string{option} + ": " + mistake.what());
  }
}

std::string rows(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " row" : " rows");
}

}  // namespace

int run_copy(const Arguments& arguments) {
  if (!arguments.has("--from") && !arguments.has("--to")) {
    throw UsageError("needs --from or --to, or both");
  }
  auto from = database_of_option(arguments, "--from", MissingFile::refused);
  auto to = database_of_option(arguments, "--to", MissingFile::made);
  const auto bundles = make_bundles();
  add_tables(bundles, from);
  add_tables(bundles, to);
  CopyLines lines;
  const auto report = sql::copy(
      from, to, [&](auto table, auto done, auto total) { lines.tell(table, done, total); });
  std::size_t all = 0;
  for (const auto& table : report.tables) {
    all += table.rows;
    std::cout << table.name << ": " << rows(table.rows) << "\n";
  }
  std::cout << "copied " << rows(all) << " from " << name_of(from) << " to " << name_of(to)
            << "\nencrypted values were copied as they are: a server over the copy needs the same "
               "SECRET_KEY, or that key in SECRET_KEY_PREVIOUS\n";
  for (const auto& table : report.left_behind) {
    std::cerr << "coffeeauth: not copied, because no feature of this program has this table: "
              << table << "\n";
  }
  if (!report.search_failure.empty()) {
    std::cerr
        << "coffeeauth: the copy is complete, but searches do not find all accounts until the "
           "next start: "
        << report.search_failure << "\n";
  }
  return 0;
}

}  // namespace coffeeauth::server
