-- A store that was put back to an older state (docs/operating/restore.md): who let the calls of a tenant go on. While
-- there is none for the last restore, calls that move money are held.
CREATE TABLE restore_end (
    tenant_id       INTEGER NOT NULL PRIMARY KEY,
    restored_at     INTEGER NOT NULL,     -- of the restore that it ended
    ended_at        INTEGER NOT NULL,
    ended_by        TEXT NOT NULL,
    reason          TEXT NOT NULL
) /*narrow*/;
