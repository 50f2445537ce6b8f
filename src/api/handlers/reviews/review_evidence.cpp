#include "api/handlers/reviews/review_evidence.h"

#include "api/handlers/views.h"
#include "store/queries/money/orders.h"

namespace settled::api {

store::Step<std::optional<ReviewEvidence>> find_evidence(store::Session& s, TenantId tenant,
                                                         ReviewId id, ScopeSet scopes) {
    auto review = co_await store::find_review(s, tenant, id);
    if (!review)
        co_return std::nullopt;
    ReviewEvidence evidence;
    evidence.review = *std::move(review);
    const std::string& kind = evidence.review.kind;
    const std::int64_t subject = evidence.review.subject_id;
    if (store::is_of_order(kind) && scopes.has(Scope::orders_read)) {
        auto order = co_await store::find_order(s, tenant, OrderId{subject});
        if (order)
            evidence.order = co_await order_detail(s, tenant, *std::move(order));
    } else if (store::is_of_return(kind) && scopes.has(Scope::returns_read)) {
        auto row = co_await store::find_return(s, tenant, ReturnId{subject});
        if (row)
            evidence.money_return = co_await return_detail(s, tenant, *std::move(row));
    } else if (kind == store::review_link_unresolved && scopes.has(Scope::links_read)) {
        auto link = co_await store::find_link(s, tenant, LinkId{subject});
        if (link)
            evidence.link = co_await link_detail(s, tenant, *std::move(link));
    } else if (store::is_of_posting(kind) && scopes.has(Scope::postings_read)) {
        auto row = co_await store::find_posting(s, tenant, PostingId{subject});
        if (row)
            evidence.posting = co_await posting_detail(s, tenant, *std::move(row));
    } else if (kind == store::review_booking_not_payable && scopes.has(Scope::postings_read)) {
        evidence.booking = co_await store::find_booking(s, tenant, BookingId{subject});
    } else if (store::is_of_movement(kind)) {
        evidence.movement = co_await store::find_movement(s, tenant, SettlementId{subject});
    }
    co_return evidence;
}

std::string shown(const ReviewEvidence& evidence) {
    wire::JsonWriter w;
    w.object();
    write_review_members(w, evidence.review);
    if (evidence.order)
        write_detail(w.key("order"), *evidence.order);
    if (evidence.money_return)
        write_detail(w.key("return"), *evidence.money_return);
    if (evidence.link)
        write_detail(w.key("link"), *evidence.link);
    if (evidence.posting)
        write_detail(w.key("posting"), *evidence.posting);
    if (evidence.booking)
        write_booking(w.key("booking"), *evidence.booking);
    if (evidence.movement)
        write_movement(w.key("settlement"), *evidence.movement);
    w.end();
    return std::move(w).text();
}

} // namespace settled::api
