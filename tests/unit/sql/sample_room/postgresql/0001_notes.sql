-- What a feature has of its own: rows that go with their user.
CREATE TABLE sample_notes (
  user_id TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  note    TEXT NOT NULL
);
