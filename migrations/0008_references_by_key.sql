-- Who else begins with a reference is asked of the match keys, which say the same for less.
DROP INDEX payment_open_reference;
