-- Login codes that were asked for with the account's password: strangers do not use those up.
ALTER TABLE login_codes ADD COLUMN made_for_password_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE login_codes ADD COLUMN made_for_password BIGINT NOT NULL DEFAULT 0;
-- For the clean-up.
CREATE INDEX login_codes_by_end ON login_codes (expires_at);
