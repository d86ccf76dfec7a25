// Lists and counts of users.

#include <algorithm>
#include <limits>
#include <string_view>

#include "adapters/memory/src/users.hpp"

namespace coffeeauth::memory {
namespace {

// `filter` with its search folded.
UserFilter folded(UserFilter filter) {
  filter.search = fold_search(filter.search);
  return filter;
}

// Precondition: `filter` is folded().
bool matches(const User& user, const UserFilter& filter) {
  if (filter.role && *filter.role != user.role) return false;
  if (filter.is_verified && *filter.is_verified != user.is_verified) return false;
  if (filter.is_active && *filter.is_active != user.is_active) return false;
  if (filter.search.empty()) return true;
  return search_text(user.email, user.first_name, user.last_name).find(filter.search) !=
         std::string::npos;
}

// Where a row stands in one order: only one of the two keys is used, the other is equal in all.
struct Place {
  std::string_view email{};
  std::int64_t millis = 0;
  UserId id;

  // clang-tidy 14 takes the comparison with 0 that this becomes for a null pointer.
  auto operator<=>(const Place&) const = default;  // NOLINT
};

// Users who never logged in come before all others.
std::int64_t millis_or_lowest(const std::optional<std::int64_t>& millis) noexcept {
  return millis.value_or(std::numeric_limits<std::int64_t>::min());
}

Place place_of(const User& user, UserOrder order) {
  switch (order) {
    case UserOrder::email:
      return {.email = user.email.canonical(), .id = user.id};
    case UserOrder::last_login: {
      std::optional<std::int64_t> millis;
      if (user.last_login) millis = to_unix_millis(*user.last_login);
      return {.millis = millis_or_lowest(millis), .id = user.id};
    }
    case UserOrder::date_joined:
      break;
  }
  return {.millis = to_unix_millis(user.date_joined), .id = user.id};
}

Place place_of(const UserPosition& position, UserOrder order) {
  if (order == UserOrder::email) return {.email = position.email, .id = position.id};
  return {.millis = millis_or_lowest(position.millis), .id = position.id};
}

}  // namespace

std::vector<User> MemoryUserReads::list(const UserListQuery& query) {
  const auto before = [&](const Place& a, const Place& b) {
    return query.direction == Direction::ascending ? a < b : b < a;
  };
  std::optional<Place> start;
  if (query.after) start = place_of(*query.after, query.order);

  const auto filter = folded(query.filter);
  const Lock lock{database_.mutex};
  std::vector<std::pair<Place, const User*>> found;
  for (const auto& [id, row] : database_.users) {
    const auto& user = row.credentials.user;
    const auto place = place_of(user, query.order);
    if (start && !before(*start, place)) continue;
    if (matches(user, filter)) found.emplace_back(place, &user);
  }
  const auto skipped = query.after ? 0 : std::min(query.offset, found.size());
  const auto shown = std::min(query.limit, found.size() - skipped);
  const auto first = found.begin() + static_cast<std::ptrdiff_t>(skipped);
  const auto last = first + static_cast<std::ptrdiff_t>(shown);
  std::partial_sort(found.begin(), last, found.end(),
                    [&](const auto& a, const auto& b) { return before(a.first, b.first); });
  std::vector<User> page;
  page.reserve(shown);
  std::transform(first, last, std::back_inserter(page),
                 [](const auto& entry) { return *entry.second; });
  return page;
}

std::optional<std::size_t> MemoryUserReads::count(const UserFilter& filter, std::size_t) {
  const auto wanted = folded(filter);
  const Lock lock{database_.mutex};
  return static_cast<std::size_t>(std::count_if(
      database_.users.begin(), database_.users.end(),
      [&](const auto& entry) { return matches(entry.second.credentials.user, wanted); }));
}

}  // namespace coffeeauth::memory
