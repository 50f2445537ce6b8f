-- Reviews of money that went back are named by what was not found.
UPDATE review SET kind = 'unmatched_return' WHERE kind = 'reversal_unmatched';
