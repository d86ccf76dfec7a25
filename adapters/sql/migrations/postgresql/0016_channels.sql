-- Mails and the jobs of features: a worker claims those of its own channel. Whoever writes none writes
-- mails, as every version before did.
ALTER TABLE outbox_jobs ADD COLUMN channel TEXT COLLATE "C" NOT NULL DEFAULT 'mail';
CREATE INDEX outbox_jobs_by_channel ON outbox_jobs (state, channel, created_at, id, due_at);
CREATE INDEX outbox_jobs_by_channel_due ON outbox_jobs (state, channel, due_at);
