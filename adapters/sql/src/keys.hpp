#pragma once
/// Signing keys and leases of a SQL store. See coffeeauth/ports/key_store.hpp.

#include "adapters/sql/src/pool.hpp"
#include "coffeeauth/ports/key_store.hpp"

namespace coffeeauth::sql {

class SqlKeyReads : public virtual KeyReads {
 public:
  explicit SqlKeyReads(ConnectionSource& source) : source_(source) {}

  std::vector<StoredKey> list_keys() override;

 protected:
  ConnectionSource& source_;
};

class SqlKeyWrites final : public KeyWrites, public SqlKeyReads {
 public:
  using SqlKeyReads::SqlKeyReads;

  bool insert_first_key(const StoredKey& key, UtcTime others_verify_until) override;
  bool rotate_key(const StoredKey& next, std::string_view current_kid,
                  UtcTime current_verifies_until) override;
  bool revoke_key(std::string_view kid) override;
  bool reseal_key(std::string_view kid, const std::string& from, const std::string& to) override;
  std::size_t delete_keys_before(UtcTime now) override;
  bool acquire_lease(std::string_view name, const LeaseId& holder, UtcTime now,
                     UtcTime until) override;
  void release_lease(std::string_view name, const LeaseId& holder) override;
};

}  // namespace coffeeauth::sql
