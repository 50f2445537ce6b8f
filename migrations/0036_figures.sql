-- How much happened, in each minute and in each hour (store/figures.h). Each writer adds to rows of its own,
-- in the commit that has what is counted; readers add the writers up.
CREATE TABLE figure (
    tenant_id   INTEGER NOT NULL,
    length      INTEGER NOT NULL,     -- seconds: 60 or 3600
    start_at    INTEGER NOT NULL,
    metric      INTEGER NOT NULL,
    kind        INTEGER NOT NULL,     -- a rank, an outcome, a bucket of a histogram
    writer_id   INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, length, start_at, metric, kind, writer_id)
) /*narrow*/;
