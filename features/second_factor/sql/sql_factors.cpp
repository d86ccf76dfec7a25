// Factors, recovery codes and devices, in SQL.

#include <string>
#include <string_view>
#include <utility>

#include "coffeeauth/second_factor/sql.hpp"
#include "coffeeauth/sql/query.hpp"
#include "features/second_factor/sql/sql_rows.hpp"
#include "second_factor_migrations.hpp"

namespace coffeeauth::second_factor {
namespace {

using sql::count_value;
using sql::digest_value;
using sql::Row;
using sql::Sql;
using sql::time_value;
using sql::Value;

constexpr std::string_view factor_columns =
    " id, user_id, kind, label, sealed_secret, hint, target_digest, created_at, pending_until, "
    "confirmed_at, last_used_at, last_step ";
constexpr auto factor_letters = "ttttbttnnnnn";

Sql reading_factors(std::string_view condition) {
  return {.text = "SELECT" + std::string{factor_columns} + "FROM second_factor_factors WHERE " +
                  std::string{condition},
          .columns = factor_letters};
}
const Sql list_factors_sql = reading_factors(
    "user_id = $1 AND (confirmed_at IS NOT NULL OR pending_until > $2) ORDER BY id");
const Sql find_factor_sql = reading_factors(
    "user_id = $1 AND (confirmed_at IS NOT NULL OR pending_until > $2) AND id = $3");
const Sql count_confirmed_sql{.text = R"(
  SELECT count(*) FROM second_factor_factors
  WHERE user_id = $1 AND kind = $2 AND confirmed_at IS NOT NULL)",
                              .columns = "n"};
const Sql drop_pending_sql{.text = R"(
  DELETE FROM second_factor_factors WHERE user_id = $1 AND kind = $2 AND confirmed_at IS NULL)"};
const Sql add_factor_sql{.text = R"(
  INSERT INTO second_factor_factors (id, user_id, kind, label, sealed_secret, hint, target_digest,
                                     created_at, pending_until, last_step)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))"};
const Sql confirm_factor_sql{.text = R"(
  UPDATE second_factor_factors SET confirmed_at = $1, last_step = $2
  WHERE id = $3 AND user_id = $4 AND confirmed_at IS NULL AND pending_until > $1 RETURNING 1)",
                             .columns = "n"};
const Sql accept_step_sql{.text = R"(
  UPDATE second_factor_factors SET last_step = $1, last_used_at = $2
  WHERE id = $3 AND user_id = $4 AND confirmed_at IS NOT NULL AND last_step < $1 RETURNING 1)",
                          .columns = "n"};
const Sql mark_used_sql{.text = R"(
  UPDATE second_factor_factors SET last_used_at = $1
  WHERE id = $2 AND user_id = $3 AND confirmed_at IS NOT NULL RETURNING 1)",
                        .columns = "n"};
const Sql rename_factor_sql{.text = R"(
  UPDATE second_factor_factors SET label = $1 WHERE id = $2 AND user_id = $3 RETURNING 1)",
                            .columns = "n"};
const Sql remove_factor_sql{
    .text = "DELETE FROM second_factor_factors WHERE id = $1 AND user_id = $2 RETURNING 1",
    .columns = "n"};
// The column itself: SQLite 3.40 takes IS NULL behind RETURNING for false where an index is
// partial.
const Sql remove_factors_sql{.text = R"(
  DELETE FROM second_factor_factors
  WHERE user_id = $1 AND (confirmed_at IS NULL OR confirmed_at >= $2)
  RETURNING confirmed_at)",
                             .columns = "n"};
const Sql list_sealed_sql{.text = R"(
  SELECT id, user_id, kind, sealed_secret FROM second_factor_factors WHERE id > $1
  ORDER BY id LIMIT $2)",
                          .columns = "tttb"};
const Sql reseal_sql{.text = R"(
  UPDATE second_factor_factors SET sealed_secret = $1 WHERE id = $2 AND sealed_secret = $3
  RETURNING 1)",
                     .columns = "n"};
