-- The links and codes of the room `recovery`, the pace of its mails, and the addresses that it reserves.
-- Times are milliseconds since 1970, ids and digests text.

CREATE TABLE recovery_tickets (
  digest TEXT COLLATE "C" PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- The account's one ticket of a kind that has one; NULL for the others.
  only_of TEXT COLLATE "C" UNIQUE,
  security_version BIGINT NOT NULL,
  email TEXT COLLATE "C",
  changed_to TEXT COLLATE "C",
  code_digest TEXT COLLATE "C",
  guesses BIGINT NOT NULL DEFAULT 0,
  session_id TEXT COLLATE "C",
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX recovery_tickets_by_user ON recovery_tickets (user_id, kind);
CREATE INDEX recovery_tickets_by_expiry ON recovery_tickets (expires_at);

CREATE TABLE recovery_slots (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT COLLATE "C" NOT NULL,
  sent_at BIGINT NOT NULL,
  hour_began_at BIGINT NOT NULL,
  hour_count BIGINT NOT NULL,
  day_began_at BIGINT NOT NULL,
  day_count BIGINT NOT NULL,
  PRIMARY KEY (user_id, kind)
);

CREATE TABLE recovery_reservations (
  email TEXT COLLATE "C" PRIMARY KEY,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  until BIGINT NOT NULL
);
CREATE INDEX recovery_reservations_by_user ON recovery_reservations (user_id);
CREATE INDEX recovery_reservations_by_end ON recovery_reservations (until);
