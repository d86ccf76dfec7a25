-- The pace of mails, for each network that asks. recovery_slots keeps the guesses of a day; what it
-- knew of mails is over within a day, and deleted with guesses that are as old.

CREATE TABLE recovery_mails (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose TEXT NOT NULL,
  -- Whose share it is; empty for that of all who have none of their own.
  network TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  hour_began_at INTEGER NOT NULL,
  hour_count INTEGER NOT NULL,
  day_began_at INTEGER NOT NULL,
  day_count INTEGER NOT NULL,
  PRIMARY KEY (user_id, purpose, network)
) STRICT;
CREATE INDEX recovery_mails_by_age ON recovery_mails (sent_at);
CREATE INDEX recovery_slots_by_age ON recovery_slots (day_began_at);
