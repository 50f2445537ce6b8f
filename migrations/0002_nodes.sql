-- Several nodes on one store (docs/decisions/0012-nodes.md).

-- Who is there. A number is lent for a time; the ids that a node mints carry it.
CREATE TABLE node (
    number      INTEGER NOT NULL PRIMARY KEY, -- 0 to 255
    holder      INTEGER NOT NULL,         -- of the present or last lease: number, plus 256 for each lease before it
    instance    TEXT NOT NULL,
    roles       TEXT NOT NULL,            -- space-separated
    started_at  INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,         -- 0: the number is free, and nothing is held under it any more
    ids_until   INTEGER NOT NULL          -- no id under this number carries a later time
) /*table*/;

-- A task that is in the memory of a node is held by it; 0: by no node. The holder's lease is the
-- task's. The fence rises whenever a task is taken or queued again: a worker that acts under an
-- older one changes nothing.
ALTER TABLE task ADD COLUMN lease_owner INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN fence INTEGER NOT NULL DEFAULT 0;
DROP INDEX task_due;
CREATE INDEX task_due ON task (lane_id, lease_owner, due_at) WHERE status = 'queued';

-- Under which fence an attempt was made; 0: before there were nodes.
ALTER TABLE attempt ADD COLUMN fence INTEGER NOT NULL DEFAULT 0;

-- Work that one node does for all.
CREATE TABLE job (
    name        TEXT NOT NULL PRIMARY KEY,
    lease_owner INTEGER NOT NULL,         -- as of a task
    fence       INTEGER NOT NULL          -- rises with each claim
) /*table*/;
INSERT INTO job (name, lease_owner, fence) VALUES ('timers', 0, 0), ('retention', 0, 0);

-- What nodes keep in memory: the version rises in the transaction of each change.
CREATE TABLE book (
    name        TEXT NOT NULL PRIMARY KEY,
    version     INTEGER NOT NULL
) /*table*/;
INSERT INTO book (name, version) VALUES ('connectors', 0), ('endpoints', 0);
