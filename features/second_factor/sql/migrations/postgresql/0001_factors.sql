-- What lies between the two steps of a login, and what proves the second: tickets, counters of failures,
-- factors, recovery codes and trusted devices. Times are milliseconds since 1970, ids and digests text.

-- One row for each account that ever had anything here. Whoever changes several rows of an account, or
-- counts them, holds it to the end. The day of guesses at codes begins with the first of them.
CREATE TABLE second_factor_accounts (
  user_id TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  day_began_at BIGINT NOT NULL,
  day_guesses BIGINT NOT NULL,
  notified_at BIGINT
);

CREATE TABLE second_factor_tickets (
  digest TEXT COLLATE "C" PRIMARY KEY,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  security_version BIGINT NOT NULL,
  methods TEXT COLLATE "C" NOT NULL,
  promise TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  session_id TEXT COLLATE "C",
  attempts BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  -- The code that was sent last; without one all of these are NULL but the guesses.
  code_digest TEXT COLLATE "C",
  code_factor TEXT COLLATE "C",
  code_expires_at BIGINT,
  code_guesses BIGINT NOT NULL
);
CREATE INDEX second_factor_tickets_by_user ON second_factor_tickets (user_id, created_at);
CREATE INDEX second_factor_tickets_by_expiry ON second_factor_tickets (expires_at);

-- Failures in a row, apart for networks that the account has used before. The wait is the last one, in ms.
CREATE TABLE second_factor_failures (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  known_network BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  wait BIGINT NOT NULL,
  blocked_until BIGINT NOT NULL,
  PRIMARY KEY (user_id, known_network)
);

CREATE TABLE second_factor_factors (
  id TEXT COLLATE "C" PRIMARY KEY,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT COLLATE "C" NOT NULL,
  label TEXT COLLATE "C" NOT NULL,
  sealed_secret BYTEA,
  hint TEXT COLLATE "C" NOT NULL,
  target_digest TEXT COLLATE "C",
  created_at BIGINT NOT NULL,
  pending_until BIGINT NOT NULL,
  -- NULL while it is pending.
  confirmed_at BIGINT,
  last_used_at BIGINT,
  last_step BIGINT NOT NULL
);
CREATE INDEX second_factor_factors_by_user ON second_factor_factors (user_id);
CREATE UNIQUE INDEX second_factor_one_pending ON second_factor_factors (user_id, kind)
  WHERE confirmed_at IS NULL;
CREATE INDEX second_factor_factors_by_end ON second_factor_factors (pending_until)
  WHERE confirmed_at IS NULL;

CREATE TABLE second_factor_recovery_codes (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, digest)
);

CREATE TABLE second_factor_devices (
  id TEXT COLLATE "C" PRIMARY KEY,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest TEXT COLLATE "C" NOT NULL UNIQUE,
  security_version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  address TEXT COLLATE "C" NOT NULL,
  user_agent TEXT COLLATE "C" NOT NULL
);
CREATE INDEX second_factor_devices_by_user ON second_factor_devices (user_id, created_at);
CREATE INDEX second_factor_devices_by_expiry ON second_factor_devices (expires_at);
