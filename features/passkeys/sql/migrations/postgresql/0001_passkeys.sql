-- Passkeys, the handles by which authenticators know accounts, and challenges that were used. Times are milliseconds
-- since 1970, ids, digests and handles text.

-- One row for each account that ever had anything here. Whoever counts the passkeys of an account, or removes one, holds
-- it to the end. The handle is 64 hexadecimal digits; NULL until it is asked for.
CREATE TABLE passkeys_accounts (
  user_id TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  handle TEXT COLLATE "C" UNIQUE
);

CREATE TABLE passkeys_credentials (
  id TEXT COLLATE "C" PRIMARY KEY,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- Of the credential id, without a key.
  credential_digest TEXT COLLATE "C" NOT NULL UNIQUE,
  credential_id BYTEA NOT NULL,
  public_key BYTEA NOT NULL,
  -- The number in the COSE registry.
  algorithm BIGINT NOT NULL,
  sign_count BIGINT NOT NULL,
  -- Whether the counter had not grown when it was last used: what an UPDATE tells of the row before it.
  counter_regressed BIGINT NOT NULL,
  backup_eligible BIGINT NOT NULL,
  backed_up BIGINT NOT NULL,
  -- Words, separated by blanks.
  transports TEXT COLLATE "C" NOT NULL,
  aaguid TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX passkeys_credentials_by_user ON passkeys_credentials (user_id);

CREATE TABLE passkeys_spent_challenges (
  digest TEXT COLLATE "C" PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX passkeys_spent_challenges_by_expiry ON passkeys_spent_challenges (expires_at);
