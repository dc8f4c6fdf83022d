-- What somebody was when they signed in, separated by commas. Without it, `read_only` is all that is known.
ALTER TABLE sessions ADD COLUMN roles text COLLATE "C";
