// What people know of a thing, and what it is: POST /v1/search. A POST, since names and account numbers must not stand in
// URLs, which are logged on the way.
#include "api/body.h"
#include "api/change.h"
#include "api/handlers/views.h"
#include "api/handlers/why/search_reader.h"
#include "api/handlers/why/why_handlers.h"
#include "payloads/reader.h"
#include "wire/money.h"

#include <utility>

namespace settled::api {

namespace {

using store::Session;

constexpr std::int64_t hits_default = 20;
constexpr std::int64_t hits_most = 100;

struct Wanted {
    std::shared_ptr<const SearchQuery> query;
    std::size_t limit = 0;
};

Result<Wanted> read_request(const wire::Json& root) {
    payloads::Reader in(root);
    const std::string text = in.text("q", search_bytes_max);
    const auto limit = in.optional_integer("limit", 1, hits_most);
    TRY_VOID(in.finish());
    TRY(SearchQuery query, read_search_query(text));
    return Wanted{std::make_shared<const SearchQuery>(std::move(query)),
                  static_cast<std::size_t>(limit.value_or(hits_default))};
}

std::optional<std::string_view> unless_empty(std::string_view text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

void write_hit(wire::JsonWriter& w, const SearchHit& hit) {
    w.object().member("kind", hit.kind).member("id", hit.id);
    w.member("client_id", unless_empty(hit.client_id));
    w.member("matched_on", hit.matched_on).member("exact", hit.exact);
    if (hit.amount)
        wire::write_money(w, "amount", *hit.amount);
    else
        w.key("amount").null();
    w.member("status", unless_empty(hit.status));
    write_time(w, "at", hit.at);
    w.member("sentence", hit.sentence).end();
}

std::string shown(const SearchResult& result) {
    wire::JsonWriter w;
    w.object().key("data").array();
    for (const SearchHit& hit : result.hits)
        write_hit(w, hit);
    w.end().key("more").array();
    for (const std::string& kind : result.more)
        w.value(kind);
    w.end().end();
    return std::move(w).text();
}

} // namespace

Task<Result<Answer>> search(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(const Wanted wanted, read_request(document.root()));
    const TenantId tenant = call.caller.tenant;
    const ScopeSet scopes = call.caller.scopes;
    const auto found = co_await core.store.read<SearchResult>(
        [=](Session& s) { return search_all(s, tenant, scopes, wanted.query, wanted.limit); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return Answer{200, shown(*found)};
}

} // namespace settled::api
