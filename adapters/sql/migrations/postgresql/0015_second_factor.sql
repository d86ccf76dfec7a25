-- Whether logins of the account need a second factor. A default that is no
-- expression rewrites no row.

ALTER TABLE users ADD COLUMN second_factor SMALLINT NOT NULL DEFAULT 0
  CHECK (second_factor IN (0, 1));
