-- Of a reset, whether the second factor was proved for it; of an undo, when its change was asked for, which
-- is NULL where an older program made it.

ALTER TABLE recovery_tickets ADD COLUMN second_factor_done INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recovery_tickets ADD COLUMN asked_at INTEGER;
