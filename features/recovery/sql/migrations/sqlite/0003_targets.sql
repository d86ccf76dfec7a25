-- Mails about a change of address to one mailbox, by all accounts together. The mailbox is a keyed
-- digest of its address.

CREATE TABLE recovery_targets (
  mailbox TEXT PRIMARY KEY,
  mails INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT;
CREATE INDEX recovery_targets_by_end ON recovery_targets (until);
