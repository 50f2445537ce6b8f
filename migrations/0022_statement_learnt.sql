-- What the bank's statement has shown that was not known here (docs/statements.md), and how far it was gone through.
ALTER TABLE statement_request ADD COLUMN settlements INTEGER NOT NULL DEFAULT 0;
ALTER TABLE statement_request ADD COLUMN movements INTEGER NOT NULL DEFAULT 0;
ALTER TABLE statement_request ADD COLUMN orders INTEGER NOT NULL DEFAULT 0;
ALTER TABLE statement_request ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
ALTER TABLE statement_request ADD COLUMN without_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE statement_request ADD COLUMN cursor_entry INTEGER NOT NULL DEFAULT 0;
