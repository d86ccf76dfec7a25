#include <algorithm>
#include <string>
#include <utility>

#include "coffeeauth/new_device/sql.hpp"
#include "coffeeauth/sql/query.hpp"
#include "new_device_migrations.hpp"

namespace coffeeauth::new_device {
namespace {

using namespace std::chrono_literals;
using sql::count_value;
using sql::digest_value;
using sql::Sql;
using sql::time_value;

const Sql seen_again_sql{.text = R"(
  UPDATE new_device_sightings SET last_seen_at = $1
  WHERE user_id = $2 AND digest = $3 AND last_seen_at > $4 RETURNING 1)",
                         .columns = "n"};
// Its first login makes the row; each later one from a device that is not known holds it to the
// end, so that they go one after the other. The count says which was the first on every database
// alike.
const Sql hold_account_sql{.text = R"(
  INSERT INTO new_device_accounts (user_id, turns, day_began_at, day_count) VALUES ($1, 1, 0, 0)
  ON CONFLICT (user_id) DO UPDATE SET turns = new_device_accounts.turns + 1
  RETURNING turns)",
                           .columns = "n"};
// $1 is a day ago, $2 now.
const Sql take_notice_sql{.text = R"(
  UPDATE new_device_accounts
  SET day_count = CASE WHEN day_began_at <= $1 THEN 1 ELSE day_count + 1 END,
      day_began_at = CASE WHEN day_began_at <= $1 THEN $2 ELSE day_began_at END
  WHERE user_id = $3 AND (day_began_at <= $1 OR day_count < $4)
  RETURNING 1)",
                          .columns = "n"};
const Sql remember_sql{.text = R"(
  INSERT INTO new_device_sightings (user_id, digest, last_seen_at) VALUES ($1, $2, $3)
  ON CONFLICT (user_id, digest) DO UPDATE SET last_seen_at = excluded.last_seen_at)"};
const Sql make_room_sql{.text = R"(
  DELETE FROM new_device_sightings WHERE user_id = $1 AND digest IN (
    SELECT digest FROM new_device_sightings WHERE user_id = $1 AND digest <> $2
    ORDER BY last_seen_at DESC, digest LIMIT 1000000 OFFSET $3))"};
const Sql forget_sql{.text = "DELETE FROM new_device_sightings WHERE user_id = $1"};
// The time once more outside: one that is seen again meanwhile stays.
const Sql delete_unseen_sql{.text = R"(
  DELETE FROM new_device_sightings WHERE last_seen_at <= $1 AND (user_id, digest) IN (
    SELECT user_id, digest FROM new_device_sightings WHERE last_seen_at <= $1
    ORDER BY last_seen_at LIMIT $2)
  RETURNING 1)",
                            .columns = "n"};

class SqlDevices final : public Devices {
 public:
  explicit SqlDevices(Transaction& transaction) : tx_(transaction) {}

  Sighting see(const UserId& user, const std::vector<FeatureDigest>& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    const auto is_known_by = [&](const FeatureDigest& digest) {
      return !query(tx_, seen_again_sql,
                    {time_value(now), user.str(), digest_value(digest),
                     time_value(now - options.lifetime)})
                  .empty();
    };
    // Nearly every login ends here.
    if (is_known_by(digests.front())) return Sighting::known;
    const bool has_none = query(tx_, hold_account_sql, {user.str()}).front().number(0) == 1;
    const bool is_first = has_none && first == FirstDevice::accepted;
    // Once more, since what went before this one may have noted it.
    if (is_known_by(digests.front())) return Sighting::known;
    if (std::any_of(digests.begin() + 1, digests.end(), is_known_by)) {
      remember(user, digests.front(), options.devices, now);
      return Sighting::known;
    }
    if (!is_first && !take_notice(user, options, now)) return Sighting::paced;
    remember(user, digests.front(), options.devices, now);
    return is_first ? Sighting::first : Sighting::fresh;
  }

  void forget(const UserId& user) override { query(tx_, forget_sql, {user.str()}); }

  std::size_t delete_unseen(UtcTime cutoff, std::size_t limit) override {
    return query(tx_, delete_unseen_sql, {time_value(cutoff), count_value(limit)}).size();
  }

 private:
  bool take_notice(const UserId& user, const NewDeviceOptions& options, UtcTime now) {
    return !query(tx_, take_notice_sql,
                  {time_value(now - 24h), time_value(now), user.str(),
                   count_value(options.notices_per_day)})
                .empty();
  }

  void remember(const UserId& user, const FeatureDigest& digest, std::size_t most, UtcTime now) {
    query(tx_, remember_sql, {user.str(), digest_value(digest), time_value(now)});
    query(tx_, make_room_sql, {user.str(), digest_value(digest), count_value(most - 1)});
  }

  Transaction& tx_;
};

class SqlDeviceStore final : public DeviceStore {
 public:
  std::unique_ptr<Devices> in(Transaction& transaction) override {
    // Throws for a transaction of another kind.
    static_cast<void>(sql::engine_of(transaction));
    return std::make_unique<SqlDevices>(transaction);
  }
};

}  // namespace

sql::RoomMigrations migrations() { return sql::new_device_migrations(); }

std::unique_ptr<DeviceStore> make_sql_devices() { return std::make_unique<SqlDeviceStore>(); }

}  // namespace coffeeauth::new_device
