#include "store/queries/money/reviews.h"

#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/handlers.h"
#include "api/handlers/reviews/review_evidence.h"
#include "api/handlers/views.h"
#include "api/page.h"

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using Reviews = std::vector<store::ReviewRow>;

Step<Reviews> list(Session& s, TenantId tenant, std::shared_ptr<const std::string> status,
                   Page page) {
    co_return co_await store::list_reviews(s, tenant, *status, page.before, page.wanted());
}

} // namespace

Task<Result<Answer>> list_reviews(const Core& core, const Call& call) {
    CO_TRY(const auto forward, read_forward(call.request, {"status"}));
    if (forward)
        co_return co_await answer_forward<store::ReviewRow>(core, call.caller.tenant,
                                                            store::Feed::reviews, *forward,
                                                            store::reviews_after, write_review);
    CO_TRY(const Page page, read_page(call.request, ReviewIdTag::prefix));
    CO_TRY(std::string wanted, read_choice(call.request, "status", {"open", "closed"}));
    const auto status = std::make_shared<const std::string>(std::move(wanted));
    const TenantId tenant = call.caller.tenant;
    const Result<Reviews> found = co_await core.store.read<Reviews>(
        [=](Session& s) { return list(s, tenant, status, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, *found, write_review);
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