const Sql drop_recovery_codes_sql{
    .text =
        "DELETE FROM second_factor_recovery_codes WHERE user_id = $1 AND created_at >= $2 "
        "RETURNING 1",
    .columns = "n"};
const Sql add_recovery_code_sql{.text = R"(
  INSERT INTO second_factor_recovery_codes (user_id, digest, created_at) VALUES ($1, $2, $3))"};
const Sql spend_recovery_code_sql{.text = R"(
  DELETE FROM second_factor_recovery_codes WHERE user_id = $1 AND digest = $2 RETURNING 1)",
                                  .columns = "n"};
const Sql count_recovery_codes_sql{
    .text = "SELECT count(*) FROM second_factor_recovery_codes WHERE user_id = $1", .columns = "n"};
const Sql trust_sql{.text = R"(
  INSERT INTO second_factor_devices (id, user_id, digest, security_version, created_at, expires_at,
                                     last_used_at, address, user_agent)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))"};
const Sql make_room_for_device_sql{.text = R"(
  DELETE FROM second_factor_devices WHERE user_id = $1 AND id IN (
    SELECT id FROM second_factor_devices WHERE user_id = $1 AND id <> $2
    ORDER BY created_at DESC, id LIMIT 1000000 OFFSET $3))"};
const Sql use_device_sql{.text = R"(
  UPDATE second_factor_devices SET last_used_at = $1
  WHERE user_id = $2 AND digest = $3 AND security_version = $4 AND expires_at > $1 RETURNING 1)",
                         .columns = "n"};
const Sql list_devices_sql{.text = R"(
  SELECT id, user_id, digest, security_version, created_at, expires_at, last_used_at, address,
         user_agent
  FROM second_factor_devices WHERE user_id = $1 AND security_version = $2 AND expires_at > $3
  ORDER BY created_at DESC, id DESC)",
                           .columns = "tttnnnntt"};
const Sql forget_device_sql{
    .text = "DELETE FROM second_factor_devices WHERE id = $1 AND user_id = $2 RETURNING 1",
    .columns = "n"};
const Sql forget_devices_sql{
    .text = "DELETE FROM second_factor_devices WHERE user_id = $1 RETURNING 1", .columns = "n"};
// The time once more outside, here and below: what is renewed or confirmed meanwhile stays.
const Sql count_live_sql{.text = R"(
  SELECT (SELECT count(*) FROM second_factor_tickets WHERE expires_at > $1),
         (SELECT count(*) FROM second_factor_devices WHERE expires_at > $1))",
                         .columns = "nn"};
const Sql delete_tickets_sql{.text = R"(
  DELETE FROM second_factor_tickets WHERE expires_at <= $1 AND digest IN (
    SELECT digest FROM second_factor_tickets WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
  RETURNING 1)",
                             .columns = "n"};
const Sql delete_pending_sql{.text = R"(
  DELETE FROM second_factor_factors
  WHERE confirmed_at IS NULL AND pending_until <= $1 AND id IN (
    SELECT id FROM second_factor_factors WHERE confirmed_at IS NULL AND pending_until <= $1
    ORDER BY pending_until LIMIT $2)
  RETURNING 1)",
                             .columns = "n"};
const Sql delete_devices_sql{.text = R"(
  DELETE FROM second_factor_devices WHERE expires_at <= $1 AND id IN (
    SELECT id FROM second_factor_devices WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
  RETURNING 1)",
                             .columns = "n"};

Factor factor_in(const Row& row) {
  Factor factor{.id = row.id<FactorId>(0),
                .user = row.id<UserId>(1),
                .kind = row.text(2),
                .label = row.text(3),
                .sealed_secret = row.bytes(4),
                .hint = row.text(5),
                .created_at = row.time(7),
                .pending_until = row.time(8),
                .confirmed_at = row.optional_time(9),
                .last_used_at = row.optional_time(10),
                .last_step = row.number(11)};
  if (!row.is_null(6)) factor.target_digest = row.digest<FeatureDigest>(6);
  return factor;
}

