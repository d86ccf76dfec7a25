#pragma once
/// The users of a SQL store. See coffeeauth/ports/user_store.hpp.

#include "adapters/sql/src/pool.hpp"
#include "adapters/sql/src/search_sample.hpp"
#include "coffeeauth/ports/user_store.hpp"

namespace coffeeauth::sql {

class SqlUserReads : public virtual UserReads {
 public:
  /// `list_source` is where lists and counts get their connections.
  SqlUserReads(ConnectionSource& source, ConnectionSource& list_source, SearchSample& sample)
      : source_(source), list_source_(list_source), sample_(sample) {}

  std::optional<User> find(const UserId& id) override;
  std::optional<Credentials> find_credentials(const UserId& id) override;
  std::optional<Credentials> find_credentials(const EmailAddress& email) override;
  std::vector<User> list(const UserListQuery& query) override;
  std::optional<std::size_t> count(const UserFilter& filter, std::size_t at_most) override;
  CountedUsers list_and_count(const UserListQuery& query, std::size_t at_most) override;
  bool knows_address(const UserId& user, const AddressDigest& digest) override;

 protected:
  ConnectionSource& source_;

 private:
  ConnectionSource& list_source_;
  SearchSample& sample_;
};

class SqlUserWrites final : public UserWrites, public SqlUserReads {
 public:
  using SqlUserReads::SqlUserReads;

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
};

}  // namespace coffeeauth::sql
