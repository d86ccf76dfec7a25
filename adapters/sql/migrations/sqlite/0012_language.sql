-- What mails to a person are written in; '' where it is not known. A sign-up keeps its own until the
-- mailbox is proved.

ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT '' CHECK (instr(language, char(0)) = 0);
ALTER TABLE pending_sign_ups ADD COLUMN language TEXT NOT NULL DEFAULT ''
  CHECK (instr(language, char(0)) = 0);
