-- The order of last logins, apart from the users: an UPDATE that changes a column of any index writes
-- the row's entries in all of them anew, and each login was seven. `users.last_login` stays what
-- is shown, and is in no index. A user who was inserted by hand, or by the release before, has no row
-- here and is in no list that is ordered by it until the first login, or until recount_users().

CREATE TABLE last_logins (
  user_id        TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  -- -1 for those who never came, so that they are first.
  login_key      BIGINT NOT NULL
);
INSERT INTO last_logins SELECT id, last_login_key FROM users;
CREATE INDEX last_logins_in_order ON last_logins (login_key, user_id);
DROP INDEX users_by_last_login;
CREATE OR REPLACE FUNCTION recount_users() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE;
  PERFORM set_config('coffeeauth.recounts', 'on', true);
  DELETE FROM user_counts;
  INSERT INTO user_counts
    SELECT 0, role, is_verified, is_active, count(*) FROM users GROUP BY role, is_verified, is_active;
  PERFORM set_config('coffeeauth.recounts', 'off', true);
  INSERT INTO last_logins SELECT id, coalesce(last_login, -1) FROM users
    ON CONFLICT (user_id) DO UPDATE SET login_key = excluded.login_key
    WHERE last_logins.login_key <> excluded.login_key;
END $$;
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION recount_users() SET search_path = %I, pg_temp', current_schema());
END $$;
-- Room on each page for the new version of a row, without which the indexes are written all the same.
ALTER TABLE users SET (fillfactor = 85);
