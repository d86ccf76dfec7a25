// Codes that let a login past the failures that were counted for its account.

#include "adapters/sql/src/sessions.hpp"
#include "adapters/sql/src/user_rows.hpp"

namespace coffeeauth::sql {
namespace {

constexpr auto day = std::chrono::hours{24};

// $5 is the moment a day ago, $4 is now. `count` is the column that counts this code.
Sql put_sql(const std::string& count, const std::string& other) {
  const auto since = count + "_since";
  return {.text = "INSERT INTO login_codes (user_id, digest, expires_at, attempts, " + since +
                  ", " + count + ", " + other + "_since, " + other + R"(, guessing_since, guesses)
  SELECT $1, $2, $3, 0, $4, 1, 0, 0, $4, 0 FROM users WHERE id = $1
  ON CONFLICT (user_id) DO UPDATE
    SET digest = excluded.digest, expires_at = excluded.expires_at, attempts = 0, )" +
                  count + " = CASE WHEN login_codes." + since + " <= $5 THEN 1 ELSE login_codes." +
                  count + " + 1 END, " + since + " = CASE WHEN login_codes." + since +
                  " <= $5 THEN $4 ELSE login_codes." + since + R"( END
    WHERE (login_codes.digest IS NULL OR login_codes.expires_at <= $4)
      AND (login_codes.)" +
                  since + " <= $5 OR login_codes." + count + R"( < $6)
  RETURNING 1)",
          .columns = "n"};
}
const Sql put_for_anybody_sql = put_sql("made", "made_for_password");
const Sql put_for_password_sql = put_sql("made_for_password", "made");
// The one that may be guessed at. $2 is now, $4 the moment a day ago.
const Sql find_sql{.text = R"(
  SELECT digest FROM login_codes
  WHERE user_id = $1 AND digest IS NOT NULL AND expires_at > $2 AND attempts < $3
    AND (CASE WHEN guessing_since <= $4 THEN 0 ELSE guesses END) < $5)",
                   .columns = "t"};
// $1 is the moment a day ago, $2 is now.
Sql count_sql(const std::string& besides) {
  return {.text = "UPDATE login_codes SET " + besides + R"(attempts = attempts + 1,
      guesses = CASE WHEN guessing_since <= $1 THEN 1 ELSE guesses + 1 END,
      guessing_since = CASE WHEN guessing_since <= $1 THEN $2 ELSE guessing_since END
  WHERE user_id = $3)"};
}
const Sql spend_attempt_sql = count_sql("");
const Sql consume_sql = count_sql("digest = NULL, ");

}  // namespace

bool SqlSessionWrites::put_login_code(const UserId& user, const NewLoginCode& code,
                                      std::size_t max_per_day, UtcTime now) {
  const auto connection = source_.lease();
  lock_user(*connection, user);
  const bool has_password = code.budget == LoginCodeBudget::password_holders;
  return connection->any(has_password ? put_for_password_sql : put_for_anybody_sql, user,
                         code.digest, code.expires_at, now, now - day, to_limit(max_per_day));
}

bool SqlSessionWrites::try_login_code(const UserId& user, const LoginGuess& guess,
                                      const GuessLimits& limits, UtcTime now) {
  const auto connection = source_.lease();
  // The user's row before what hangs on it, in every verb: nobody else compares before this one has
  // decided, so that no two guesses see the same count.
  lock_user(*connection, user);
  const auto row = connection->query_one(find_sql, user, now, to_limit(limits.per_code), now - day,
                                         to_limit(limits.per_day));
  // The comparison of digests takes constant time; one in SQL would not.
  const bool is_code = row && row->digest<CodeDigest>(0) == guess.digest;
  const bool is_right = is_code && guess.password_is_right;
  const bool counts = row && (is_code || guess.password_is_right);
  // The same statements for who has neither, and where there is no account; they find no row.
  connection->query(is_right ? consume_sql : spend_attempt_sql, now - day, now,
                    counts ? user : UserId{});
  return is_right;
}

}  // namespace coffeeauth::sql
