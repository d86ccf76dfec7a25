#pragma once
/// What the suites of lists and of counts share: six users, and lists as numbers.

#include <cstdint>
#include <map>
#include <vector>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"

namespace coffeeauth::testing {

using Numbers = std::vector<std::uint64_t>;

/// The users by the number they were made from.
[[nodiscard]] inline Numbers numbers_of(const std::vector<User>& users) {
  Numbers numbers;
  for (const auto& user : users) numbers.push_back(user.id.bytes().back());
  return numbers;
}

[[nodiscard]] inline Numbers listed(const Trial& t, const UserListQuery& query) {
  return numbers_of(t.store->users().list(query));
}

/// Joined: 1 and 4 together, 2 and 5 a millisecond later, 3 and 6 after that. Logged in: 2 and 3 at
/// the same moment, 5 later, the others never. Addresses in the order 6 to 1.
inline void populate(const Trial& t) {
  for (std::uint64_t n = 1; n <= 6; ++n) {
    auto made = n == 6 ? admin(n) : user(n);
    made.email =
        address(std::string(1, static_cast<char>('g' - static_cast<int>(n))) + "@Example.org");
    made.is_verified = n != 4;
    made.now = noon + std::chrono::milliseconds{(n - 1) % 3};
    t.alone.create(made);
  }
  const std::map<std::uint64_t, UtcTime> logins{{2, noon + 5s}, {3, noon + 5s}, {5, noon + 6s}};
  for (const auto& [n, when] : logins) {
    auto opened = session(n, nth<UserId>(n));
    opened.session.created_at = when;
    t.alone.open(opened);
  }
}

/// The part of user_list_contract() that compares counts with lists.
void user_counts_contract(StoreHarness& harness);

}  // namespace coffeeauth::testing
