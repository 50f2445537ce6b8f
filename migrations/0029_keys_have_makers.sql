-- Who may have an API key in hand, where a second person has to decide: names separated by blanks (units/orders/second_person.h).
ALTER TABLE api_key ADD COLUMN made_by TEXT NOT NULL DEFAULT '';
