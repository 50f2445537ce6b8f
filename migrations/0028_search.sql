-- What people search by (settled find, the filters of lists). All are partial: what is absent costs nothing, and no
-- other statement may choose them. Rows that are there already are found, too.

CREATE INDEX payment_client ON payment (tenant_id, lower(client_id), id) WHERE client_id <> '';
CREATE INDEX payment_reference ON payment (tenant_id, c_reference, id) WHERE c_reference <> '';
CREATE INDEX payment_end_to_end ON payment (tenant_id, c_end_to_end_id, id) WHERE c_end_to_end_id <> '';
CREATE INDEX payment_uetr ON payment (tenant_id, c_uetr, id) WHERE c_uetr <> '';
CREATE INDEX payment_payer ON payment (tenant_id, c_other_account, id) WHERE c_other_account <> '';

CREATE INDEX settlement_reference ON settlement (tenant_id, c_reference, id) WHERE c_reference <> '';
CREATE INDEX settlement_end_to_end ON settlement (tenant_id, c_end_to_end_id, id) WHERE c_end_to_end_id <> '';
CREATE INDEX settlement_uetr ON settlement (tenant_id, c_uetr, id) WHERE c_uetr <> '';
CREATE INDEX settlement_payer ON settlement (tenant_id, c_other_account, id) WHERE c_other_account <> '';

CREATE INDEX order_client ON payment_order (tenant_id, lower(client_id), id) WHERE client_id <> '';
CREATE INDEX order_end_to_end ON payment_order (tenant_id, lower(end_to_end_id), id) WHERE end_to_end_id <> '';
CREATE INDEX order_creditor ON payment_order (tenant_id, creditor_key, id) WHERE creditor_key <> '';
CREATE INDEX order_amount ON payment_order (tenant_id, amount_minor, id) WHERE amount_minor <> 0;
CREATE INDEX return_client ON money_return (tenant_id, lower(client_id), id) WHERE client_id <> '';
CREATE INDEX link_client ON account_link (tenant_id, lower(client_id), id) WHERE client_id <> '';

-- Words of names, and what has no canonical column of its own: folded to capitals and digits, a few for each owner, written
-- and deleted with it. `kind`: 1 payments by payer, 2 settlements by sender, 3 orders by receiver, 4 orders by reference.
CREATE TABLE search_word (
    tenant_id   INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    word        TEXT NOT NULL,
    owner_id    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, kind, word, owner_id)
) /*narrow*/;

-- What the matching compared a settlement with that it left unmatched: the payment that comes nearest, as
-- settlement.unmatched shows it (JSON). Empty: none was compared.
ALTER TABLE settlement ADD COLUMN nearest TEXT NOT NULL DEFAULT '';

-- 1: its money is booked on a loan, so it waits for no payment and counts as unmatched nowhere. Set and taken back by the
-- unit that books.
ALTER TABLE settlement ADD COLUMN booked INTEGER NOT NULL DEFAULT 0;
CREATE INDEX settlement_waiting ON settlement (tenant_id, status, id) WHERE booked = 0;
UPDATE settlement SET booked = 1 WHERE status = 'unmatched' AND EXISTS (SELECT 1 FROM posting p WHERE p.tenant_id =
    settlement.tenant_id AND p.subject_id = settlement.id AND p.kind = 'repayment' AND p.status = 'posted');
