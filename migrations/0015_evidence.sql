-- Evidence goes by the order of commits, and covers more (docs/matching.md, "Evidence"): a new chain begins. A
-- seal is of the matches, ends of matches and events at positions behind from_position and up to to_position.
DROP TABLE evidence_seal;
CREATE TABLE evidence_seal (
    tenant_id       INTEGER NOT NULL,
    number          INTEGER NOT NULL,     -- 1, 2, 3, …
    from_position   INTEGER NOT NULL,
    to_position     INTEGER NOT NULL,
    entries         INTEGER NOT NULL,     -- records
    digest          TEXT NOT NULL,        -- SHA-256, hex
    previous        TEXT NOT NULL,        -- digest of the seal before; '': there is none
    sealed_at       INTEGER NOT NULL,
    marks           BLOB NOT NULL,        -- 8 bytes of each record's hash, to show which differs
    PRIMARY KEY (tenant_id, number)
) /*table*/;
