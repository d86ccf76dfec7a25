-- How many text messages were sent, for the room `sms`: no number and no text, but keyed digests of numbers and networks.
-- Times are milliseconds since 1970, ids and digests text.

-- One row, which each message holds to the end of its transaction, so that they are counted one after the other.
CREATE TABLE sms_service (
  id INTEGER PRIMARY KEY,
  -- Messages so far: the numbers of their rows.
  turns INTEGER NOT NULL
) STRICT;

CREATE TABLE sms_messages (
  turn INTEGER PRIMARY KEY,
  -- Forgotten with the user; the message still counts for all others.
  user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
  number_digest TEXT NOT NULL,
  network_digest TEXT NOT NULL,
  enrols INTEGER NOT NULL,
  sent_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sms_messages_by_user ON sms_messages (user_id, sent_at);
CREATE INDEX sms_messages_by_number ON sms_messages (number_digest, sent_at);
CREATE INDEX sms_messages_by_network ON sms_messages (network_digest, sent_at);
CREATE INDEX sms_messages_by_time ON sms_messages (sent_at);
