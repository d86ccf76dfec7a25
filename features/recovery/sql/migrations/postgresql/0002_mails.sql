-- The pace of mails, for each network that asks. recovery_slots keeps the guesses of a day; what it
-- knew of mails is over within a day, and deleted with guesses that are as old.

CREATE TABLE recovery_mails (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose TEXT COLLATE "C" NOT NULL,
  -- Whose share it is; empty for that of all who have none of their own.
  network TEXT COLLATE "C" NOT NULL,
  sent_at BIGINT NOT NULL,
  hour_began_at BIGINT NOT NULL,
  hour_count BIGINT NOT NULL,
  day_began_at BIGINT NOT NULL,
  day_count BIGINT NOT NULL,
  PRIMARY KEY (user_id, purpose, network)
);
CREATE INDEX recovery_mails_by_age ON recovery_mails (sent_at);
CREATE INDEX recovery_slots_by_age ON recovery_slots (day_began_at);
