-- What lies between the two steps of a login, and what proves the second: tickets, counters of failures,
-- factors, recovery codes and trusted devices. Times are milliseconds since 1970, ids and digests text.

-- One row for each account that ever had anything here. Whoever changes several rows of an account, or
-- counts them, holds it to the end. The day of guesses at codes begins with the first of them.
CREATE TABLE second_factor_accounts (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  day_began_at INTEGER NOT NULL,
  day_guesses INTEGER NOT NULL,
  notified_at INTEGER
) STRICT;

CREATE TABLE second_factor_tickets (
  digest TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  security_version INTEGER NOT NULL,
  methods TEXT NOT NULL,
  promise TEXT NOT NULL,
  subject TEXT NOT NULL,
  session_id TEXT,
  attempts INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- The code that was sent last; without one all of these are NULL but the guesses.
  code_digest TEXT,
  code_factor TEXT,
  code_expires_at INTEGER,
  code_guesses INTEGER NOT NULL
) STRICT;
CREATE INDEX second_factor_tickets_by_user ON second_factor_tickets (user_id, created_at);
CREATE INDEX second_factor_tickets_by_expiry ON second_factor_tickets (expires_at);

-- Failures in a row, apart for networks that the account has used before. The wait is the last one, in ms.
CREATE TABLE second_factor_failures (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  known_network INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  wait INTEGER NOT NULL,
  blocked_until INTEGER NOT NULL,
  PRIMARY KEY (user_id, known_network)
) STRICT;

CREATE TABLE second_factor_factors (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  sealed_secret BLOB,
  hint TEXT NOT NULL,
  target_digest TEXT,
  created_at INTEGER NOT NULL,
  pending_until INTEGER NOT NULL,
  -- NULL while it is pending.
  confirmed_at INTEGER,
  last_used_at INTEGER,
  last_step INTEGER NOT NULL
) STRICT;
CREATE INDEX second_factor_factors_by_user ON second_factor_factors (user_id);
CREATE UNIQUE INDEX second_factor_one_pending ON second_factor_factors (user_id, kind)
  WHERE confirmed_at IS NULL;
CREATE INDEX second_factor_factors_by_end ON second_factor_factors (pending_until)
  WHERE confirmed_at IS NULL;

CREATE TABLE second_factor_recovery_codes (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, digest)
) STRICT;

CREATE TABLE second_factor_devices (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest TEXT NOT NULL UNIQUE,
  security_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL
) STRICT;
CREATE INDEX second_factor_devices_by_user ON second_factor_devices (user_id, created_at);
CREATE INDEX second_factor_devices_by_expiry ON second_factor_devices (expires_at);
