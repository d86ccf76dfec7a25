-- How many users there are of each kind, kept by triggers: counting a million rows would be most of
-- what a list costs. In shards, so that sign-ups of different connections do not wait for each other;
-- in the order of the kinds, so that two of one shard cannot wait for each other in a circle. Only the
-- sum over the shards means something.

CREATE TABLE user_counts (
  shard       SMALLINT NOT NULL,
  role        SMALLINT NOT NULL,
  is_verified SMALLINT NOT NULL,
  is_active   SMALLINT NOT NULL,
  n           BIGINT NOT NULL,
  PRIMARY KEY (shard, role, is_verified, is_active)
);
CREATE FUNCTION count_users_in() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO user_counts
    SELECT pg_backend_pid() & 15, role, is_verified, is_active, count(*) FROM changed
    GROUP BY role, is_verified, is_active ORDER BY role, is_verified, is_active
  ON CONFLICT (shard, role, is_verified, is_active) DO UPDATE SET n = user_counts.n + excluded.n;
  RETURN NULL;
END $$;
CREATE FUNCTION count_users_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO user_counts
    SELECT pg_backend_pid() & 15, role, is_verified, is_active, -count(*) FROM changed
    GROUP BY role, is_verified, is_active ORDER BY role, is_verified, is_active
  ON CONFLICT (shard, role, is_verified, is_active) DO UPDATE SET n = user_counts.n + excluded.n;
  RETURN NULL;
END $$;
CREATE FUNCTION count_users_over() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO user_counts
    SELECT pg_backend_pid() & 15, role, is_verified, is_active, n
    FROM (VALUES (OLD.role, OLD.is_verified, OLD.is_active, -1),
                 (NEW.role, NEW.is_verified, NEW.is_active, 1)) AS moved (role, is_verified, is_active, n)
    ORDER BY role, is_verified, is_active
  ON CONFLICT (shard, role, is_verified, is_active) DO UPDATE SET n = user_counts.n + excluded.n;
  RETURN NULL;
END $$;
-- Each of these locks out who writes users until the transaction ends, so that the sum below is right.
CREATE TRIGGER users_counted_in AFTER INSERT ON users
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_users_in();
CREATE TRIGGER users_counted_out AFTER DELETE ON users
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_users_out();
CREATE TRIGGER users_counted_over AFTER UPDATE OF role, is_verified, is_active ON users FOR EACH ROW
  WHEN ((OLD.role, OLD.is_verified, OLD.is_active) IS DISTINCT FROM (NEW.role, NEW.is_verified, NEW.is_active))
  EXECUTE FUNCTION count_users_over();
INSERT INTO user_counts
  SELECT 0, role, is_verified, is_active, count(*) FROM users GROUP BY role, is_verified, is_active;
