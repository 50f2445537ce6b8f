-- The filters of lists by the payer's name, compared as the matching does, and by the time of a payment's creation.
CREATE INDEX payment_payer_name ON payment (tenant_id, c_other_name, id) WHERE c_other_name <> '';
CREATE INDEX settlement_payer_name ON settlement (tenant_id, c_other_name, id) WHERE c_other_name <> '';
CREATE INDEX payment_created ON payment (tenant_id, created_at, id);

-- When each node last took or renewed its lease; 0: its program is older.
ALTER TABLE node ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
