-- The version of the program that each node runs; empty: the node was started by an older one.
ALTER TABLE node ADD COLUMN version TEXT NOT NULL DEFAULT '';
