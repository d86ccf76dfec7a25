-- What a search looks into: one folded text of address and name, made by the program. Rows that are
-- there are filled before the next migration; '' is a row that is not.
ALTER TABLE users ADD COLUMN search_text TEXT NOT NULL DEFAULT '' CHECK (instr(search_text, char(0)) = 0);
-- The row's number in the index of searches: the rowid of a table without an INTEGER PRIMARY KEY may
-- change with VACUUM.
ALTER TABLE users ADD COLUMN search_number INTEGER;
CREATE UNIQUE INDEX users_by_search_number ON users (search_number);
CREATE INDEX users_without_search_text ON users (id) WHERE search_text = '';
