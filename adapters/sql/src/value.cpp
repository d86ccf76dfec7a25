#include "adapters/sql/src/value.hpp"

#include <algorithm>
#include <limits>

#include "coffeeauth/error.hpp"

namespace coffeeauth::sql {

Value to_limit(std::size_t count) {
  constexpr auto largest = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(count, largest));
}

Value count_value(std::size_t count) {
  constexpr std::size_t largest = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int64_t>(std::min(count, largest));
}

void Row::damaged() {
  throw Unavailable("the database holds a value that this program did not write");
}

template <class T>
const T& Row::get(std::size_t column) const {
  const T* value = column < values_.size() ? std::get_if<T>(&values_[column]) : nullptr;
  if (value == nullptr) damaged();
  return *value;
}

std::int64_t Row::number(std::size_t column) const { return get<std::int64_t>(column); }
const std::string& Row::text(std::size_t column) const { return get<std::string>(column); }
const std::string& Row::bytes(std::size_t column) const {
  static const std::string none;
  return is_null(column) ? none : get<Bytes>(column).data;
}

bool Row::is_null(std::size_t column) const {
  return std::holds_alternative<std::monostate>(values_.at(column));
}

std::optional<UtcTime> Row::optional_time(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

}  // namespace coffeeauth::sql
