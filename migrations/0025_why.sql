-- What a payment or settlement could be confused with: by amount. And the
-- settlements for which a review suggests payments, listed alone. Partial: no other statement may choose them.

CREATE INDEX payment_amount ON payment (tenant_id, amount_minor, id) WHERE amount_minor <> 0;
CREATE INDEX settlement_amount ON settlement (tenant_id, amount_minor, id) WHERE amount_minor <> 0;
CREATE INDEX settlement_suggested ON settlement (tenant_id, status, id) WHERE suggested = 1;

-- What has become of a thing, closed reviews too.
CREATE INDEX review_of ON review (tenant_id, subject_id, id);
