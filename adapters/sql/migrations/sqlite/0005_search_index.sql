-- Trigrams of the folded texts. Without the texts themselves, and without places inside them: what
-- the index finds is compared with the text of the row.
CREATE VIRTUAL TABLE user_search USING fts5 (text, content = '', detail = none, columnsize = 0,
                                             tokenize = 'trigram case_sensitive 1');
UPDATE users SET search_number = rowid;
INSERT INTO user_search (rowid, text) SELECT search_number, search_text FROM users WHERE search_text <> '';
CREATE TRIGGER users_search_in AFTER INSERT ON users BEGIN
  UPDATE users SET search_number = (SELECT coalesce(max(search_number), 0) + 1 FROM users)
    WHERE id = NEW.id; INSERT INTO user_search (rowid, text)
    SELECT search_number, search_text FROM users WHERE id = NEW.id AND search_text <> ''; END;
CREATE TRIGGER users_search_out AFTER DELETE ON users WHEN OLD.search_text <> '' BEGIN
  INSERT INTO user_search (user_search, rowid, text)
    VALUES ('delete', OLD.search_number, OLD.search_text); END;
CREATE TRIGGER users_search_over AFTER UPDATE OF search_text ON users
  WHEN OLD.search_text <> NEW.search_text BEGIN
  INSERT INTO user_search (user_search, rowid, text)
    SELECT 'delete', OLD.search_number, OLD.search_text WHERE OLD.search_text <> ''; INSERT INTO user_search (rowid, text)
    SELECT NEW.search_number, NEW.search_text WHERE NEW.search_text <> ''; END;
