-- Which migrations of features, and of an embedder's own tables, were applied; the library's are in
-- schema_migrations. A table of its own, so that a program from before it says that the database is
-- newer than itself. Without a key: data that is loaded into a migrated database brings the rows that
-- are there, and a row that is there twice means what it means once.

CREATE TABLE feature_migrations (
  feature    TEXT COLLATE "C" NOT NULL,
  version    BIGINT NOT NULL,
  name       TEXT NOT NULL,
  checksum   TEXT NOT NULL,
  applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
