-- An API key may be worth nothing from a time on: as it was made, or since another has taken its place.
ALTER TABLE api_key ADD COLUMN expires_at INTEGER;
