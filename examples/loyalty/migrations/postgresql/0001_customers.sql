CREATE TABLE loyalty_customers (
  user_id TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  tier    TEXT NOT NULL
);
