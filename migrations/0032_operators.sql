-- What operators watch: changes as they are made, connectors that fell silent, and lists by what is asked for.

-- Changes are read forward, too (kind 9 of feeds).
INSERT INTO feed_waiting (tenant_id, id, feed) SELECT tenant_id, id, 9 FROM change_entry;

-- Since when the webhooks of a connector have been missed, as connector.silent was published; 0: they are not.
ALTER TABLE connector_state ADD COLUMN silent_since INTEGER NOT NULL DEFAULT 0;

CREATE INDEX webhook_connector ON webhook (tenant_id, connector_id, id);
CREATE INDEX review_kind ON review (tenant_id, kind, id);
