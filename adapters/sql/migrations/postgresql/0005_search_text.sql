-- What a search looks into: one folded text of address and name, made by the program. Rows that are
-- there are filled before the next migration; '' is a row that is not.
ALTER TABLE users ADD COLUMN search_text TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX users_without_search_text ON users (id) WHERE search_text = '';
