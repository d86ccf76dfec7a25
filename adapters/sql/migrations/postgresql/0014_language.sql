-- What mails to a person are written in; '' where it is not known. A sign-up keeps its own until the
-- mailbox is proved. A default that is no expression rewrites no row.

ALTER TABLE users ADD COLUMN language TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE pending_sign_ups ADD COLUMN language TEXT COLLATE "C" NOT NULL DEFAULT '';
