// POST /v1/reviews/{id}/decide: what a person decides about a review of an order, a return, a link
// or a movement. Decisions on settlements have addresses of their own (decisions.cpp).
#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/reviews/review_evidence.h"
#include "api/handlers/views.h"
#include "base/limits.h"
#include "payloads/reader.h"
#include "units/matching/decide.h"
#include "units/orders/register_order.h"

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
constexpr std::array rulings{OrderRuling::ask_again, OrderRuling::never_paid, OrderRuling::release};

struct Wish {
    const units::Context& context;
    TenantId tenant;
    ScopeSet scopes;
    ReviewId review;
    std::string actor;
    std::string decision;
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
    std::string reason;
};

Result<Decided> read_decision(const net::Request& request) {
    TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    Decided decided;
    decided.decision = in.text("decision", limits::text_bytes_max);
    if (!decided.decision.empty() && decided.decision != closing && !ruling_named(decided.decision))
        in.refuse(Code::value_invalid, "decision",
                  "give ask_again, never_paid, release or close; settlements are decided by "
                  "/accept, /split and /reject");
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
    if (store::is_of_order(review.kind) && !wish.scopes.has(Scope::orders_write))
        return fail(Code::scope_missing, "to decide about an order needs the scope orders:write");
    return {};
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
    } else {
        CO_TRY_VOID(co_await units::rule_on_order(
            s, wish->context, wish->tenant, OrderId{review->subject_id},
            *ruling_named(wish->decision), wish->reason, wish->actor, wish->now));
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
        std::move(decided.decision), std::move(decided.reason), core.clock.now());
    co_return co_await change(core, call, [wish](Session& s) { return rule(s, wish); });
}

} // namespace settled::api
