-- What the accounts have logged in from, for the room `new_device`: keyed digests of network and client.
-- Times are milliseconds since 1970, ids and digests text.

-- Stays when the devices are forgotten, so that the next one is not taken for the first.
CREATE TABLE new_device_accounts (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  -- Logins that were not known at first sight.
  turns INTEGER NOT NULL,
  day_began_at INTEGER NOT NULL,
  day_count INTEGER NOT NULL
) STRICT;

CREATE TABLE new_device_sightings (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  last_seen_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, digest)
) STRICT;
CREATE INDEX new_device_sightings_by_time ON new_device_sightings (last_seen_at);
