-- A payment of which a part has arrived is open, too: its reference is not to be given out again.
DROP INDEX payment_open_reference;
CREATE INDEX payment_open_reference ON payment (tenant_id, c_account, c_reference)
    WHERE status IN ('expected', 'overdue', 'partially_settled');
