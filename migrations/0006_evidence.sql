-- The hash chain over matches and their ends (docs/matching.md, "Evidence"). A seal is of the records
-- with ids from from_id to to_id; its digest is of the seal before it and of these records, so that none
-- of them can be changed, added or taken away later without it being seen.

CREATE TABLE evidence_seal (
    tenant_id   INTEGER NOT NULL,
    number      INTEGER NOT NULL,         -- 1, 2, 3, …
    from_id     INTEGER NOT NULL,
    to_id       INTEGER NOT NULL,
    entries     INTEGER NOT NULL,
    digest      TEXT NOT NULL,            -- SHA-256, hex
    previous    TEXT NOT NULL,            -- digest of the seal before; '': there is none
    sealed_at   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, number)
) /*table*/;
