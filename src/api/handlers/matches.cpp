#include "store/queries/money/matches.h"
#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"

namespace settled::api {

namespace {

using store::Session;
using Matches = std::vector<domain::Match>;

} // namespace

Task<Result<Answer>> list_matches(const Core& core, const Call& call) {
    CO_TRY(const auto forward, read_forward(call.request));
    if (forward)
        co_return co_await answer_forward<domain::Match>(core, call.caller.tenant,
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
    const Result<domain::Match> match = co_await find_or_404<domain::Match>(
        core, [=](Session& s) { return store::find_match(s, tenant, id); }, "match");
    if (!match)
        co_return std::unexpected(match.error());
    wire::JsonWriter w;
    write_match(w, *match);
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
