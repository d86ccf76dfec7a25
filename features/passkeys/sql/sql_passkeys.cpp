#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "coffeeauth/passkeys/sql.hpp"
#include "coffeeauth/sql/query.hpp"
#include "passkeys_migrations.hpp"

namespace coffeeauth::passkeys {
namespace {

using sql::count_value;
using sql::digest_value;
using sql::Row;
using sql::Sql;
using sql::time_value;
using sql::Value;

const Sql hold_sql{.text = R"(
  INSERT INTO passkeys_accounts (user_id) SELECT id FROM users WHERE id = $1
  ON CONFLICT (user_id) DO UPDATE SET handle = passkeys_accounts.handle)"};
const Sql create_sql{.text = R"(
  INSERT INTO passkeys_credentials (id, user_id, credential_digest, credential_id, public_key,
                                    algorithm, sign_count, counter_regressed, backup_eligible,
                                    backed_up, transports, aaguid, name, created_at, last_used_at,
                                    rp_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12, $13, $14, $15)
  ON CONFLICT (credential_digest) DO NOTHING RETURNING 1)",
                     .columns = "n"};

Sql reading(std::string_view condition) {
  return {.text = R"(
  SELECT id, user_id, credential_digest, credential_id, public_key, algorithm, sign_count,
         backup_eligible, backed_up, transports, aaguid, name, created_at, last_used_at, rp_id
  FROM passkeys_credentials WHERE )" +
                  std::string{condition},
          .columns = "tttbbnnnntttnnt"};
}
const Sql find_credential_sql = reading("credential_digest = $1");
const Sql find_sql = reading("user_id = $1 AND id = $2");
const Sql list_sql = reading("user_id = $1 ORDER BY id");
const Sql count_sql{.text = "SELECT count(*) FROM passkeys_credentials WHERE user_id = $1",
                    .columns = "n"};
const Sql rename_sql{
    .text = "UPDATE passkeys_credentials SET name = $1 WHERE id = $2 AND user_id = $3 RETURNING 1",
    .columns = "n"};
const Sql remove_sql{
    .text = "DELETE FROM passkeys_credentials WHERE id = $1 AND user_id = $2 RETURNING 1",
    .columns = "n"};
const Sql remove_all_sql{
    .text = "DELETE FROM passkeys_credentials WHERE user_id = $1 AND created_at >= $2 RETURNING 1",
    .columns = "n"};
// $1 is the counter that was seen, $5 whether one that has not grown is tolerated of a credential
// that can be backed up, $6 of any other. The columns are those of before, whatever is set first.
const Sql use_sql{.text = R"(
  UPDATE passkeys_credentials
  SET counter_regressed = CASE WHEN $1 > sign_count OR ($1 = 0 AND sign_count = 0) THEN 0
                               ELSE 1 END,
      sign_count = CASE WHEN $1 > sign_count THEN $1 ELSE sign_count END,
      backed_up = $2, last_used_at = $3
  WHERE id = $4
    AND ($1 > sign_count OR ($1 = 0 AND sign_count = 0)
         OR (backup_eligible <> 0 AND $5 <> 0) OR (backup_eligible = 0 AND $6 <> 0))
  RETURNING counter_regressed)",
                  .columns = "n"};
const Sql exists_sql{.text = "SELECT 1 FROM passkeys_credentials WHERE id = $1", .columns = "n"};
const Sql handle_of_sql{.text = R"(
  INSERT INTO passkeys_accounts (user_id, handle) VALUES ($1, $2)
  ON CONFLICT (user_id) DO UPDATE
    SET handle = coalesce(passkeys_accounts.handle, excluded.handle)
  RETURNING handle)",
                        .columns = "t"};
const Sql find_handle_sql{
    .text = "SELECT handle FROM passkeys_accounts WHERE user_id = $1 AND handle IS NOT NULL",
    .columns = "t"};
const Sql user_of_sql{.text = "SELECT user_id FROM passkeys_accounts WHERE handle = $1",
                      .columns = "t"};
const Sql spend_challenge_sql{.text = R"(
  INSERT INTO passkeys_spent_challenges (digest, expires_at) VALUES ($1, $2)
  ON CONFLICT (digest) DO NOTHING RETURNING 1)",
                              .columns = "n"};
const Sql delete_expired_sql{.text = R"(
  DELETE FROM passkeys_spent_challenges WHERE digest IN (
    SELECT digest FROM passkeys_spent_challenges WHERE expires_at <= $1
    ORDER BY expires_at LIMIT $2)
  RETURNING 1)",
                             .columns = "n"};

Value flag_value(bool flag) { return std::int64_t{flag ? 1 : 0}; }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

UserHandle handle_in(const Row& row) {
  const auto handle = parse_hex_digest(row.text(0));
  if (!handle) Row::damaged();
  return *handle;
}

