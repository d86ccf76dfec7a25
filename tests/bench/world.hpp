#pragma once
/// An Auth over a Store of its own, with one verified user, for the benchmarks.

#include <filesystem>
#include <memory>
#include <string>

#include "coffeeauth/auth.hpp"

namespace coffeeauth::bench {

class World {
 public:
  /// Over a SQLite file. `verified_cache_size` as in TokenConfig.
  explicit World(std::size_t verified_cache_size = 10'000);
  /// Over the empty database of PostgreSQL that the URL names.
  explicit World(const std::string& database_url);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] Auth& auth() noexcept;
  [[nodiscard]] Store& store() noexcept;
  /// The user, with a session.
  [[nodiscard]] const LiveSession& live() const noexcept;
  /// The SQLite file.
  [[nodiscard]] std::filesystem::path database() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coffeeauth::bench
