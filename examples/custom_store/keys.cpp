// Signing keys and leases.

#include <algorithm>
#include <tuple>

#include "parts.hpp"

namespace json_store {

std::vector<StoredKey> KeyReadsPart::list_keys() {
  const auto tables = source_.look();
  std::vector<StoredKey> keys;
  for (const auto& [kid, key] : tables->keys) keys.push_back(key);
  std::ranges::sort(keys, {}, [](const StoredKey& key) {
    return std::tuple{key.signs_from, key.created_at, key.kid};
  });
  return keys;
}

bool KeysPart::insert_first_key(const StoredKey& key, UtcTime others_verify_until) {
  const auto is_newest = [](const auto& entry) { return !entry.second.verifies_until; };
  const auto newest = std::ranges::find_if(work_.tables.keys, is_newest);
  if (newest != work_.tables.keys.end()) {
    if (newest->second.algorithm == key.algorithm) return false;
    newest->second.verifies_until = others_verify_until;
  }
  if (!work_.tables.keys.emplace(key.kid, key).second) work_.refuse("a kid was used twice");
  return true;
}

bool KeysPart::rotate_key(const StoredKey& next, std::string_view current_kid,
                          UtcTime current_verifies_until) {
  const auto current = work_.tables.keys.find(current_kid);
  if (current == work_.tables.keys.end() || current->second.verifies_until) return false;
  current->second.verifies_until = current_verifies_until;
  if (!work_.tables.keys.emplace(next.kid, next).second) work_.refuse("a kid was used twice");
  return true;
}

bool KeysPart::revoke_key(std::string_view kid) {
  const auto key = work_.tables.keys.find(kid);
  if (key == work_.tables.keys.end()) return false;
  work_.tables.keys.erase(key);
  return true;
}

bool KeysPart::reseal_key(std::string_view kid, const std::string& from, const std::string& to) {
  const auto key = work_.tables.keys.find(kid);
  if (key == work_.tables.keys.end() || key->second.sealed_private != from) return false;
  key->second.sealed_private = to;
  return true;
}

std::size_t KeysPart::delete_keys_before(UtcTime now) {
  return std::erase_if(work_.tables.keys, [&](const auto& entry) {
    return entry.second.verifies_until && *entry.second.verifies_until < now;
  });
}

bool KeysPart::acquire_lease(std::string_view name, const LeaseId& holder, UtcTime now,
                             UtcTime until) {
  auto& row = work_.tables.leases[std::string{name}];
  if (row.holder != holder && now < row.until) return false;
  row = {holder, until};
  return true;
}

void KeysPart::release_lease(std::string_view name, const LeaseId& holder) {
  const auto held = work_.tables.leases.find(name);
  if (held != work_.tables.leases.end() && held->second.holder == holder) {
    work_.tables.leases.erase(held);
  }
}

}  // namespace json_store
