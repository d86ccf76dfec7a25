#pragma once
/// The users of the memory store.

#include "adapters/memory/src/database.hpp"

namespace coffeeauth::memory {

class MemoryUserReads : public virtual UserReads {
 public:
  explicit MemoryUserReads(Database& database) : database_(database) {}

  std::optional<User> find(const UserId& id) override;
  std::optional<Credentials> find_credentials(const UserId& id) override;
  std::optional<Credentials> find_credentials(const EmailAddress& email) override;
  std::vector<User> list(const UserListQuery& query) override;
  std::optional<std::size_t> count(const UserFilter& filter, std::size_t at_most) override;
  bool knows_address(const UserId& user, const AddressDigest& digest) override;

 protected:
  Database& database_;
};

class MemoryUserWrites final : public UserWrites, public MemoryUserReads {
 public:
  explicit MemoryUserWrites(Unit& unit) : MemoryUserReads(unit.database), unit_(unit) {}

  UserWrite create_user(const NewUser& user) override;
  UserWrite create_or_take_over(const NewUser& user) override;
  UserWrite update_user(const UserId& id, std::optional<std::int64_t> expected_version,
                        const UserPatch& patch, UtcTime now) override;
  UserWriteOutcome delete_user(const UserId& id,
                               std::optional<std::int64_t> expected_version) override;
  bool renew_password_hash(const UserId& id, const PasswordHash& old_hash,
                           const PasswordHash& new_hash) override;
  std::size_t delete_unverified_before(UtcTime cutoff, std::size_t limit) override;
  void remember_address(const UserId& user, const AddressDigest& digest, UtcTime now) override;

 private:
  Unit& unit_;
};

}  // namespace coffeeauth::memory
