-- The links and codes of the room `email_login`, the pace of its mails, and the guesses at its codes.
-- Times are milliseconds since 1970, ids and digests text.

CREATE TABLE email_login_tickets (
  user_id TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  link_digest TEXT COLLATE "C" NOT NULL UNIQUE,
  login_digest TEXT COLLATE "C" NOT NULL UNIQUE,
  code_digest TEXT COLLATE "C" NOT NULL,
  guesses BIGINT NOT NULL DEFAULT 0,
  security_version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX email_login_tickets_by_expiry ON email_login_tickets (expires_at);

CREATE TABLE email_login_mails (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- Whose share it is; empty for that of all who have none of their own.
  network TEXT COLLATE "C" NOT NULL,
  sent_at BIGINT NOT NULL,
  hour_began_at BIGINT NOT NULL,
  hour_count BIGINT NOT NULL,
  day_began_at BIGINT NOT NULL,
  day_count BIGINT NOT NULL,
  PRIMARY KEY (user_id, network)
);
CREATE INDEX email_login_mails_by_age ON email_login_mails (sent_at);

CREATE TABLE email_login_guesses (
  user_id TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  day_began_at BIGINT NOT NULL,
  day_count BIGINT NOT NULL
);
CREATE INDEX email_login_guesses_by_age ON email_login_guesses (day_began_at);
