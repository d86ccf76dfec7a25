#pragma once
/// TableFile: the file with the tables, and the lock over it.

#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>

#include "tables.hpp"

namespace json_store {

/// Closes it in the end, which also gives back its lock.
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

/// Callable from any thread. Everything throws Unavailable when the disk does not do as it should.
class TableFile {
 public:
  explicit TableFile(std::filesystem::path path);

  /// What was committed last, by any process.
  [[nodiscard]] std::shared_ptr<const Tables> latest();

  /// Waits until no other transaction, of any process, has it.
  [[nodiscard]] Descriptor lock() const;
  /// Puts `tables` in the place of what is there, on the disk when it returns. The caller has the
  /// lock.
  void replace(const Tables& tables);

 private:
  const std::filesystem::path path_;
  std::mutex mutex_;
  /// The file that `tables_` was read from. Held open, so that its number cannot be given to a new
  /// file.
  Descriptor read_from_;
  std::shared_ptr<const Tables> tables_;
};

}  // namespace json_store
