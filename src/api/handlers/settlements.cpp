#include "store/queries/money/settlements.h"

#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/suggested.h"

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using Settlements = std::vector<domain::Settlement>;

struct Detail {
    domain::Settlement settlement;
    std::optional<domain::Match> match;     // the last that lives; more than one if it is merged
    std::optional<store::ReviewRow> review; // the open one
};

Step<std::optional<Detail>> find(Session& s, TenantId tenant, SettlementId id) {
    auto settlement = co_await store::find_settlement(s, tenant, id);
    if (!settlement)
        co_return std::nullopt;
    Detail detail{*std::move(settlement), std::nullopt, std::nullopt};
    const auto matches = co_await store::matches_of_settlement(s, tenant, id);
    if (!matches.empty())
        detail.match = matches.back();
    if (detail.settlement.has_open_review())
        detail.review = co_await store::find_open_review_of(s, tenant, id);
    co_return detail;
}

std::string shown(const Detail& detail) {
    wire::JsonWriter w;
    w.object();
    write_settlement_members(w, detail.settlement);
    w.key("match");
    if (detail.match)
        write_match(w, *detail.match);
    else
        w.null();
    const auto review = detail.review ? std::optional(to_string(detail.review->id)) : std::nullopt;
    w.member("review_id", review).end();
    return std::move(w).text();
}

// Only those that a person is asked about; false: all.
Result<bool> read_suggested(const net::Request& request, const store::SettlementFilter& filter) {
    TRY(const std::string given, read_choice(request, "suggested", {"true"}));
    if (!given.empty() && (filter.status != "unmatched" || !filter.account.empty()))
        return fail(Code::parameter_invalid,
                    "suggested: give status=unmatched with it, and no account");
    return !given.empty();
}

Step<Settlements> list(Session& s, TenantId tenant,
                       std::shared_ptr<const store::SettlementFilter> filter, bool suggested,
                       Page page) {
    if (suggested)
        co_return co_await store::list_suggested(s, tenant, page.before, page.wanted());
    co_return co_await store::list_settlements(s, tenant, *filter, page.before, page.wanted());
}

} // namespace

Task<Result<Answer>> list_settlements(const Core& core, const Call& call) {
    CO_TRY(const auto forward, read_forward(call.request, {"status", "account", "suggested"}));
    if (forward)
        co_return co_await answer_forward<domain::Settlement>(
            core, call.caller.tenant, store::Feed::settlements, *forward, store::settlements_after,
            write_settlement);
    CO_TRY(const Page page, read_page(call.request, SettlementIdTag::prefix));
    CO_TRY(std::string status,
           read_choice(call.request, "status",
                       {"unmatched", "matched", "ambiguous", "reversed", "rejected"}));
    CO_TRY(std::string account, read_account_filter(call.request));
    const auto filter =
        std::make_shared<const store::SettlementFilter>(std::move(status), std::move(account));
    CO_TRY(const bool suggested, read_suggested(call.request, *filter));
    const TenantId tenant = call.caller.tenant;
    const Result<Settlements> found = co_await core.store.read<Settlements>(
        [=](Session& s) { return list(s, tenant, filter, suggested, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, *found, write_settlement);
}

Task<Result<Answer>> get_settlement(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<SettlementIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<Detail> detail = co_await find_or_404<Detail>(
        core, [=](Session& s) { return find(s, tenant, id); }, "settlement");
    if (!detail)
        co_return std::unexpected(detail.error());
    co_return Answer{200, shown(*detail)};
}

} // namespace settled::api
