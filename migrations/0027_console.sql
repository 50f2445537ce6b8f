-- Browsers that are signed in, links to sign in with, and what people changed.

CREATE TABLE console_session (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    hash        BLOB NOT NULL,            -- HMAC of the cookie, which is not kept
    kind        TEXT NOT NULL,            -- key, link, portal, operator
    owner_id    INTEGER NOT NULL,         -- what it ends with: an API key, a portal link, an operator; 0: nothing
    actor       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,         -- to a minute
    PRIMARY KEY (tenant_id, id)
) /*narrow*/;
CREATE UNIQUE INDEX console_session_hash ON console_session (hash);

CREATE TABLE sign_in_link (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    hash        BLOB NOT NULL,            -- HMAC of its token
    actor       TEXT NOT NULL,
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) /*narrow*/;
CREATE UNIQUE INDEX sign_in_link_hash ON sign_in_link (hash);

CREATE TABLE change_entry (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    action      TEXT NOT NULL,
    subject     TEXT NOT NULL,            -- an id as the API shows it, or a name
    reason      TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) /*table*/;
CREATE INDEX change_actor ON change_entry (tenant_id, actor, id);
CREATE INDEX change_subject ON change_entry (tenant_id, subject, id);
CREATE INDEX change_actor_subject ON change_entry (tenant_id, actor, subject, id);

-- Links with which a partner sees its endpoint.
CREATE TABLE portal_link (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    hash        BLOB NOT NULL,            -- HMAC of its token, which is shown once
    endpoint_id INTEGER NOT NULL,
    can         TEXT NOT NULL,            -- read, redeliver, ping; space-separated
    created_by  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    revoked_at  INTEGER,
    PRIMARY KEY (tenant_id, id)
) /*narrow*/;
CREATE UNIQUE INDEX portal_link_hash ON portal_link (hash);
CREATE INDEX portal_link_endpoint ON portal_link (tenant_id, endpoint_id, id);

-- People who sign in with a name, a password and a code.
CREATE TABLE console_operator (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    username    TEXT NOT NULL UNIQUE,
    password    TEXT NOT NULL,            -- Argon2id, with its salt and costs
    totp_secret BLOB NOT NULL,            -- sealed
    totp_step   INTEGER NOT NULL,         -- of the last code that counted
    role        TEXT NOT NULL,            -- viewer, operator, admin
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,         -- sessions from before have ended
    PRIMARY KEY (tenant_id, id)
) /*table*/;
