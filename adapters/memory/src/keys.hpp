#pragma once
/// The signing keys and leases of the memory store.

#include "adapters/memory/src/database.hpp"

namespace coffeeauth::memory {

class MemoryKeyReads : public virtual KeyReads {
 public:
  explicit MemoryKeyReads(Database& database) : database_(database) {}

  std::vector<StoredKey> list_keys() override;

 protected:
  Database& database_;
};

class MemoryKeyWrites final : public KeyWrites, public MemoryKeyReads {
 public:
  explicit MemoryKeyWrites(Unit& unit) : MemoryKeyReads(unit.database), unit_(unit) {}

  bool insert_first_key(const StoredKey& key, UtcTime others_verify_until) override;
  bool rotate_key(const StoredKey& next, std::string_view current_kid,
                  UtcTime current_verifies_until) override;
  bool revoke_key(std::string_view kid) override;
  bool reseal_key(std::string_view kid, const std::string& from, const std::string& to) override;
  std::size_t delete_keys_before(UtcTime now) override;
  bool acquire_lease(std::string_view name, const LeaseId& holder, UtcTime now,
                     UtcTime until) override;
  void release_lease(std::string_view name, const LeaseId& holder) override;

 private:
  void insert(const StoredKey& key);

  Unit& unit_;
};

}  // namespace coffeeauth::memory
