-- Which installation this database belongs to: what is kept outside carries its name. One row, made here and for ever.
CREATE TABLE installation (
    is_the_only_one boolean NOT NULL CHECK (is_the_only_one),
    id              uuid    NOT NULL,
    PRIMARY KEY (is_the_only_one)
);

INSERT INTO installation (is_the_only_one, id) VALUES (true, gen_random_uuid());
