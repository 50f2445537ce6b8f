#include "api/purged_answer.h"

#include "api/problem.h"
#include "store/queries/purged.h"

#include <array>

namespace settled::api {

namespace {

using store::PurgedKind;
using store::PurgedRow;
using store::Session;
using store::Step;

struct Kind {
    std::string_view prefix;
    PurgedKind kind;
    Scope scope;
};
constexpr std::array kinds{
    Kind{PaymentIdTag::prefix, PurgedKind::payment, Scope::payments_read},
    Kind{SettlementIdTag::prefix, PurgedKind::settlement, Scope::settlements_read},
    Kind{MatchIdTag::prefix, PurgedKind::match, Scope::settlements_read},
    Kind{EventIdTag::prefix, PurgedKind::event, Scope::events_read},
    Kind{TaskIdTag::prefix, PurgedKind::delivery, Scope::events_read},
    Kind{CallIdTag::prefix, PurgedKind::call, Scope::calls_read},
};

// Where a client's id stands for a payment.
bool takes_client_ids(std::string_view pattern) {
    return pattern.starts_with("/v1/payments/") || pattern == "/v1/timeline/{id}";
}

struct Asked {
    TenantId tenant;
    std::string id;
    bool by_client_id = false;
    ScopeSet scopes;
};

Step<std::optional<PurgedRow>> find(Session& s, std::shared_ptr<const Asked> asked) {
    for (const Kind& each : kinds) {
        const auto id = decode_id(each.prefix, asked->id);
        if (!id || !asked->scopes.has(each.scope))
            continue;
        auto purged = co_await store::find_purged(s, asked->tenant, each.kind, *id);
        if (purged)
            co_return purged;
    }
    if (!asked->by_client_id || !asked->scopes.has(Scope::payments_read))
        co_return std::nullopt;
    co_return co_await store::find_purged_named(s, asked->tenant, PurgedKind::payment, asked->id);
}

} // namespace

Task<Result<Answer>> unless_purged(const Core& core, const Route& route, const Call& call,
                                   Result<Answer> answer) {
    if (answer || answer.error().code != Code::not_found || call.id.empty())
        co_return answer;
    const auto asked = std::make_shared<const Asked>(
        call.caller.tenant, call.id, takes_client_ids(route.pattern), call.caller.scopes);
    const auto found = co_await core.store.read<std::optional<PurgedRow>>(
        [asked](Session& s) { return find(s, asked); });
    if (!found)
        co_return std::unexpected(found.error());
    if (!*found)
        co_return answer;
    net::Response response = purged_problem((*found)->purged_at, call.request.request_id);
    Answer gone{response.status, std::move(response.body)};
    gone.content_type = std::move(response.content_type);
    co_return gone;
}

} // namespace settled::api
