-- What people changed is read forward (store/queries/change_feed.h) and sealed into the tenant's hash chain
-- (store/queries/seals.cpp), what was changed until now as well: feed 8.
INSERT INTO feed_waiting (tenant_id, id, feed) SELECT tenant_id, id, 8 FROM change_entry;
