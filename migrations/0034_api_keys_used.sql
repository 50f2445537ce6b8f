-- When an API key last let a caller in, to a minute; NULL: it never did, or not since this column is there.
ALTER TABLE api_key ADD COLUMN last_used_at INTEGER;
