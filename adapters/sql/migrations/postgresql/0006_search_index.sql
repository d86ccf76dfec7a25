-- Trigrams of the folded texts, of any characters in any locale: pg_trgm knows words alone, depends on
-- the locale for what is a letter, and needs rights that the owner of the tables may not have.
CREATE FUNCTION search_trigrams(folded TEXT) RETURNS TEXT[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT array_agg(substr(folded, at, 3) COLLATE "C") FROM generate_series(1, length(folded) - 2) AS at
$$;
-- New rows wait in a list that every search reads: a short one.
CREATE INDEX users_by_trigrams ON users USING gin (search_trigrams(search_text))
  WITH (gin_pending_list_limit = 128);
ANALYZE users;
