-- What is learnt of institutions, and references that are given out (docs/learning.md).

-- One row for each sending institution, scheme and receiving bank.
CREATE TABLE institution_profile (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    institution TEXT NOT NULL,            -- the client's id of it; bank:GB040004; '': not known
    scheme      TEXT NOT NULL,
    receiver    TEXT NOT NULL,            -- the bank that our account is at
    rare        INTEGER NOT NULL,         -- what hardly ever happens, as bits (src/learn/plan.h)
    length_max  INTEGER,                  -- where references are cut
    state       TEXT NOT NULL,            -- JSON: the counts
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, institution, scheme, receiver)
) /*table*/;

-- How long a listed beginning of a reference is worth being stored under; 0: any.
CREATE TABLE receiver_cap (
    tenant_id   INTEGER NOT NULL,
    receiver    TEXT NOT NULL,
    wanted      INTEGER NOT NULL,
    least       INTEGER NOT NULL,         -- the least that ever was wanted; it never rises
    changed_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, receiver)
) /*narrow*/;

-- Which institution's payments come from which bank.
CREATE TABLE institution_bank (
    tenant_id   INTEGER NOT NULL,
    bank        TEXT NOT NULL,
    institution TEXT NOT NULL,
    weight      INTEGER NOT NULL,         -- matches, in thousandths
    PRIMARY KEY (tenant_id, bank, institution)
) /*narrow*/;

-- What an operator knows beforehand. scheme '': all.
CREATE TABLE institution_seed (
    tenant_id           INTEGER NOT NULL,
    institution         TEXT NOT NULL,
    scheme              TEXT NOT NULL,
    reference_chars_max INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, institution, scheme)
) /*narrow*/;

-- Up to which match a tenant's were learnt from.
CREATE TABLE learning_cursor (
    tenant_id   INTEGER NOT NULL PRIMARY KEY,
    match_id    INTEGER NOT NULL
) /*table*/;

-- References that were given out and are not expired: unique in their first ten characters.
CREATE TABLE minted_reference (
    tenant_id   INTEGER NOT NULL,
    account_key TEXT NOT NULL,
    head        TEXT NOT NULL,
    id          INTEGER NOT NULL,
    reference   TEXT NOT NULL,
    scheme      TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, account_key, head)
) /*narrow*/;
CREATE INDEX minted_reference_expiry ON minted_reference (tenant_id, expires_at);

-- What is open on an account, by reference.
CREATE INDEX payment_open_reference ON payment (tenant_id, c_account, c_reference)
    WHERE status IN ('expected', 'overdue');

INSERT INTO job (name, lease_owner, fence) VALUES ('learning', 0, 0);
INSERT INTO book (name, version) VALUES ('profiles', 0);
