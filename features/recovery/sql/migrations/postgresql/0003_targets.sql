-- Mails about a change of address to one mailbox, by all accounts together. The mailbox is a keyed
-- digest of its address.

CREATE TABLE recovery_targets (
  mailbox TEXT COLLATE "C" PRIMARY KEY,
  mails BIGINT NOT NULL,
  until BIGINT NOT NULL
);
CREATE INDEX recovery_targets_by_end ON recovery_targets (until);
