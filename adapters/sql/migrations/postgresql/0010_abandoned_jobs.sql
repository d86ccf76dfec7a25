-- Claims of a mail whose lease ran out without a word. A claim is no try any longer: `attempts` counts
-- what was tried.
ALTER TABLE outbox_jobs ADD COLUMN abandoned BIGINT NOT NULL DEFAULT 0;
