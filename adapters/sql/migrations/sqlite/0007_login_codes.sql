-- One row a user who asked for one. The digest goes when the code is spent; the counts of the day stay.

CREATE TABLE login_codes (
  user_id        TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  digest         TEXT,
  expires_at     BIGINT NOT NULL,
  attempts       BIGINT NOT NULL,
  -- Codes made, and guesses at them, in the 24 hours that began then.
  made_since     BIGINT NOT NULL,
  made           BIGINT NOT NULL,
  guessing_since BIGINT NOT NULL,
  guesses        BIGINT NOT NULL
);
