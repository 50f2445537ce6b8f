-- What is looked for among rows that grow has an index that leads to it, and to nothing else: no statement
-- passes over rows that it does not want (src/store/plans_test.h asks both engines for every plan).

-- What retention releases: the oldest of a connector.
CREATE INDEX webhook_age ON webhook (tenant_id, connector_id, received_at, id) WHERE status <> 'review';

CREATE INDEX account_bank_id ON account (tenant_id, bank_account_id, id) WHERE bank_account_id <> '';

-- The filters of lists, each in the order of ids. With an account alone, there is a look for each status.
CREATE INDEX payment_status ON payment (tenant_id, status, id);
CREATE INDEX payment_account ON payment (tenant_id, c_account, status, id);
CREATE INDEX settlement_status ON settlement (tenant_id, status, id);
CREATE INDEX settlement_account_status ON settlement (tenant_id, c_account, status, id);
CREATE INDEX review_status ON review (tenant_id, status, id);
CREATE INDEX event_type ON event (tenant_id, type, id);
CREATE INDEX task_status ON task (tenant_id, status, id) WHERE lane_id <> 0;
CREATE INDEX task_lane ON task (tenant_id, lane_id, status, id) WHERE lane_id <> 0;
CREATE INDEX statement_list ON statement (tenant_id, account_key, id);
CREATE INDEX statement_entry_verdict ON statement_entry (tenant_id, statement_id, verdict, number);

-- With the kind in it, SQLite takes it for what is asked of a subject, too.
DROP INDEX task_subject;
CREATE INDEX task_subject ON task (tenant_id, subject_id, kind, id);
