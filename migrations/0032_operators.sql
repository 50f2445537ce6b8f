-- What operators watch: connectors that fell silent, and lists by what is asked for.

-- Since when the webhooks of a connector have been missed, as connector.silent was published; 0: they are not.
ALTER TABLE connector_state ADD COLUMN silent_since INTEGER NOT NULL DEFAULT 0;

CREATE INDEX webhook_connector ON webhook (tenant_id, connector_id, id);
CREATE INDEX review_kind ON review (tenant_id, kind, id);
