// POST /v1/reviews/{id}/decide: what a person decides about a review of an order, a return, a link
// or a movement. Decisions on settlements have addresses of their own (decisions.cpp).
#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/reviews/review_evidence.h"
#include "api/handlers/views.h"
#include "base/limits.h"
#include "payloads/reader.h"
#include "units/links/try_again.h"
#include "units/matching/decide.h"
#include "units/orders/rule_on_credit.h"
#include "units/orders/rule_on_order.h"
#include "units/postings/booking.h"
#include "units/postings/collect.h"
#include "units/postings/post.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using units::OrderRuling;

constexpr std::string_view closing = "close";
constexpr std::array rulings{OrderRuling::ask_again, OrderRuling::settled, OrderRuling::never_paid,
                             OrderRuling::release};
constexpr std::array<std::string_view, 4> others{"post_again", "drop", "try_again", "adjust"};

struct Wish {
    const units::Context& context;
    TenantId tenant;
    ScopeSet scopes;
    ReviewId review;
    std::string actor;
    std::string decision;
    std::string transaction_id;
    std::string reason;
    Instant now;
};
using WishPtr = std::shared_ptr<const Wish>;

std::optional<OrderRuling> ruling_named(std::string_view word) {
    const auto* const found =
        std::ranges::find(rulings, word, [](OrderRuling ruling) { return units::token(ruling); });
    return found == rulings.end() ? std::nullopt : std::optional(*found);
}

struct Decided {
    std::string decision;
    std::string transaction_id; // of `settled`
    std::string reason;
};

Result<Decided> read_decision(const net::Request& request) {
    TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    Decided decided;
    decided.decision = in.text("decision", limits::text_bytes_max);
    const bool known = decided.decision == closing || ruling_named(decided.decision) ||
                       units::credit_ruling_named(decided.decision) ||
                       std::ranges::find(others, decided.decision) != others.end();
    if (!decided.decision.empty() && !known)
        in.refuse(Code::value_invalid, "decision",
                  "give a decision that the review names; settlements are decided by /accept, "
                  "/split and /reject");
    if (decided.decision == token(OrderRuling::settled))
        decided.transaction_id = in.text("transaction_id", limits::client_id_bytes_max);
    decided.reason = in.text("reason", limits::text_bytes_max);
    TRY_VOID(in.finish());
    return decided;
}

// Whether the review takes the decision, now and from this caller.
Result<> check(const store::ReviewRow& review, const Wish& wish) {
    if (review.status != "open")
        return fail(Code::state_conflict, "the review is closed");
    const auto fitting = decisions_for(review.kind);
    if (std::ranges::find(fitting, wish.decision) == fitting.end())
        return fail(Code::state_conflict, fmt::format("a review of kind {} takes: {}", review.kind,
                                                      fmt::join(fitting, ", ")));
    const bool concerns_orders = store::is_of_order(review.kind) ||
                                 store::is_of_posting(review.kind) ||
                                 wish.decision == token(units::CreditRuling::came_back) ||
                                 review.kind == store::review_booking_not_payable;
    if (concerns_orders && !wish.scopes.has(Scope::orders_write))
        return fail(Code::scope_missing,
                    "to decide about an order, posting or booking needs the scope orders:write");
    const bool concerns_links =
        review.kind == store::review_link_unresolved && wish.decision != closing;
    if (concerns_links && !wish.scopes.has(Scope::links_write))
        return fail(Code::scope_missing, "to decide about a link needs the scope links:write");
    return {};
}

Step<Result<>> rule_on_failed_posting(Session& s, const units::UnitScope& work,
                                      const store::ReviewRow& review, std::string_view decision) {
    const auto ruling = decision == "ask_again"    ? units::PostingRuling::ask_again
                        : decision == "post_again" ? units::PostingRuling::post_again
                                                   : units::PostingRuling::drop;
    co_return co_await units::rule_on_posting(s, work, PostingId{review.subject_id}, ruling);
}

// The bank has refused to send the money back: it is booked on its loan once more.
Step<Result<>> post_refused_return(Session& s, const units::UnitScope& work,
                                   const store::ReviewRow& review) {
    const auto row = co_await store::find_return(s, work.tenant, ReturnId{review.subject_id});
    const bool posted = row && co_await units::collect_again(s, work, row->settlement);
    if (!posted)
        co_return fail(Code::state_conflict,
                       "the money was booked on no loan before, or still is, or has gone back "
                       "after all: close the review");
    co_return Result<>{};
}

Step<Result<>> carry_out(Session& s, const Wish& wish, const store::ReviewRow& review) {
    const units::UnitScope work{wish.context, wish.tenant, wish.now};
    if (store::is_of_posting(review.kind))
        co_return co_await rule_on_failed_posting(s, work, review, wish.decision);
    if (review.kind == store::review_return_refused)
        co_return co_await post_refused_return(s, work, review);
    co_return co_await units::rule_on_booking(
        s, work, BookingId{review.subject_id},
        wish.decision == "adjust" ? units::BookingRuling::adjust : units::BookingRuling::try_again);
}

bool is_of_loans(const store::ReviewRow& review) {
    return store::is_of_posting(review.kind) || review.kind == store::review_booking_not_payable ||
           review.kind == store::review_return_refused;
}

Step<Result<Answer>> rule(Session& s, WishPtr wish) {
    const auto review = co_await store::find_review(s, wish->tenant, wish->review);
    if (!review)
        co_return fail(Code::not_found, "there is no such review");
    CO_TRY_VOID(check(*review, *wish));
    if (wish->decision == closing) {
        CO_TRY_VOID(co_await units::close_by_hand(
            s, wish->context,
            {wish->tenant, wish->review, wish->actor, wish->reason, wish->now, false}));
    } else if (is_of_loans(*review)) {
        CO_TRY_VOID(co_await carry_out(s, *wish, *review));
        if (wish->decision != "ask_again") // which leaves it open
            co_await store::keep_ruling(s, wish->tenant, wish->review,
                                        {wish->decision, wish->reason, wish->actor}, wish->now);
    } else if (review->kind == store::review_link_unresolved) {
        CO_TRY_VOID(co_await units::try_link_again(
            s, wish->context,
            {wish->tenant, LinkId{review->subject_id}, wish->reason, wish->actor, wish->now}));
    } else if (const auto ruling = units::credit_ruling_named(wish->decision)) {
        CO_TRY_VOID(co_await units::rule_on_credit(s, wish->context, wish->tenant,
                                                   SettlementId{review->subject_id}, *ruling,
                                                   wish->reason, wish->actor, wish->now));
    } else {
        CO_TRY_VOID(co_await units::rule_on_order(
            s, wish->context,
            {wish->tenant, OrderId{review->subject_id}, *ruling_named(wish->decision),
             wish->transaction_id, wish->reason, wish->actor, wish->now}));
    }
    const auto evidence = co_await find_evidence(s, wish->tenant, wish->review, wish->scopes);
    co_return Answer{200, shown(*evidence)};
}

} // namespace

Task<Result<Answer>> rule_on_review(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<ReviewIdTag>(call.id));
    CO_TRY(Decided decided, read_decision(call.request));
    const auto wish = std::make_shared<const Wish>(
        core.context, call.caller.tenant, call.caller.scopes, id, call.caller.name,
        std::move(decided.decision), std::move(decided.transaction_id), std::move(decided.reason),
        core.clock.now());
    co_return co_await change(core, call, [wish](Session& s) { return rule(s, wish); });
}

} // namespace settled::api
