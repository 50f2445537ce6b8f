-- How much money is expected, overdue, unmatched, in review and settled (store/money_sums.h), by currency. Each writer
-- adds to rows of its own, in the commit that changes it; readers add the writers up. An amount is
-- billions * 10^9 + rest of minor units, since a sum of amounts of 18 digits does not fit in one integer.
CREATE TABLE money_sum (
    tenant_id   INTEGER NOT NULL,
    part        INTEGER NOT NULL,
    length      INTEGER NOT NULL,     -- 0: what is so now; of what was received in 60 or 3600 seconds
    start_at    INTEGER NOT NULL,     -- 0 for what is so now
    currency    TEXT NOT NULL,
    writer_id   INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    billions    INTEGER NOT NULL,
    rest        INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, part, length, start_at, currency, writer_id)
) /*narrow*/;

INSERT INTO money_sum (tenant_id, part, length, start_at, currency, writer_id, number, billions, rest)
SELECT tenant_id, CASE status WHEN 'expected' THEN 1 WHEN 'partially_settled' THEN 2 ELSE 3 END, 0, 0, currency, 0,
       count(*), sum((amount_minor - settled_minor) / 1000000000), sum((amount_minor - settled_minor) % 1000000000)
FROM payment WHERE status IN ('expected', 'partially_settled', 'overdue')
GROUP BY tenant_id, status, currency;

INSERT INTO money_sum (tenant_id, part, length, start_at, currency, writer_id, number, billions, rest)
SELECT tenant_id, CASE status WHEN 'unmatched' THEN 4 ELSE 5 END, 0, 0, currency, 0,
       count(*), sum(amount_minor / 1000000000), sum(amount_minor % 1000000000)
FROM settlement WHERE status = 'ambiguous' OR (status = 'unmatched' AND booked = 0)
GROUP BY tenant_id, status, currency;

INSERT INTO money_sum (tenant_id, part, length, start_at, currency, writer_id, number, billions, rest)
SELECT tenant_id, 6, 60, received_at - received_at % 60000000, currency, 0,
       count(*), sum(amount_minor / 1000000000), sum(amount_minor % 1000000000)
FROM settlement WHERE status = 'matched'
GROUP BY tenant_id, received_at - received_at % 60000000, currency;

INSERT INTO money_sum (tenant_id, part, length, start_at, currency, writer_id, number, billions, rest)
SELECT tenant_id, 6, 3600, received_at - received_at % 3600000000, currency, 0,
       count(*), sum(amount_minor / 1000000000), sum(amount_minor % 1000000000)
FROM settlement WHERE status = 'matched'
GROUP BY tenant_id, received_at - received_at % 3600000000, currency;
