-- Webhooks that had no effect when they came: what is read again by filter is found without a look at the
-- others. What is processed, almost everything, is not in it.
CREATE INDEX webhook_waiting ON webhook (tenant_id, status, id) WHERE status <> 'processed';
