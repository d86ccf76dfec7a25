// What the memory store does beyond the contract of Store: how it meets callers' bugs.

#include "coffeeauth/testing/doctest.hpp"

#include <stdexcept>

#include "coffeeauth/memory/memory.hpp"

using namespace coffeeauth;

namespace {

NewUser user(const std::string& name) {
  return {.id = UserId{},
          .email = EmailAddress::restore(name, name),
          .first_name = "",
          .last_name = "",
          .password_hash = {}};
}

}  // namespace

TEST_CASE("a plain read within a transaction of the same thread sees what it has written") {
  const auto store = memory::make_memory_store();
  store->transact([&](Transaction& tx) {
    static_cast<void>(tx.users().create_user(user("ada@example.org")));
    CHECK(store->users().count({}) == 1);
  });
}

TEST_CASE("an id that is used twice is a bug, and its transaction cannot be committed") {
  const auto store = memory::make_memory_store();
  CHECK_THROWS_AS(store->transact([&](Transaction& tx) {
    static_cast<void>(tx.users().create_user(user("ada@example.org")));
    CHECK_THROWS_AS(static_cast<void>(tx.users().create_user(user("bob@example.org"))),
                    std::logic_error);
  }),
                  std::logic_error);
  CHECK(store->users().count({}) == 0);
}

TEST_CASE("a transaction that has ended cannot be used") {
  const auto store = memory::make_memory_store();
  const auto transaction = store->begin();
  transaction->commit();
  CHECK_THROWS_AS(static_cast<void>(transaction->users()), std::logic_error);
  CHECK_THROWS_AS(transaction->commit(), std::logic_error);
}
