#include "bounded_values.hpp"

#include <iterator>
#include <utility>

namespace coffeeauth::memory {

std::shared_ptr<const std::string> BoundedValues::find(const std::string& name, UtcTime now) {
  const auto found = index_.find(name);
  if (found == index_.end()) return nullptr;
  const auto entry = found->second;
  if (entry->expires_at <= now) {
    erase(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->value;
}

void BoundedValues::keep(std::string name, std::shared_ptr<const std::string> value,
                         UtcTime expires_at) {
  if (const auto old = index_.find(name); old != index_.end()) erase(old->second);
  const auto size = name.size() + value->size();
  if (size > max_bytes_ || max_entries_ == 0) return;
  while (entries_.size() >= max_entries_ || bytes_ + size > max_bytes_) {
    erase(std::prev(entries_.end()));
  }
  entries_.push_front({name, std::move(value), expires_at});
  bytes_ += size;
  try {
    index_.emplace(std::move(name), entries_.begin());
  } catch (...) {
    entries_.pop_front();
    bytes_ -= size;
    throw;
  }
}

void BoundedValues::erase(Position entry) noexcept {
  bytes_ -= entry->name.size() + entry->value->size();
  index_.erase(entry->name);
  entries_.erase(entry);
}

}  // namespace coffeeauth::memory