Device device_in(const Row& row) {
  return {.id = row.id<DeviceId>(0),
          .user = row.id<UserId>(1),
          .digest = row.digest<FeatureDigest>(2),
          .security_version = row.number(3),
          .created_at = row.time(4),
          .expires_at = row.time(5),
          .last_used_at = row.time(6),
          .address = row.text(7),
          .user_agent = row.text(8)};
}

std::size_t number_in(const sql::Rows& rows) {
  return static_cast<std::size_t>(rows.front().number(0));
}

class SqlFactorStore final : public FactorStore {
 public:
  std::unique_ptr<Factors> in(Transaction& transaction) override {
    // Throws for a transaction of another kind.
    static_cast<void>(sql::engine_of(transaction));
    return std::make_unique<SqlFactors>(transaction);
  }
};

}  // namespace

AddOutcome SqlFactors::add_factor(const Factor& factor, std::size_t max) {
  hold(factor.user);
  const auto confirmed =
      number_in(query(tx_, count_confirmed_sql, {factor.user.str(), factor.kind}));
  if (confirmed >= max) return AddOutcome::full;
  query(tx_, drop_pending_sql, {factor.user.str(), factor.kind});
  query(tx_, add_factor_sql,
        {factor.id.str(), factor.user.str(), factor.kind, factor.label,
         sql::Bytes{factor.sealed_secret}, factor.hint,
         factor.target_digest ? digest_value(*factor.target_digest) : Value{},
         time_value(factor.created_at), time_value(factor.pending_until), factor.last_step});
  return AddOutcome::added;
}

bool SqlFactors::confirm_factor(const UserId& user, const FactorId& id, std::int64_t step,
                                UtcTime now) {
  hold(user);
  return !query(tx_, confirm_factor_sql, {time_value(now), step, id.str(), user.str()}).empty();
}

bool SqlFactors::accept_step(const UserId& user, const FactorId& id, std::int64_t step,
                             UtcTime now) {
  return !query(tx_, accept_step_sql, {step, time_value(now), id.str(), user.str()}).empty();
}

bool SqlFactors::mark_used(const UserId& user, const FactorId& id, UtcTime now) {
  return !query(tx_, mark_used_sql, {time_value(now), id.str(), user.str()}).empty();
}

std::vector<Factor> SqlFactors::list_factors(const UserId& user, UtcTime now) {
  std::vector<Factor> listed;
  for (const auto& row : query(tx_, list_factors_sql, {user.str(), time_value(now)})) {
    listed.push_back(factor_in(row));
  }
  return listed;
}

std::optional<Factor> SqlFactors::find_factor(const UserId& user, const FactorId& id, UtcTime now) {
  const auto rows = query(tx_, find_factor_sql, {user.str(), time_value(now), id.str()});
  if (rows.empty()) return std::nullopt;
  return factor_in(rows.front());
}

bool SqlFactors::rename_factor(const UserId& user, const FactorId& id, std::string_view label) {
  return !query(tx_, rename_factor_sql, {std::string{label}, id.str(), user.str()}).empty();
}

bool SqlFactors::remove_factor(const UserId& user, const FactorId& id) {
  hold(user);
  return !query(tx_, remove_factor_sql, {id.str(), user.str()}).empty();
}

std::size_t SqlFactors::remove_factors(const UserId& user, UtcTime since) {
  hold(user);
  std::size_t confirmed = 0;
  for (const auto& row : query(tx_, remove_factors_sql, {user.str(), time_value(since)})) {
    confirmed += row.is_null(0) ? 0 : 1;
  }
  return confirmed;
}

std::vector<SealedFactor> SqlFactors::list_sealed(const FactorId& after, std::size_t limit) {
  std::vector<SealedFactor> listed;
  for (const auto& row : query(tx_, list_sealed_sql, {after.str(), count_value(limit)})) {
    listed.push_back({.id = row.id<FactorId>(0),
                      .user = row.id<UserId>(1),
                      .kind = row.text(2),
                      .sealed_secret = row.bytes(3)});
  }
  return listed;
}

