#include "adapters/sql/src/keys.hpp"

namespace coffeeauth::sql {
namespace {

const Sql list_sql{.text = R"(
  SELECT kid, algorithm, sealed_private, created_at, signs_from, verifies_until FROM signing_keys
  ORDER BY signs_from, created_at, kid)",
                   .columns = "ttbnnn"};
// The unique index of the newest key decides between two that both saw none. `is_first` has no
// meaning any longer; the release before writes it.
const Sql insert_first_sql{.text = R"(
  INSERT INTO signing_keys (kid, algorithm, sealed_private, created_at, signs_from, verifies_until,
                            is_first)
  SELECT $1, $2, $3, $4, $5, $6, 0
  WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE verifies_until IS NULL)
  ON CONFLICT ((verifies_until IS NULL)) WHERE verifies_until IS NULL DO NOTHING
  RETURNING 1)",
                           .columns = "n"};
const Sql retire_others_sql{.text = R"(
  UPDATE signing_keys SET verifies_until = $1 WHERE verifies_until IS NULL AND algorithm <> $2)"};
const Sql insert_next_sql{.text = R"(
  INSERT INTO signing_keys (kid, algorithm, sealed_private, created_at, signs_from, verifies_until,
                            is_first)
  VALUES ($1, $2, $3, $4, $5, $6, 0))"};
const Sql retire_sql{.text = R"(
  UPDATE signing_keys SET verifies_until = $1 WHERE kid = $2 AND verifies_until IS NULL
  RETURNING 1)",
                     .columns = "n"};
const Sql revoke_sql{.text = "DELETE FROM signing_keys WHERE kid = $1 RETURNING 1", .columns = "n"};
const Sql reseal_sql{.text = R"(
  UPDATE signing_keys SET sealed_private = $1 WHERE kid = $2 AND sealed_private = $3 RETURNING 1)",
                     .columns = "n"};
const Sql delete_sql{.text = "DELETE FROM signing_keys WHERE verifies_until < $1 RETURNING 1",
                     .columns = "n"};

const Sql acquire_sql{.text = R"(
  INSERT INTO leases (name, holder, held_until) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
  WHERE leases.holder = excluded.holder OR leases.held_until <= $4
  RETURNING 1)",
                      .columns = "n"};
const Sql release_sql{.text = "DELETE FROM leases WHERE name = $1 AND holder = $2"};

StoredKey read_key(const Row& row) {
  return StoredKey{
      .kid = row.text(0),
      .algorithm = row.text(1),
      .sealed_private = row.bytes(2),
      .created_at = row.time(3),
      .signs_from = row.time(4),
      .verifies_until = row.optional_time(5),
  };
}

Rows insert(Connection& connection, const Sql& sql, const StoredKey& key) {
  return connection.query(sql, key.kid, key.algorithm, Bytes{key.sealed_private}, key.created_at,
                          key.signs_from, key.verifies_until);
}

}  // namespace

std::vector<StoredKey> SqlKeyReads::list_keys() {
  std::vector<StoredKey> keys;
  for (const auto& row : source_.lease()->query(list_sql)) keys.push_back(read_key(row));
  return keys;
}

bool SqlKeyWrites::insert_first_key(const StoredKey& key, UtcTime others_verify_until) {
  const auto connection = source_.lease();
  connection->query(retire_others_sql, others_verify_until, key.algorithm);
  return !insert(*connection, insert_first_sql, key).empty();
}

bool SqlKeyWrites::rotate_key(const StoredKey& next, std::string_view current_kid,
                              UtcTime current_verifies_until) {
  const auto connection = source_.lease();
  if (!connection->any(retire_sql, current_verifies_until, current_kid)) return false;
  insert(*connection, insert_next_sql, next);
  return true;
}

bool SqlKeyWrites::revoke_key(std::string_view kid) {
  return source_.lease()->any(revoke_sql, kid);
}

bool SqlKeyWrites::reseal_key(std::string_view kid, const std::string& from,
                              const std::string& to) {
  return source_.lease()->any(reseal_sql, Bytes{to}, kid, Bytes{from});
}

std::size_t SqlKeyWrites::delete_keys_before(UtcTime now) {
  return source_.lease()->query(delete_sql, now).size();
}

bool SqlKeyWrites::acquire_lease(std::string_view name, const LeaseId& holder, UtcTime now,
                                 UtcTime until) {
  return source_.lease()->any(acquire_sql, name, holder, until, now);
}

void SqlKeyWrites::release_lease(std::string_view name, const LeaseId& holder) {
  source_.lease()->query(release_sql, name, holder);
}

}  // namespace coffeeauth::sql
