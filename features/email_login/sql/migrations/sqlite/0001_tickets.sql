-- The links and codes of the room `email_login`, the pace of its mails, and the guesses at its codes.
-- Times are milliseconds since 1970, ids and digests text.

CREATE TABLE email_login_tickets (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  link_digest TEXT NOT NULL UNIQUE,
  login_digest TEXT NOT NULL UNIQUE,
  code_digest TEXT NOT NULL,
  guesses INTEGER NOT NULL DEFAULT 0,
  security_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX email_login_tickets_by_expiry ON email_login_tickets (expires_at);

CREATE TABLE email_login_mails (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- Whose share it is; empty for that of all who have none of their own.
  network TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  hour_began_at INTEGER NOT NULL,
  hour_count INTEGER NOT NULL,
  day_began_at INTEGER NOT NULL,
  day_count INTEGER NOT NULL,
  PRIMARY KEY (user_id, network)
) STRICT;
CREATE INDEX email_login_mails_by_age ON email_login_mails (sent_at);

CREATE TABLE email_login_guesses (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  day_began_at INTEGER NOT NULL,
  day_count INTEGER NOT NULL
) STRICT;
CREATE INDEX email_login_guesses_by_age ON email_login_guesses (day_began_at);