bool SqlFactors::reseal(const FactorId& id, const std::string& from, const std::string& to) {
  return !query(tx_, reseal_sql, {sql::Bytes{to}, id.str(), sql::Bytes{from}}).empty();
}

void SqlFactors::replace_recovery_codes(const UserId& user,
                                        const std::vector<FeatureDigest>& digests, UtcTime now) {
  hold(user);
  drop_recovery_codes(user, UtcTime{});
  for (const auto& digest : digests) {
    query(tx_, add_recovery_code_sql, {user.str(), digest_value(digest), time_value(now)});
  }
}

std::size_t SqlFactors::drop_recovery_codes(const UserId& user, UtcTime since) {
  hold(user);
  return query(tx_, drop_recovery_codes_sql, {user.str(), time_value(since)}).size();
}

std::optional<std::size_t> SqlFactors::spend_recovery_code(
    const UserId& user, const std::vector<FeatureDigest>& digests) {
  hold(user);
  for (const auto& digest : digests) {
    if (!query(tx_, spend_recovery_code_sql, {user.str(), digest_value(digest)}).empty()) {
      return count_recovery_codes(user);
    }
  }
  return std::nullopt;
}

std::size_t SqlFactors::count_recovery_codes(const UserId& user) {
  return number_in(query(tx_, count_recovery_codes_sql, {user.str()}));
}

void SqlFactors::trust(const Device& device, std::size_t max) {
  hold(device.user);
  query(tx_, trust_sql,
        {device.id.str(), device.user.str(), digest_value(device.digest), device.security_version,
         time_value(device.created_at), time_value(device.expires_at),
         time_value(device.last_used_at), device.address, device.user_agent});
  query(tx_, make_room_for_device_sql, {device.user.str(), device.id.str(), count_value(max - 1)});
}

bool SqlFactors::use_device(const UserId& user, const std::vector<FeatureDigest>& digests,
                            std::int64_t security_version, UtcTime now) {
  for (const auto& digest : digests) {
    if (!query(tx_, use_device_sql,
               {time_value(now), user.str(), digest_value(digest), security_version})
             .empty()) {
      return true;
    }
  }
  return false;
}

std::vector<Device> SqlFactors::list_devices(const UserId& user, std::int64_t security_version,
                                             UtcTime now) {
  std::vector<Device> listed;
  for (const auto& row :
       query(tx_, list_devices_sql, {user.str(), security_version, time_value(now)})) {
    listed.push_back(device_in(row));
  }
  return listed;
}

bool SqlFactors::forget_device(const UserId& user, const DeviceId& id) {
  return !query(tx_, forget_device_sql, {id.str(), user.str()}).empty();
}

std::size_t SqlFactors::forget_devices(const UserId& user) {
  return query(tx_, forget_devices_sql, {user.str()}).size();
}

LiveRows SqlFactors::count_live(UtcTime now) {
  const auto rows = query(tx_, count_live_sql, {time_value(now)});
  return {.tickets = static_cast<std::size_t>(rows.front().number(0)),
          .devices = static_cast<std::size_t>(rows.front().number(1))};
}

std::size_t SqlFactors::delete_expired(std::size_t limit, UtcTime now) {
  std::size_t over = 0;
  for (const auto* const deleting :
       {&delete_tickets_sql, &delete_pending_sql, &delete_devices_sql}) {
    if (over >= limit) break;
    over += query(tx_, *deleting, {time_value(now), count_value(limit - over)}).size();
  }
  return over;
}

sql::RoomMigrations migrations() { return sql::second_factor_migrations(); }

std::unique_ptr<FactorStore> make_sql_factors() { return std::make_unique<SqlFactorStore>(); }

}  // namespace coffeeauth::second_factor
