-- When the owner of a session last proved who they are, and how. Of sessions from before, the login.

ALTER TABLE sessions ADD COLUMN authenticated_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN methods TEXT NOT NULL DEFAULT '' CHECK (instr(methods, char(0)) = 0);
UPDATE sessions SET authenticated_at = created_at, methods = 'password';
