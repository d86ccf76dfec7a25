-- What loads and empties tables from outside: pg_dump clears search_path, its data stands beside the
-- triggers that make the same counts, and TRUNCATE fires none of them.

-- Each function finds the tables of the schema it was made in, whatever the session looks through.
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION count_users_in() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION count_users_out() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION count_users_over() SET search_path = %I, pg_temp', current_schema());
END $$;

CREATE FUNCTION count_users_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM user_counts;
  RETURN NULL;
END $$;
CREATE TRIGGER users_counted_gone AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION count_users_gone();

-- Counts come from the triggers alone: those that a dump holds would be added to the ones that the
-- triggers make of the same users.
CREATE FUNCTION drop_foreign_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RETURN NULL;
END $$;
CREATE TRIGGER user_counts_made_here BEFORE INSERT ON user_counts FOR EACH ROW
  WHEN (pg_trigger_depth() = 0 AND current_setting('coffeeauth.recounts', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION drop_foreign_counts();

-- For after a load with triggers switched off. Locks out who writes users until the transaction ends.
CREATE FUNCTION recount_users() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE;
  PERFORM set_config('coffeeauth.recounts', 'on', true);
  DELETE FROM user_counts;
  INSERT INTO user_counts
    SELECT 0, role, is_verified, is_active, count(*) FROM users GROUP BY role, is_verified, is_active;
  PERFORM set_config('coffeeauth.recounts', 'off', true);
END $$;

-- The history that a dump brings is the one that is there; another one is an error as before.
CREATE FUNCTION keep_known_migration() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM schema_migrations WHERE version = NEW.version AND checksum = NEW.checksum) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER schema_migrations_known BEFORE INSERT ON schema_migrations
  FOR EACH ROW EXECUTE FUNCTION keep_known_migration();

DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION count_users_gone() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION recount_users() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION keep_known_migration() SET search_path = %I, pg_temp', current_schema());
END $$;
