// Links with which a partner sees its endpoint (console/portal.h).
#include "store/queries/portal_links.h"
#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/console/portal.h"
#include "api/handlers/console_handlers.h"
#include "api/handlers/views.h"
#include "api/key_text.h"
#include "api/page.h"
#include "payloads/reader.h"
#include "store/queries/changes.h"
#include "store/queries/endpoints.h"

#include <algorithm>

namespace settled::api {

namespace {

using store::PortalLinkRow;
using store::Session;
using store::Step;
using Links = std::vector<PortalLinkRow>;

void write_members(wire::JsonWriter& w, const PortalLinkRow& link) {
    w.member("id", to_string(link.id)).member("endpoint_id", to_string(link.endpoint));
    write_words(w, "can", link.can);
    write_time(w, "created_at", link.created_at);
    w.member("created_by", link.created_by);
    write_time(w, "expires_at", link.expires_at);
    write_time(w, "revoked_at", link.revoked_at);
}

void write_link(wire::JsonWriter& w, const PortalLinkRow& link) {
    w.object();
    write_members(w, link);
    w.end();
}

// `read` is always among them.
Result<std::string> read_rights(payloads::Reader& in) {
    const auto given = in.optional_texts("can", 3, limits::text_bytes_max);
    PortalRights rights;
    for (const std::string& right : given.value_or(std::vector<std::string>{})) {
        rights.can_redeliver |= right == portal_redeliver;
        rights.can_ping |= right == portal_ping;
        if (right != portal_read && right != portal_redeliver && right != portal_ping)
            in.refuse(Code::value_invalid, "can", "give of read, redeliver and ping");
    }
    return rights.text();
}

struct NewLink {
    PortalLinkRow row;
    store::ChangeRow change;
};

Step<bool> create(Session& s, std::shared_ptr<const NewLink> link) {
    const TenantId tenant = link->row.tenant;
    const auto endpoint = co_await store::find_endpoint(s, tenant, link->row.endpoint);
    if (!endpoint)
        co_return false;
    co_await store::insert_portal_link(s, link->row);
    co_await store::insert_change(s, tenant, link->change);
    co_return true;
}

Step<std::optional<Links>> list(Session& s, TenantId tenant, EndpointId endpoint, Page page) {
    const auto found = co_await store::find_endpoint(s, tenant, endpoint);
    if (!found)
        co_return std::nullopt;
    co_return co_await store::list_portal_links(s, tenant, endpoint, page.before, page.wanted());
}

Step<Result<Answer>> revoke(Session& s, TenantId tenant, PortalLinkId id, Instant now) {
    const bool revoked = co_await store::revoke_portal_link(s, tenant, id, now);
    if (!revoked)
        co_return fail(Code::not_found, "there is no such link that works");
    co_return Answer{204, {}};
}

Result<PortalLinkRow> read_link(const Core& core, const Call& call, EndpointId endpoint) {
    TRY(const auto document, json_body(call.request));
    payloads::Reader in(document.root());
    PortalLinkRow row;
    row.tenant = call.caller.tenant;
    row.endpoint = endpoint;
    row.created_by = call.caller.name;
    row.created_at = core.clock.now();
    const std::int64_t life =
        in.optional_integer("expires_in_seconds", bounds::portal_life_min.count(),
                            bounds::portal_life_max.count())
            .value_or(bounds::portal_life_default.count());
    row.expires_at = row.created_at + std::chrono::seconds(life);
    TRY(row.can, read_rights(in));
    TRY_VOID(in.finish());
    return row;
}

} // namespace

// The answer holds the token, so it is not kept under an Idempotency-Key.
Task<Result<Answer>> create_portal_link(const Core& core, const Call& call) {
    CO_TRY(const auto endpoint, parse_id<EndpointIdTag>(call.id));
    CO_TRY(PortalLinkRow row, read_link(core, call, endpoint));
    const std::string token = random_letters(core.rng);
    const crypto::Digest hash = session_hash(core.master).of(token);
    row.hash.assign(hash.begin(), hash.end());
    row.id = core.context.ids.next<PortalLinkId>();
    auto link = std::make_shared<NewLink>();
    link->change = {core.context.ids.next<ChangeId>(),
                    call.caller.name,
                    "portal_link.create",
                    to_string(row.id),
                    "",
                    call.request.request_id,
                    row.created_at};
    link->row = std::move(row);
    const Result<bool> created = co_await core.store.write<bool>(
        [shared = std::shared_ptr<const NewLink>(link)](Session& s) { return create(s, shared); });
    if (!created)
        co_return std::unexpected(created.error());
    if (!*created)
        co_return fail(Code::not_found, "there is no such endpoint");
    wire::JsonWriter w;
    w.object();
    write_members(w, link->row);
    // Behind '#', which no browser sends: no log and no Referer has it.
    w.member("url", core.reach.public_url + "/portal/#" + token).end();
    co_return Answer{201, std::move(w).text()};
}

Task<Result<Answer>> list_portal_links(const Core& core, const Call& call) {
    CO_TRY(const auto endpoint, parse_id<EndpointIdTag>(call.id));
    CO_TRY(const Page page, read_page(call.request, PortalLinkIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Result<Links> found = co_await find_or_404<Links>(
        core, [=](Session& s) { return list(s, tenant, endpoint, page); }, "endpoint");
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, *found, write_link);
}

Task<Result<Answer>> revoke_portal_link(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<PortalLinkIdTag>(call.id));
    CO_TRY_VOID(no_body(call.request));
    const TenantId tenant = call.caller.tenant;
    const Instant now = core.clock.now();
    co_return co_await change(core, call, [=](Session& s) { return revoke(s, tenant, id, now); });
}

} // namespace settled::api
