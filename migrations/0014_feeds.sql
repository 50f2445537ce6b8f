-- Lists that can be read forward (docs/decisions/0016-feeds.md). `feed`: 1 events, 2 settlements,
-- 3 matches, 4 ends of matches, 5 payments, 6 webhooks, 7 reviews.

-- Rows that were made and have no position yet: written in their transaction, gone a moment later.
CREATE TABLE feed_waiting (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,         -- of the row
    feed        INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id, feed)
) /*narrow*/;

-- Positions rise over all feeds of a tenant, and are committed in their order. Kept for good.
CREATE TABLE feed_entry (
    tenant_id   INTEGER NOT NULL,
    feed        INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, feed, position),
    UNIQUE (tenant_id, feed, id)
) /*narrow*/;

-- The last position of a tenant. A node that gives out more holds the row until its commit.
CREATE TABLE feed_end (
    tenant_id   INTEGER NOT NULL PRIMARY KEY,
    position    INTEGER NOT NULL
) /*narrow*/;

-- What is there already comes first, in the order of its ids.
INSERT INTO feed_waiting (tenant_id, id, feed) SELECT tenant_id, id, 1 FROM event;
INSERT INTO feed_waiting (tenant_id, id, feed) SELECT tenant_id, id, 2 FROM settlement;
INSERT INTO feed_waiting (tenant_id, id, feed) SELECT tenant_id, id, 3 FROM settlement_match;
INSERT INTO feed_waiting (tenant_id, id, feed) SELECT tenant_id, id, 4 FROM match_end;
INSERT INTO feed_waiting (tenant_id, id, feed) SELECT tenant_id, id, 5 FROM payment;
INSERT INTO feed_waiting (tenant_id, id, feed) SELECT tenant_id, id, 6 FROM webhook;
INSERT INTO feed_waiting (tenant_id, id, feed) SELECT tenant_id, id, 7 FROM review;
