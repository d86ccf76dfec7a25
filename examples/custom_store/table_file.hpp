#pragma once
/// TableFile: the file with the tables, and the lock over it.

#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>

#include "tables.hpp"

namespace json_store {

/// A file descriptor. The destructor closes it, which also releases its lock.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_ = -1;
};

/// Thread-safe. Every method throws Unavailable when a file operation fails.
class TableFile {
 public:
  explicit TableFile(std::filesystem::path path);

  /// Returns the tables that were committed last, by any process.
  [[nodiscard]] std::shared_ptr<const Tables> latest();

  /// Takes the lock; waits for transactions of other threads and processes.
  [[nodiscard]] Descriptor lock() const;
  /// Replaces the stored tables by `tables`, which are on the disk when it returns. The caller must
  /// hold the lock.
  void replace(const Tables& tables);

 private:
  const std::filesystem::path path_;
  std::mutex mutex_;
  /// The file that `tables_` was read from. It stays open, so that no new file can get its inode
  /// number.
  Descriptor read_from_;
  std::shared_ptr<const Tables> tables_;
};

}  // namespace json_store
