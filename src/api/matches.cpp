#include "store/matches.h"
#include "api/change.h"
#include "api/feed.h"
#include "api/handlers.h"
#include "api/page.h"
#include "api/views.h"

namespace settled::api {

namespace {

using store::Session;
using Matches = std::vector<flow::Match>;

} // namespace

Task<Result<Answer>> list_matches(const Core& core, const Call& call) {
    CO_TRY(const auto forward, read_forward(call.request));
    if (forward)
        co_return co_await answer_forward<flow::Match>(core, call.caller.tenant,
                                                       store::Feed::matches, *forward,
                                                       store::matches_after, write_match);
    CO_TRY(const Page page, read_page(call.request, MatchIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Result<Matches> found = co_await core.store.read<Matches>(
        [=](Session& s) { return store::list_matches(s, tenant, page.before, page.wanted()); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, *found, write_match);
}

Task<Result<Answer>> get_match(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<MatchIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<flow::Match> match = co_await find_or_404<flow::Match>(
        core, [=](Session& s) { return store::find_match(s, tenant, id); }, "match");
    if (!match)
        co_return std::unexpected(match.error());
    wire::JsonWriter w;
    write_match(w, *match);
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
