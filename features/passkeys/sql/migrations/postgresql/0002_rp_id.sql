-- The domain that a passkey was registered for. Of those before it is not known: they are taken for the present one's.
ALTER TABLE passkeys_credentials ADD COLUMN rp_id TEXT COLLATE "C" NOT NULL DEFAULT '';
