#include "store/queries/money/reviews.h"

#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/filtered_page.h"
#include "api/handlers/handlers.h"
#include "api/handlers/reviews/review_evidence.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "store/queries/filtered_lists.h"

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using ReviewPage = FilteredPage<store::ReviewRow>;

struct Filter {
    std::string status; // empty: any, as the other
    std::string kind;
};

Step<ReviewPage> list(Session& s, TenantId tenant, std::shared_ptr<const Filter> filter,
                      Page page) {
    return filter_page<store::ReviewRow>(
        page, TimeRange{},
        [&s, tenant, filter](std::int64_t before, std::size_t limit) {
            if (!filter->kind.empty())
                return store::list_reviews_of_kind(s, tenant, filter->kind, before, limit);
            return store::list_reviews(s, tenant, filter->status, before, limit);
        },
        [filter](const store::ReviewRow& row) {
            return filter->status.empty() || row.status == filter->status;
        });
}

Result<std::string> read_kind(const net::Request& request) {
    using namespace store;
    return read_choice(request, "kind",
                       {review_settlement_ambiguous,    review_suggested_match,
                        review_webhook_conflict,        review_webhook_unreadable,
                        review_payment_conflict,        review_payment_failed,
                        review_possible_misallocation,  review_unmatched_return,
                        review_order_unresolved,        review_order_contradiction,
                        review_possible_duplicate,      review_link_unresolved,
                        review_return_refused,          review_return_unresolved,
                        review_notification_failed,     review_unexplained,
                        review_posting_failed,          review_posting_contradiction,
                        review_booking_not_payable,     review_bacs_held,
                        review_bacs_contradiction,      review_credit_unclear,
                        review_settlement_contradiction});
}

} // namespace

Task<Result<Answer>> list_reviews(const Core& core, const Call& call) {
    CO_TRY(const auto forward, read_forward(call.request, {"status", "kind"}));
    if (forward)
        co_return co_await answer_forward<store::ReviewRow>(core, call.caller.tenant,
                                                            store::Feed::reviews, *forward,
                                                            store::reviews_after, write_review);
    CO_TRY(const Page page, read_page(call.request, ReviewIdTag::prefix));
    CO_TRY(std::string wanted, read_choice(call.request, "status", {"open", "closed"}));
    CO_TRY(std::string kind, read_kind(call.request));
    const auto filter = std::make_shared<const Filter>(std::move(wanted), std::move(kind));
    const TenantId tenant = call.caller.tenant;
    const Result<ReviewPage> found = co_await core.store.read<ReviewPage>(
        [=](Session& s) { return list(s, tenant, filter, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return filtered_answer(*found, ReviewIdTag::prefix, write_review);
}

Task<Result<Answer>> get_review(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<ReviewIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const ScopeSet scopes = call.caller.scopes;
    const Result<ReviewEvidence> review = co_await find_or_404<ReviewEvidence>(
        core, [=](Session& s) { return find_evidence(s, tenant, id, scopes); }, "review");
    if (!review)
        co_return std::unexpected(review.error());
    co_return Answer{200, shown(*review)};
}

} // namespace settled::api
