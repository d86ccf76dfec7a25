-- How many users there are of each kind, kept by triggers: counting a million rows would be most of
-- what a list costs. Without shards here, since there is one writer at a time; the column is there for
-- the statements to be one text for all data bases.

CREATE TABLE user_counts (
  shard       SMALLINT NOT NULL,
  role        SMALLINT NOT NULL,
  is_verified SMALLINT NOT NULL,
  is_active   SMALLINT NOT NULL,
  n           BIGINT NOT NULL,
  PRIMARY KEY (shard, role, is_verified, is_active)
);
CREATE TRIGGER users_counted_in AFTER INSERT ON users BEGIN
  INSERT INTO user_counts VALUES (0, NEW.role, NEW.is_verified, NEW.is_active, 1)
  ON CONFLICT (shard, role, is_verified, is_active) DO UPDATE SET n = n + 1; END;
CREATE TRIGGER users_counted_out AFTER DELETE ON users BEGIN
  INSERT INTO user_counts VALUES (0, OLD.role, OLD.is_verified, OLD.is_active, -1)
  ON CONFLICT (shard, role, is_verified, is_active) DO UPDATE SET n = n - 1; END;
CREATE TRIGGER users_counted_over AFTER UPDATE OF role, is_verified, is_active ON users
  WHEN (OLD.role, OLD.is_verified, OLD.is_active) <> (NEW.role, NEW.is_verified, NEW.is_active) BEGIN
  INSERT INTO user_counts VALUES (0, OLD.role, OLD.is_verified, OLD.is_active, -1),
                                 (0, NEW.role, NEW.is_verified, NEW.is_active, 1)
  ON CONFLICT (shard, role, is_verified, is_active) DO UPDATE SET n = n + excluded.n; END;
INSERT INTO user_counts
  SELECT 0, role, is_verified, is_active, count(*) FROM users GROUP BY role, is_verified, is_active;
