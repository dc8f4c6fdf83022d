-- Nothing: SQLite tells no other process of a change, and nobody keeps credentials of it in memory.
SELECT 1;
