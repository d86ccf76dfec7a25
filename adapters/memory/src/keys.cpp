#include "adapters/memory/src/keys.hpp"

#include <algorithm>
#include <tuple>

namespace coffeeauth::memory {

std::vector<StoredKey> MemoryKeyReads::list_keys() {
  const Lock lock{database_.mutex};
  std::vector<StoredKey> keys;
  for (const auto& [kid, key] : database_.keys) keys.push_back(key);
  std::sort(keys.begin(), keys.end(), [](const StoredKey& a, const StoredKey& b) {
    return std::tie(a.signs_from, a.created_at, a.kid) <
           std::tie(b.signs_from, b.created_at, b.kid);
  });
  return keys;
}

void MemoryKeyWrites::insert(const StoredKey& key) {
  if (database_.keys.contains(key.kid)) refuse(unit_, "a kid was used twice");
  unit_.undo.keep(database_.keys, key.kid);
  database_.keys.emplace(key.kid, key);
}

bool MemoryKeyWrites::insert_first_key(const StoredKey& key, UtcTime others_verify_until) {
  const auto newest = std::find_if(database_.keys.begin(), database_.keys.end(),
                                   [](const auto& entry) { return !entry.second.verifies_until; });
  if (newest != database_.keys.end()) {
    if (newest->second.algorithm == key.algorithm) return false;
    unit_.undo.keep(database_.keys, newest->first);
    newest->second.verifies_until = others_verify_until;
  }
  insert(key);
  return true;
}

bool MemoryKeyWrites::rotate_key(const StoredKey& next, std::string_view current_kid,
                                 UtcTime current_verifies_until) {
  const auto current = database_.keys.find(current_kid);
  if (current == database_.keys.end() || current->second.verifies_until) return false;
  unit_.undo.keep(database_.keys, current->first);
  current->second.verifies_until = current_verifies_until;
  insert(next);
  return true;
}

bool MemoryKeyWrites::revoke_key(std::string_view kid) {
  const auto key = database_.keys.find(kid);
  if (key == database_.keys.end()) return false;
  unit_.undo.keep(database_.keys, key->first);
  database_.keys.erase(key);
  return true;
}

bool MemoryKeyWrites::reseal_key(std::string_view kid, const std::string& from,
                                 const std::string& to) {
  const auto key = database_.keys.find(kid);
  if (key == database_.keys.end() || key->second.sealed_private != from) return false;
  unit_.undo.keep(database_.keys, key->first);
  key->second.sealed_private = to;
  return true;
}

std::size_t MemoryKeyWrites::delete_keys_before(UtcTime now) {
  std::vector<std::string> retired;
  for (const auto& [kid, key] : database_.keys) {
    if (key.verifies_until && *key.verifies_until < now) retired.push_back(kid);
  }
  for (const auto& kid : retired) {
    unit_.undo.keep(database_.keys, kid);
    database_.keys.erase(kid);
  }
  return retired.size();
}

bool MemoryKeyWrites::acquire_lease(std::string_view name, const LeaseId& holder, UtcTime now,
                                    UtcTime until) {
  const auto held = database_.leases.find(name);
  if (held != database_.leases.end() && held->second.holder != holder &&
      held->second.held_until > now) {
    return false;
  }
  const std::string key{name};
  unit_.undo.keep(database_.leases, key);
  database_.leases.insert_or_assign(key, LeaseRow{holder, until});
  return true;
}

void MemoryKeyWrites::release_lease(std::string_view name, const LeaseId& holder) {
  const auto held = database_.leases.find(name);
  if (held == database_.leases.end() || held->second.holder != holder) return;
  unit_.undo.keep(database_.leases, held->first);
  database_.leases.erase(held);
}

}  // namespace coffeeauth::memory