Passkey passkey_in(const Row& row) {
  const auto aaguid = parse_uuid(row.text(10));
  if (!aaguid) Row::damaged();
  return {.id = row.id<PasskeyId>(0),
          .user = row.id<UserId>(1),
          .rp_id = row.text(14),
          .credential_digest = row.digest<CredentialDigest>(2),
          .credential_id = row.bytes(3),
          .public_key = row.bytes(4),
          .algorithm = static_cast<CoseAlgorithm>(row.number(5)),
          .sign_count = static_cast<std::uint32_t>(row.number(6)),
          .backup_eligible = row.flag(7),
          .backed_up = row.flag(8),
          .transports = words_of(row.text(9)),
          .aaguid = *aaguid,
          .name = row.text(11),
          .created_at = row.time(12),
          .last_used_at = row.optional_time(13)};
}

std::optional<Passkey> first_passkey(const sql::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return passkey_in(rows.front());
}

class SqlPasskeys final : public Passkeys {
 public:
  explicit SqlPasskeys(Transaction& transaction) : tx_(transaction) {}

  void hold(const UserId& user) override { query(tx_, hold_sql, {user.str()}); }

  CreateOutcome create(const Passkey& p, std::size_t max) override {
    hold(p.user);
    if (count(p.user) >= max) return CreateOutcome::full;
    const auto created = query(
        tx_, create_sql,
        {p.id.str(), p.user.str(), digest_value(p.credential_digest), sql::Bytes{p.credential_id},
         sql::Bytes{p.public_key}, std::int64_t{static_cast<int>(p.algorithm)},
         std::int64_t{p.sign_count}, flag_value(p.backup_eligible), flag_value(p.backed_up),
         joined(p.transports), to_uuid_string(p.aaguid), p.name, time_value(p.created_at),
         p.last_used_at ? time_value(*p.last_used_at) : Value{}, p.rp_id});
    return created.empty() ? CreateOutcome::exists : CreateOutcome::created;
  }

  std::optional<Passkey> find(const CredentialDigest& credential) override {
    return first_passkey(query(tx_, find_credential_sql, {digest_value(credential)}));
  }

  std::optional<Passkey> find(const UserId& user, const PasskeyId& id) override {
    return first_passkey(query(tx_, find_sql, {user.str(), id.str()}));
  }

  std::vector<Passkey> list(const UserId& user) override {
    std::vector<Passkey> listed;
    for (const auto& row : query(tx_, list_sql, {user.str()})) listed.push_back(passkey_in(row));
    return listed;
  }

  std::size_t count(const UserId& user) override {
    return static_cast<std::size_t>(query(tx_, count_sql, {user.str()}).front().number(0));
  }

  bool rename(const UserId& user, const PasskeyId& id, std::string_view name) override {
    return !query(tx_, rename_sql, {std::string{name}, id.str(), user.str()}).empty();
  }

  bool remove(const UserId& user, const PasskeyId& id) override {
    hold(user);
    return !query(tx_, remove_sql, {id.str(), user.str()}).empty();
  }

  std::size_t remove_all(const UserId& user, UtcTime since) override {
    hold(user);
    return query(tx_, remove_all_sql, {user.str(), time_value(since)}).size();
  }

  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    const bool tolerates_copies = policy != CounterPolicy::all;
    const bool tolerates_all = policy == CounterPolicy::ignore;
    const auto rows =
        query(tx_, use_sql,
              {std::int64_t{seen.sign_count}, flag_value(seen.backed_up), time_value(now), id.str(),
               flag_value(tolerates_copies), flag_value(tolerates_all)});
    if (!rows.empty()) return rows.front().flag(0) ? UseOutcome::tolerated : UseOutcome::used;
    const bool is_there = !query(tx_, exists_sql, {id.str()}).empty();
    return is_there ? UseOutcome::regressed : UseOutcome::gone;
  }

  UserHandle handle_of(const UserId& user, const UserHandle& candidate) override {
    return handle_in(query(tx_, handle_of_sql, {user.str(), to_hex(candidate)}).front());
  }

  std::optional<UserHandle> find_handle(const UserId& user) override {
    const auto rows = query(tx_, find_handle_sql, {user.str()});
    if (rows.empty()) return std::nullopt;
    return handle_in(rows.front());
  }

  std::optional<UserId> user_of(const UserHandle& handle) override {
    const auto rows = query(tx_, user_of_sql, {to_hex(handle)});
    if (rows.empty()) return std::nullopt;
    return rows.front().id<UserId>(0);
  }

  bool spend_challenge(const ChallengeDigest& digest, UtcTime expires_at) override {
    return !query(tx_, spend_challenge_sql, {digest_value(digest), time_value(expires_at)}).empty();
  }

  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    return query(tx_, delete_expired_sql, {time_value(now), count_value(limit)}).size();
  }

 private:
  Transaction& tx_;
};

class SqlPasskeyStore final : public PasskeyStore {
 public:
  std::unique_ptr<Passkeys> in(Transaction& transaction) override {
    // Throws for a transaction of another kind.
    static_cast<void>(sql::engine_of(transaction));
    return std::make_unique<SqlPasskeys>(transaction);
  }
};

}  // namespace

sql::RoomMigrations migrations() { return sql::passkeys_migrations(); }

std::unique_ptr<PasskeyStore> make_sql_passkeys() { return std::make_unique<SqlPasskeyStore>(); }

}  // namespace coffeeauth::passkeys
