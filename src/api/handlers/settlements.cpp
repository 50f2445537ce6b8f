#include "store/queries/money/settlements.h"

#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/handlers.h"
#include "api/handlers/money_filters.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "store/queries/exports.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/suggested.h"
#include "wire/time.h"

#include <algorithm>

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

struct Wanted {
    store::SettlementFilter filter;
    bool suggested = false; // only those that a person is asked about
    bool has_period = false;
    store::ExportFilter period; // with the filter's members
};

Result<bool> read_suggested(const net::Request& request, const store::SettlementFilter& filter) {
    TRY(const std::string given, read_choice(request, "suggested", {"true"}));
    if (!given.empty() && (filter.status != "unmatched" || !filter.account.empty()))
        return fail(Code::parameter_invalid,
                    "suggested: give status=unmatched with it, and no account");
    return !given.empty();
}

Result<bool> read_waiting(const net::Request& request, std::string_view status) {
    TRY(const std::string given, read_choice(request, "waiting", {"true"}));
    if (!given.empty() && status != "unmatched")
        return fail(Code::parameter_invalid, "waiting: give status=unmatched with it");
    return !given.empty();
}

Result<Instant> read_time(const net::Request& request, std::string_view name, Instant otherwise) {
    const auto given = request.parameter(name);
    if (!given)
        return otherwise;
    const auto at = wire::parse_bank_time(*given);
    if (!at)
        return fail(Code::parameter_invalid,
                    std::string(name) + ": give a time, such as 2026-11-22T10:00:00Z, or a date");
    return *at;
}

// The members that choose among settlements.
Result<Wanted> read_wanted(const net::Request& request) {
    Wanted wanted;
    TRY(wanted.filter.status,
        read_choice(request, "status",
                    {"unmatched", "matched", "ambiguous", "reversed", "rejected"}));
    TRY(wanted.filter.account, read_account_filter(request));
    TRY(wanted.suggested, read_suggested(request, wanted.filter));
    wanted.period.status = wanted.filter.status;
    wanted.period.account = wanted.filter.account;
    TRY(wanted.period.since, read_time(request, "since", wanted.period.since));
    TRY(wanted.period.until, read_time(request, "until", wanted.period.until));
    wanted.has_period = request.parameter("since") || request.parameter("until");
    if (wanted.suggested && wanted.has_period)
        return fail(Code::parameter_invalid, "suggested: give status=unmatched with it alone");
    return wanted;
}

Step<Settlements> list_some(Session& s, TenantId tenant, std::shared_ptr<const Wanted> wanted,
                            std::int64_t before, std::size_t limit) {
    if (!wanted->has_period)
        co_return co_await store::list_settlements(s, tenant, wanted->filter, before, limit);
    Settlements found;
    for (const SettlementId id :
         co_await store::find_received(s, tenant, wanted->period, before, limit)) {
        auto settlement = co_await store::find_settlement(s, tenant, id);
        if (settlement)
            found.push_back(*std::move(settlement));
    }
    co_return found;
}

Step<Settlements> list(Session& s, TenantId tenant, std::shared_ptr<const Wanted> wanted,
                       Page page) {
    if (wanted->suggested)
        co_return co_await store::list_suggested(s, tenant, page.before, page.wanted());
    co_return co_await list_some(s, tenant, wanted, page.before, page.wanted());
}

Task<Result<Answer>> list_filtered(const Core& core, TenantId tenant, MoneyFilter asked,
                                   Page page) {
    using Found = FilteredPage<domain::Settlement>;
    const auto filter = std::make_shared<const MoneyFilter>(std::move(asked));
    const Result<Found> found = co_await core.store.read<Found>(
        [=](Session& s) { return filtered_settlements(s, tenant, filter, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return filtered_answer(*found, SettlementIdTag::prefix, write_settlement);
}

} // namespace

Task<Result<Answer>> list_settlements(const Core& core, const Call& call) {
    CO_TRY(const auto forward,
           read_forward(call.request,
                        {"status", "account", "suggested", "waiting", "reference", "end_to_end_id",
                         "transaction_id", "amount", "currency", "payer", "received_after",
                         "received_before", "since", "until"}));
    if (forward)
        co_return co_await answer_forward<domain::Settlement>(
            core, call.caller.tenant, store::Feed::settlements, *forward, store::settlements_after,
            write_settlement);
    CO_TRY(const Page page, read_page(call.request, SettlementIdTag::prefix));
    CO_TRY(Wanted read, read_wanted(call.request));
    const auto wanted = std::make_shared<const Wanted>(std::move(read));
    CO_TRY(MoneyFilter asked, read_money_filter(call.request, "received"));
    asked.status = wanted->filter.status;
    CO_TRY(asked.waiting, read_waiting(call.request, asked.status));
    const TenantId tenant = call.caller.tenant;
    const bool is_detailed = asked.is_detailed();
    if (is_detailed && wanted->suggested)
        co_return fail(Code::parameter_invalid, "suggested: it goes with status alone");
    if (wanted->has_period) {
        asked.from = std::max(asked.from, wanted->period.since);
        asked.until = std::min(asked.until, wanted->period.until);
    }
    if (is_detailed)
        co_return co_await list_filtered(core, tenant, std::move(asked), page);
    const Result<Settlements> found = co_await core.store.read<Settlements>(
        [=](Session& s) { return list(s, tenant, wanted, page); });
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
