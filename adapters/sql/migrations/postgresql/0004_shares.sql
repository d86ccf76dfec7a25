-- A password belongs to its sign-up until somebody proves the mailbox; only then, or when an operator
-- chooses it, is it the account's. What the first version wrote there for unverified accounts goes.
UPDATE users SET password_hash = '' WHERE is_verified = 0;

-- Beside those that wait for the owner: decoys, of accounts that have one. A row without a password
-- says that another one was dropped for lack of room.
ALTER TABLE pending_sign_ups ADD COLUMN signed_up_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pending_sign_ups ADD COLUMN sign_up_id TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE pending_sign_ups
  SET signed_up_at = (SELECT unverified_since FROM users WHERE users.id = pending_sign_ups.user_id);
CREATE INDEX pending_sign_ups_by_age ON pending_sign_ups (signed_up_at);

-- What each network that signed up or asked for a code has spent, and in the row without a network
-- what all others have together.
CREATE TABLE code_shares (
  user_id           TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  network           TEXT COLLATE "C" NOT NULL,
  admitted_at       BIGINT NOT NULL,
  -- Wrong guesses at the newest code, and at the one before it.
  attempts          BIGINT NOT NULL,
  older_attempts    BIGINT NOT NULL,
  window_started_at BIGINT NOT NULL,
  window_guesses    BIGINT NOT NULL,
  PRIMARY KEY (user_id, network)
);
INSERT INTO code_shares (user_id, network, admitted_at, attempts, older_attempts, window_started_at,
                         window_guesses)
  SELECT user_id, '', 0, attempts, 0, window_started_at, window_guesses FROM verification_codes;
CREATE INDEX code_shares_by_age ON code_shares (window_started_at);

-- The last two codes of a user, and who asked for them. Dead where it has expired.
ALTER TABLE verification_codes DROP COLUMN attempts;
ALTER TABLE verification_codes DROP COLUMN window_started_at;
ALTER TABLE verification_codes DROP COLUMN window_guesses;
ALTER TABLE verification_codes ADD COLUMN network TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE verification_codes ADD COLUMN older_digest TEXT COLLATE "C";
ALTER TABLE verification_codes ADD COLUMN older_network TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE verification_codes ADD COLUMN older_expires_at BIGINT NOT NULL DEFAULT 0;
UPDATE verification_codes SET expires_at = 0 WHERE digest IS NULL;
CREATE INDEX verification_codes_by_end ON verification_codes (expires_at);

ALTER TABLE mail_slots ADD COLUMN network TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX mail_slots_by_time ON mail_slots (sent_at);
