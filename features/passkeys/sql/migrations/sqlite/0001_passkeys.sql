-- Passkeys, the handles by which authenticators know accounts, and challenges that were used. Times are milliseconds
-- since 1970, ids, digests and handles text.

-- One row for each account that ever had anything here. Whoever counts the passkeys of an account, or removes one, holds
-- it to the end. The handle is 64 hexadecimal digits; NULL until it is asked for.
CREATE TABLE passkeys_accounts (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  handle TEXT UNIQUE
) STRICT;

CREATE TABLE passkeys_credentials (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- Of the credential id, without a key.
  credential_digest TEXT NOT NULL UNIQUE,
  credential_id BLOB NOT NULL,
  public_key BLOB NOT NULL,
  -- The number in the COSE registry.
  algorithm INTEGER NOT NULL,
  sign_count INTEGER NOT NULL,
  -- Whether the counter had not grown when it was last used: what an UPDATE tells of the row before it.
  counter_regressed INTEGER NOT NULL,
  backup_eligible INTEGER NOT NULL,
  backed_up INTEGER NOT NULL,
  -- Words, separated by blanks.
  transports TEXT NOT NULL,
  aaguid TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;
CREATE INDEX passkeys_credentials_by_user ON passkeys_credentials (user_id);

CREATE TABLE passkeys_spent_challenges (
  digest TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passkeys_spent_challenges_by_expiry ON passkeys_spent_challenges (expires_at);
