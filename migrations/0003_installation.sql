-- What the installation knows of itself. `master_key_check`: a hash by which a node finds out that its
-- master key is not the one that the store was begun with.
CREATE TABLE installation (
    name        TEXT NOT NULL PRIMARY KEY,
    value       BLOB NOT NULL
) /*narrow*/;
