#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "postgresql.hpp"

namespace coffeeauth::server {
namespace {

namespace fs = std::filesystem;

/// From this program's folder: where it is installed, and where it is built.
constexpr std::array<std::string_view, 2> places{COFFEEAUTH_POSTGRESQL_PROGRAM,
                                                 "postgresql/coffeeauth"};

fs::path program_with_postgresql() {
  const auto folder = fs::read_symlink("/proc/self/exe").parent_path();
  for (const auto place : places) {
    const auto program = folder / place;
    if (::access(program.c_str(), X_OK) == 0) return program;
  }
  throw std::runtime_error("PostgreSQL needs " + (folder / places[0]).lexically_normal().string() +
                           ", which is not there");
}

}  // namespace

void go_on_with_postgresql(const std::vector<std::string>& words) {
  auto program = program_with_postgresql().string();
  auto kept = words;
  std::vector<char*> argv{program.data()};
  for (auto& word : kept) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  throw std::system_error(errno, std::generic_category(), program);
}

std::unique_ptr<Store> open_postgresql(const sql::PostgresOptions& /*options*/) {
  throw std::logic_error("PostgreSQL is in another program");
}

sql::MigrationReport migrate_postgresql(const sql::PostgresOptions& /*options*/) {
  throw std::logic_error("PostgreSQL is in another program");
}

}  // namespace coffeeauth::server
