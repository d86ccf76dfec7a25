-- The links and codes of the room `recovery`, the pace of its mails, and the addresses that it reserves.
-- Times are milliseconds since 1970, ids and digests text.

CREATE TABLE recovery_tickets (
  digest TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- The account's one ticket of a kind that has one; NULL for the others.
  only_of TEXT UNIQUE,
  security_version INTEGER NOT NULL,
  email TEXT,
  changed_to TEXT,
  code_digest TEXT,
  guesses INTEGER NOT NULL DEFAULT 0,
  session_id TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX recovery_tickets_by_user ON recovery_tickets (user_id, kind);
CREATE INDEX recovery_tickets_by_expiry ON recovery_tickets (expires_at);

CREATE TABLE recovery_slots (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  hour_began_at INTEGER NOT NULL,
  hour_count INTEGER NOT NULL,
  day_began_at INTEGER NOT NULL,
  day_count INTEGER NOT NULL,
  PRIMARY KEY (user_id, kind)
) STRICT;

CREATE TABLE recovery_reservations (
  email TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  until INTEGER NOT NULL
) STRICT;
CREATE INDEX recovery_reservations_by_user ON recovery_reservations (user_id);
CREATE INDEX recovery_reservations_by_end ON recovery_reservations (until);
