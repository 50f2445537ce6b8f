#include "store/queries/sessions.h"

namespace settled::store {

namespace {

#define SESSION_COLUMNS "tenant_id, id, hash, kind, owner_id, actor, created_at, seen_at"
const Statement add_session{"INSERT INTO console_session (" SESSION_COLUMNS
                            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
const Statement session_by_hash{"SELECT " SESSION_COLUMNS " FROM console_session WHERE hash = $1"};
#undef SESSION_COLUMNS
const Statement touch{"UPDATE console_session SET seen_at = $3 WHERE tenant_id = $1 AND id = $2"};
const Statement end{"DELETE FROM console_session WHERE tenant_id = $1 AND id = $2"};
const Statement drop_old{"DELETE FROM console_session WHERE tenant_id = $1 AND created_at < $2"};
const Statement live_key{"SELECT scopes FROM api_key WHERE tenant_id = $1 AND id = $2 AND "
                         "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)"};

#define LINK_COLUMNS "tenant_id, id, hash, actor, expires_at"
const Statement add_link{"INSERT INTO sign_in_link (" LINK_COLUMNS ") VALUES ($1, $2, $3, $4, $5)"};
const Statement link_by_hash{"SELECT " LINK_COLUMNS " FROM sign_in_link WHERE hash = $1"};
#undef LINK_COLUMNS
const Statement use_link{"DELETE FROM sign_in_link WHERE tenant_id = $1 AND id = $2"};
const Statement drop_old_links{"DELETE FROM sign_in_link WHERE tenant_id = $1 AND expires_at < $2"};

Bytes bytes_at(const Row& row, std::size_t column) {
    const BytesView bytes = row.blob(column);
    return {bytes.begin(), bytes.end()};
}

} // namespace

Step<> insert_session(Session& s, const SessionRow& r) {
    co_await s.send(add_session, r.tenant, r.id, BytesView(r.hash), r.kind, r.owner, r.actor,
                    r.created_at, r.seen_at);
}

Step<std::optional<SessionRow>> find_session_by_hash(Session& s, BytesView hash) {
    const Rows rows = co_await s.run(session_by_hash, hash);
    if (rows.empty())
        co_return std::nullopt;
    const Row row = rows.front();
    co_return SessionRow{row.id<TenantId>(0), row.id<SessionId>(1), bytes_at(row, 2),
                         row.string(3),       row.integer(4),       row.string(5),
                         row.instant(6),      row.instant(7)};
}

Step<> touch_session(Session& s, TenantId tenant, SessionId id, Instant at) {
    co_await s.send(touch, tenant, id, at);
}

Step<bool> end_session(Session& s, TenantId tenant, SessionId id) {
    const Rows ended = co_await s.run(end, tenant, id);
    co_return ended.changed() == 1;
}

Step<> drop_old_sessions(Session& s, TenantId tenant, Instant before) {
    co_await s.send(drop_old, tenant, before);
}

Step<std::optional<std::string>> scopes_of_live_key(Session& s, TenantId tenant, ApiKeyId id,
                                                    Instant now) {
    const Rows rows = co_await s.run(live_key, tenant, id, now);
    co_return rows.empty() ? std::nullopt : std::optional(rows.front().string(0));
}

Step<> insert_sign_in_link(Session& s, const SignInLinkRow& r) {
    co_await s.send(add_link, r.tenant, r.id, BytesView(r.hash), r.actor, r.expires_at);
}

Step<std::optional<SignInLinkRow>> find_sign_in_link(Session& s, BytesView hash) {
    const Rows rows = co_await s.run(link_by_hash, hash);
    if (rows.empty())
        co_return std::nullopt;
    const Row row = rows.front();
    co_return SignInLinkRow{row.id<TenantId>(0), row.integer(1), bytes_at(row, 2), row.string(3),
                            row.instant(4)};
}

Step<bool> use_sign_in_link(Session& s, TenantId tenant, std::int64_t id) {
    const Rows used = co_await s.run(use_link, tenant, id);
    co_return used.changed() == 1;
}

Step<> drop_old_sign_in_links(Session& s, TenantId tenant, Instant before) {
    co_await s.send(drop_old_links, tenant, before);
}

} // namespace settled::store
