#include "coffeeauth/sql/database.hpp"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "adapters/sql/src/with_postgres.hpp"
#include "coffeeauth/url.hpp"

namespace coffeeauth::sql {
namespace {

namespace fs = std::filesystem;

// No text holds a part of the URL: a password may be in any of them by mistake.
[[noreturn]] void refuse(const char* why) { throw std::invalid_argument(why); }

SqliteOptions parse_sqlite_url(std::string_view url) {
  auto parts = parse_url(url);
  if (!parts.parameters.empty() || url.find('?') != std::string_view::npos) {
    refuse("a sqlite URL takes no parameters; a question mark in a file's name is %3F");
  }
  if (parts.path.empty() || parts.path.ends_with('/')) refuse("the URL names no file");
  // SQLite would open something else than a file of that name.
  if (parts.path.starts_with(':') || parts.path.starts_with("file:")) {
    refuse("the database must be a file; write ./ before a name that begins with a colon");
  }
  return {.path = std::move(parts.path)};
}

[[noreturn]] void refuse_place(const fs::path& path, const char* why) {
  throw std::invalid_argument(path.string() + " " + why);
}

}  // namespace

Database parse_database_url(std::string_view url) {
  if (url.starts_with("postgres")) return parse_with_postgres(url);
  if (url.starts_with("sqlite:///")) return parse_sqlite_url(url);
  refuse("expected sqlite:///path or postgresql://user:password@host/name");
}

std::string sqlite_url(const fs::path& file) {
  constexpr std::string_view hexadecimal = "0123456789ABCDEF";
  const auto path = file.string();
  std::string url = "sqlite:///";
  // As parse_sqlite_url() asks for.
  if (path.starts_with(':') || path.starts_with("file:")) url += "./";
  for (const char c : path) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet > ' ' && octet != '%' && octet != '?' && octet != '#') {
      url += c;
      continue;
    }
    url += '%';
    url += hexadecimal[octet / 16U];
    url += hexadecimal[octet % 16U];
  }
  return url;
}

void check_place(const Database& database) {
  const auto* const sqlite = std::get_if<SqliteOptions>(&database);
  if (sqlite == nullptr) return;
  const fs::path file{sqlite->path};
  const auto folder = file.has_parent_path() ? file.parent_path() : fs::path{"."};
  std::error_code error;
  if (!fs::is_directory(folder, error)) refuse_place(folder, "is no folder");
  const auto there = fs::status(file, error);
  if (fs::exists(there)) {
    if (!fs::is_regular_file(there)) refuse_place(file, "is not a file");
    if (::access(file.c_str(), R_OK | W_OK) != 0) refuse_place(file, "cannot be read and written");
  } else if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    refuse_place(folder, "cannot be written to");
  }
}

std::unique_ptr<Store> make_store(const Database& database) {
  const auto* const sqlite = std::get_if<SqliteOptions>(&database);
  if (sqlite != nullptr) return make_sqlite_store(*sqlite);
  return open_with_postgres(std::get<PostgresOptions>(database));
}

MigrationReport migrate(const Database& database) {
  const auto* const sqlite = std::get_if<SqliteOptions>(&database);
  if (sqlite != nullptr) return migrate_sqlite(*sqlite);
  return migrate_with_postgres(std::get<PostgresOptions>(database));
}

std::string name_of(const Database& database) {
  if (const auto* const postgres = std::get_if<PostgresOptions>(&database)) {
    return "postgresql://" + postgres->host + ":" + std::to_string(postgres->port) + "/" +
           postgres->database;
  }
  // From the root on: what it is must be seen from any folder.
  std::error_code error;
  const fs::path path{std::get<SqliteOptions>(database).path};
  const auto whole = fs::absolute(path, error).lexically_normal();
  return "sqlite:" + (error ? path : whole).string();
}

}  // namespace coffeeauth::sql
