-- One key is without an end: the one that signs, or will. Of several (TOKEN_ALGORITHM was changed
-- before that rule) the last one made stays; the others go on verifying for as long as a token of
-- theirs can live, and an hour.

UPDATE signing_keys SET verifies_until = CAST(strftime('%s', 'now') AS INTEGER) * 1000 + 90000000
  WHERE verifies_until IS NULL AND kid <> (
    SELECT kid FROM signing_keys WHERE verifies_until IS NULL
    ORDER BY created_at DESC, signs_from DESC, kid DESC LIMIT 1);
-- Decides between processes that make one at the same moment.
CREATE UNIQUE INDEX signing_keys_newest ON signing_keys ((verifies_until IS NULL))
  WHERE verifies_until IS NULL;
