#include "api/console/sessions.h"

#include "api/bounds.h"
#include "api/console/operators.h"
#include "api/key_text.h"
#include "store/queries/portal_links.h"
#include "store/queries/sessions.h"

namespace settled::api {

namespace {

using store::Session;
using store::SessionRow;
using store::Step;

struct Found {
    SessionRow row;
    std::string scopes; // as they are now
    std::optional<PortalRights> portal = std::nullopt;
};

std::unexpected<Error> ended() {
    return fail(Code::credentials_invalid, "the session has ended; sign in again");
}

Instant end_of(const SessionRow& row) {
    return row.created_at + bounds::session_life_max;
}

bool is_over(const SessionRow& row, Instant now) {
    return end_of(row) <= now || row.seen_at + bounds::session_idle_max <= now;
}

Step<std::optional<Found>> in_portal(Session& s, Found found, Instant now) {
    const auto link =
        co_await store::find_portal_link(s, found.row.tenant, PortalLinkId{found.row.owner});
    if (!link || !link->is_live(now))
        co_return std::nullopt;
    found.portal = PortalRights::parse(link->endpoint, link->can);
    found.scopes = found.portal->scopes();
    co_return found;
}

Step<std::optional<Found>> of_operator(Session& s, Found found) {
    const auto row =
        co_await store::find_operator(s, found.row.tenant, OperatorId{found.row.owner});
    if (!row || found.row.created_at < row->changed_at)
        co_return std::nullopt;
    found.scopes = scopes_of_role(row->role);
    co_return found;
}

Step<std::optional<Found>> find_live(Session& s, crypto::Digest hash, Instant now) {
    auto row = co_await store::find_session_by_hash(s, hash);
    if (!row || is_over(*row, now))
        co_return std::nullopt;
    Found found{*std::move(row), "*"};
    if (found.row.kind == store::session_of_portal)
        co_return co_await in_portal(s, std::move(found), now);
    if (found.row.kind == store::session_of_operator)
        co_return co_await of_operator(s, std::move(found));
    if (found.row.kind != store::session_of_key)
        co_return found;
    auto scopes =
        co_await store::scopes_of_live_key(s, found.row.tenant, ApiKeyId{found.row.owner}, now);
    if (!scopes)
        co_return std::nullopt;
    found.scopes = *std::move(scopes);
    co_return found;
}

Step<bool> touch(Session& s, TenantId tenant, SessionId id, Instant now) {
    co_await store::touch_session(s, tenant, id, now);
    co_return true;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

bool only_reads(const net::Request& request) {
    return request.method == "GET" || request.method == "HEAD";
}

} // namespace

Result<std::optional<std::string>> session_cookie_of(const net::Request& request) {
    std::optional<std::string> found;
    for (const auto& [name, value] : request.fields) {
        if (!net::same_name(name, "Cookie"))
            continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::size_t end = rest.find(';');
            const std::string_view pair = trimmed(rest.substr(0, end));
            rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
            const std::size_t equals = pair.find('=');
            if (equals == pair.npos || pair.substr(0, equals) != session_cookie)
                continue;
            if (found)
                return fail(Code::request_malformed, "there are two session cookies");
            found = std::string(pair.substr(equals + 1));
        }
    }
    if (found && request.fields.find("Authorization"))
        return fail(Code::request_malformed, "send an API key or a session's cookie, not both");
    return found;
}

Sessions::Sessions(store::Store& store, const Clock& clock, const Secret& master)
    : store_(store), clock_(clock), hash_(session_hash(master)),
      csrf_(crypto::derive_key(master, "session-csrf").bytes()) {}

std::string Sessions::csrf_of(std::string_view cookie) const {
    return base64url(csrf_.of(cookie));
}

Task<Result<Sessions::Seen>> Sessions::look_up(const net::Request& request, std::string cookie) {
    const crypto::Digest hash = hash_of(cookie);
    const Instant now = clock_.now();
    const auto found = co_await store_.read<std::optional<Found>>(
        [hash, now](Session& s) { return find_live(s, hash, now); });
    if (!found)
        co_return std::unexpected(found.error());
    if (!*found)
        co_return ended();
    const SessionRow& row = (*found)->row;
    const auto scopes = ScopeSet::parse((*found)->scopes);
    SETTLED_ASSERT(scopes.has_value(), "the store holds scopes that are none");
    LiveSession session{row.id, Caller{row.tenant, *scopes, row.actor, true}, end_of(row),
                        csrf_of(cookie), (*found)->portal};
    const std::string_view given = request.fields.find(csrf_header).value_or("");
    if (!only_reads(request) &&
        !crypto::equal_in_constant_time(as_bytes(given), as_bytes(session.csrf_token)))
        co_return fail(Code::csrf_missing, "send the csrf_token of the session as X-CSRF-Token");
    co_return Seen{std::move(session), row.seen_at};
}

Task<Result<LiveSession>> Sessions::find(const net::Request& request, std::string cookie) {
    CO_TRY(Seen seen, co_await look_up(request, std::move(cookie)));
    const Instant now = clock_.now();
    if (seen.seen_at + bounds::session_seen_step <= now) {
        const auto touched =
            co_await store_.write<bool>([tenant = seen.session.caller.tenant, id = seen.session.id,
                                         now](Session& s) { return touch(s, tenant, id, now); });
        if (!touched)
            co_return std::unexpected(touched.error());
    }
    co_return std::move(seen.session);
}

Task<Result<LiveSession>> Sessions::look_again(const net::Request& request, std::string cookie) {
    CO_TRY(Seen seen, co_await look_up(request, std::move(cookie)));
    co_return std::move(seen.session);
}

} // namespace settled::api
