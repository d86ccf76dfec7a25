#pragma once
/// Values by name, in bounded memory, for a time.

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "coffeeauth/time.hpp"

namespace coffeeauth::memory {

/// The least recently used goes first. Not for several threads at once. May throw std::bad_alloc,
/// and is whole then.
class BoundedValues {
 public:
  /// `max_bytes` counts names and values.
  BoundedValues(std::size_t max_entries, std::size_t max_bytes)
      : max_entries_(max_entries), max_bytes_(max_bytes) {}

  /// Null when there is none, or none any more.
  [[nodiscard]] std::shared_ptr<const std::string> find(const std::string& name, UtcTime now);
  /// Replaces what has that name, also by nothing when the value is too large to be kept.
  void keep(std::string name, std::shared_ptr<const std::string> value, UtcTime expires_at);

 private:
  struct Entry {
    std::string name;
    std::shared_ptr<const std::string> value;
    UtcTime expires_at;
  };
  using Position = std::list<Entry>::iterator;
  void erase(Position entry) noexcept;

  const std::size_t max_entries_;
  const std::size_t max_bytes_;
  std::list<Entry> entries_;  // the most recently used first
  std::unordered_map<std::string, Position> index_;
  std::size_t bytes_ = 0;
};

}  // namespace coffeeauth::memory
