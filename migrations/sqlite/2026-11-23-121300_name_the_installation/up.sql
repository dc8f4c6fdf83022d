-- Which installation this database belongs to: what is kept outside carries its name. One row, made here and for ever.
CREATE TABLE installation (
    is_the_only_one INTEGER NOT NULL CHECK (is_the_only_one = 1),
    id              BLOB    NOT NULL CHECK (length(id) = 16),
    PRIMARY KEY (is_the_only_one)
) STRICT;

-- 122 random bits, the version and the variant: what PostgreSQL calls gen_random_uuid().
INSERT INTO installation (is_the_only_one, id)
SELECT 1, unhex(substr(digits, 1, 12) || '4' || substr(digits, 14, 3) || substr('89ab', 1 + (random() & 3), 1) || substr(digits, 18))
FROM (SELECT hex(randomblob(16)) AS digits);
