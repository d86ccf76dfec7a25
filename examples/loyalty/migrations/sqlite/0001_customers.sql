CREATE TABLE loyalty_customers (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  tier    TEXT NOT NULL
);
