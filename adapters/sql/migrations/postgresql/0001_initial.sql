-- The first schema. Each statement ends with a semicolon at the end of a line. Never change a
-- migration that was released: its checksum is kept in the data base. Write the next one.
--
-- Times are milliseconds since 1970, booleans 0 or 1, ids and digests text. COLLATE "C": the order of
-- lists and their cursors is that of the bytes, whatever locale the data base was made with. Empty
-- bytes are NULL: Poco cannot bind them as anything else.

CREATE TABLE users (
  id               TEXT COLLATE "C" PRIMARY KEY CHECK (length(id) = 36),
  email_canonical  TEXT COLLATE "C" NOT NULL UNIQUE,
  email_display    TEXT COLLATE "C" NOT NULL,
  first_name       TEXT COLLATE "C" NOT NULL,
  last_name        TEXT COLLATE "C" NOT NULL,
  -- 0 user, 1 administrator
  role             SMALLINT NOT NULL CHECK (role IN (0, 1)),
  is_verified      SMALLINT NOT NULL CHECK (is_verified IN (0, 1)),
  is_active        SMALLINT NOT NULL CHECK (is_active IN (0, 1)),
  date_joined      BIGINT NOT NULL,
  last_login       BIGINT,
  -- Not null, so that one index serves the order in which those who never came are first.
  last_login_key   BIGINT NOT NULL GENERATED ALWAYS AS (coalesce(last_login, -1)) STORED,
  -- When the latest sign-up was, while the address is not verified.
  unverified_since BIGINT NOT NULL,
  password_hash    TEXT COLLATE "C" NOT NULL,
  version          BIGINT NOT NULL,
  security_version BIGINT NOT NULL
);
-- The flags are in the indexes of the orders so that a filtered page reads only rows that match.
CREATE INDEX users_by_date_joined ON users (date_joined, id, role, is_verified, is_active);
CREATE INDEX users_by_last_login ON users (last_login_key, id, role, is_verified, is_active);
CREATE INDEX users_by_email ON users (email_canonical, id, role, is_verified, is_active);
-- For counting, and for the question whether an administrator is left.
CREATE INDEX users_by_flags ON users (role, is_verified, is_active, id);
-- For the clean-up.
CREATE INDEX users_unverified ON users (unverified_since, id) WHERE is_verified = 0;

-- Sign-ups for an address that nobody has proved yet; equal passwords have equal hashes here.
CREATE TABLE pending_sign_ups (
  user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  password_hash TEXT COLLATE "C" NOT NULL,
  email_display TEXT COLLATE "C" NOT NULL,
  first_name    TEXT COLLATE "C" NOT NULL,
  last_name     TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (user_id, password_hash)
);

-- One row a user. The digest goes when the code is spent; the count of the day's guesses stays.
CREATE TABLE verification_codes (
  user_id           TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  digest            TEXT COLLATE "C",
  expires_at        BIGINT NOT NULL,
  attempts          BIGINT NOT NULL,
  window_started_at BIGINT NOT NULL,
  window_guesses    BIGINT NOT NULL
);

-- The mails an account was sent lately.
CREATE TABLE mail_slots (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  sent_at BIGINT NOT NULL
);
CREATE INDEX mail_slots_by_user ON mail_slots (user_id, sent_at);

CREATE TABLE known_addresses (
  user_id   TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest    TEXT COLLATE "C" NOT NULL,
  last_seen BIGINT NOT NULL,
  PRIMARY KEY (user_id, digest)
);

CREATE TABLE sessions (
  id               TEXT COLLATE "C" PRIMARY KEY CHECK (length(id) = 36),
  user_id          TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at       BIGINT NOT NULL,
  last_used_at     BIGINT NOT NULL,
  idle_expires_at  BIGINT NOT NULL,
  expires_at       BIGINT NOT NULL,
  ends_at          BIGINT NOT NULL GENERATED ALWAYS AS
    (CASE WHEN idle_expires_at < expires_at THEN idle_expires_at ELSE expires_at END) STORED,
  address          TEXT COLLATE "C" NOT NULL,
  user_agent       TEXT COLLATE "C" NOT NULL,
  current_digest   TEXT COLLATE "C" NOT NULL,
  previous_digest  TEXT COLLATE "C",
  rotated_at       BIGINT,
  sealed_successor BYTEA
);
CREATE INDEX sessions_by_user ON sessions (user_id, last_used_at, id);
CREATE INDEX sessions_by_end ON sessions (ends_at, id);

CREATE TABLE outbox_jobs (
  id             TEXT COLLATE "C" PRIMARY KEY CHECK (length(id) = 36),
  kind           TEXT COLLATE "C" NOT NULL,
  sealed_payload BYTEA,
  message_id     TEXT COLLATE "C" NOT NULL,
  created_at     BIGINT NOT NULL,
  expires_at     BIGINT,
  -- 0 pending, 1 dead
  state          SMALLINT NOT NULL CHECK (state IN (0, 1)),
  attempts       BIGINT NOT NULL,
  -- When it may be claimed: its next try, or the end of the lease it is under.
  due_at         BIGINT NOT NULL,
  lease_id       TEXT COLLATE "C",
  last_error     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX outbox_jobs_by_age ON outbox_jobs (state, created_at, id, due_at);
CREATE INDEX outbox_jobs_by_due ON outbox_jobs (state, due_at);
CREATE INDEX outbox_jobs_by_expiry ON outbox_jobs (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE signing_keys (
  kid            TEXT COLLATE "C" PRIMARY KEY,
  algorithm      TEXT COLLATE "C" NOT NULL,
  sealed_private BYTEA,
  created_at     BIGINT NOT NULL,
  signs_from     BIGINT NOT NULL,
  verifies_until BIGINT,
  -- 1 for the key that was written because there was none of its algorithm.
  is_first       SMALLINT NOT NULL CHECK (is_first IN (0, 1))
);
-- Decides between processes that start at the same moment.
CREATE UNIQUE INDEX signing_keys_first ON signing_keys (algorithm) WHERE is_first = 1;

CREATE TABLE leases (
  name       TEXT COLLATE "C" PRIMARY KEY,
  holder     TEXT COLLATE "C" NOT NULL,
  held_until BIGINT NOT NULL
);
