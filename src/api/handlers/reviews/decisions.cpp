// What people decide: reviews, matches by hand, matches undone. Each can be asked for as a dry run.
#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "base/limits.h"
#include "payloads/reader.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/settlements.h"
#include "units/matching/decide.h"
#include "wire/money.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using Parts = std::vector<units::PaymentPart>;

constexpr std::size_t parts_max = 8; // each is locked

struct DecisionRequest {
    std::shared_ptr<const Parts> parts; // none: not that kind of wish
    std::string reason;
    DryRun rehearsal;
};

void read_part(payloads::Reader& in, Parts& parts) {
    units::PaymentPart part;
    part.payment_id = in.text("payment_id", limits::client_id_bytes_max);
    if (in.has("amount"))
        part.amount = in.money("amount");
    parts.push_back(std::move(part));
}

// {"payments":[{"payment_id":"order-1","amount":{…}},…]}
void read_parts(payloads::Reader& in, Parts& parts) {
    in.objects("payments", parts_max, [&](payloads::Reader& part) { read_part(part, parts); });
}

// The request without its dry_run member, which may stand anywhere in it.
std::string without_dry_run(const wire::Json& root) {
    wire::JsonWriter w;
    w.object();
    for (std::size_t i = 0; i < root.size(); ++i)
        if (root.name_at(i) != "dry_run")
            w.key(root.name_at(i)).raw(root.at(i).raw());
    w.end();
    return std::move(w).text();
}

enum class RequestKind : std::uint8_t { one_payment, payments, nothing };

Result<DecisionRequest> read_wish(const net::Request& request, RequestKind asks) {
    TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    Parts parts;
    if (asks == RequestKind::one_payment)
        parts.push_back({in.text("payment_id", limits::client_id_bytes_max), std::nullopt});
    if (asks == RequestKind::payments)
        read_parts(in, parts);
    DecisionRequest wish;
    wish.reason = in.text("reason", limits::text_bytes_max);
    wish.rehearsal.dry_run = in.optional_flag("dry_run");
    TRY_VOID(in.finish());
    wish.rehearsal.body = without_dry_run(document.root());
    wish.parts = std::make_shared<const Parts>(std::move(parts));
    return wish;
}

units::Decision decision_of(const Core& core, const Call& call, const DecisionRequest& wish,
                            std::optional<ReviewId> review) {
    return {call.caller.tenant, review,           call.caller.name,
            wish.reason,        core.clock.now(), wish.rehearsal.dry_run};
}

struct Job {
    const units::Context& context;
    units::Decision decision;
    std::shared_ptr<const Parts> parts;
    DryRun rehearsal;
};
using JobPtr = std::shared_ptr<const Job>;

void write_pair(wire::JsonWriter& w, const units::DecisionResult::Pair& pair) {
    w.object().member("payment_id", to_string(pair.payment_id));
    w.member("client_id", pair.client_id);
    w.member("rank", static_cast<int>(pair.rank)).member("rule", match::token(pair.rank));
}

std::string shown_dry_run(const units::Decision& decision, const units::DecisionResult& upshot) {
    wire::JsonWriter w;
    w.object().member("dry_run", true);
    w.member("review_id", decision.review.transform([](ReviewId id) { return to_string(id); }));
    w.member("settlement_id",
             upshot.settlement.transform([](SettlementId id) { return to_string(id); }));
    w.member("settlement_status",
             upshot.settlement.transform([&](SettlementId) { return token(upshot.status); }));
    w.key("matches").array();
    for (const units::DecisionResult::Pair& pair : upshot.pairs) {
        write_pair(w, pair);
        w.member("pairing", token(upshot.pairing));
        wire::write_money(w, "amount", pair.amount);
        w.end();
    }
    w.end().key("candidates").array();
    for (const units::DecisionResult::Pair& candidate : upshot.candidates) {
        write_pair(w, candidate);
        w.end();
    }
    w.end().end();
    return std::move(w).text();
}

// The settlement as it stands after the decision, or in a dry run what would become of it.
Step<Result<Answer>> shown_settlement(Session& s, JobPtr job, units::DecisionResult upshot) {
    if (job->decision.dry_run)
        co_return Answer{200, shown_dry_run(job->decision, upshot)};
    const TenantId tenant = job->decision.tenant;
    const auto settlement = co_await store::find_settlement(s, tenant, *upshot.settlement);
    const auto matches = co_await store::matches_of_settlement(s, tenant, *upshot.settlement);
    wire::JsonWriter w;
    w.object().key("settlement");
    write_settlement(w, *settlement);
    w.key("matches").array();
    for (const domain::Match& match : matches)
        write_match(w, match);
    w.end().end();
    co_return Answer{200, std::move(w).text()};
}

Step<Result<Answer>> match_settlement_by_hand(Session& s, JobPtr job, SettlementId id) {
    const auto done = co_await units::match_by_hand(s, job->context, job->decision, id, job->parts);
    if (!done)
        co_return std::unexpected(done.error());
    co_return co_await shown_settlement(s, job, *done);
}

Step<Result<Answer>> reject_settlement_by_hand(Session& s, JobPtr job, SettlementId id) {
    const auto done = co_await units::reject(s, job->context, job->decision, id);
    if (!done)
        co_return std::unexpected(done.error());
    co_return co_await shown_settlement(s, job, *done);
}

// What is done with a settlement.
using Act = Step<Result<Answer>> (*)(Session& s, JobPtr job, SettlementId id);

// The settlement that a review is about, and then what is to be done with it.
Step<Result<Answer>> on_review(Session& s, JobPtr job, Act act) {
    const auto review = co_await store::find_review(s, job->decision.tenant, *job->decision.review);
    if (!review)
        co_return fail(Code::not_found, "there is no such review");
    if (!store::is_of_settlement(review->kind))
        co_return fail(Code::state_conflict,
                       "it is of no settlement: see to it, then POST its /close");
    co_return co_await act(s, job, SettlementId{review->subject_id});
}

Step<Result<Answer>> undo_one(Session& s, JobPtr job, MatchId id) {
    const auto done = co_await units::undo(s, job->context, job->decision, id);
    if (!done)
        co_return std::unexpected(done.error());
    if (job->decision.dry_run)
        co_return Answer{200, shown_dry_run(job->decision, *done)};
    const auto match = co_await store::find_match(s, job->decision.tenant, id);
    wire::JsonWriter w;
    write_match(w, *match);
    co_return Answer{200, std::move(w).text()};
}

Step<Result<Answer>> close_one(Session& s, JobPtr job) {
    const auto review = co_await store::find_review(s, job->decision.tenant, *job->decision.review);
    if (review && review->kind == store::review_settlement_ambiguous)
        co_return fail(Code::state_conflict, "accept, split or reject it");
    const auto fitting = review ? decisions_for(review->kind) : decisions_for("");
    if (std::ranges::find(fitting, "close") == fitting.end())
        co_return fail(Code::state_conflict,
                       fmt::format("something waits for it: POST its /decide with one of {}",
                                   fmt::join(fitting, ", ")));
    const auto done = co_await units::close_by_hand(s, job->context, job->decision);
    if (!done)
        co_return std::unexpected(done.error());
    if (job->decision.dry_run)
        co_return Answer{200, shown_dry_run(job->decision, *done)};
    const auto closed = co_await store::find_review(s, job->decision.tenant, review->id);
    wire::JsonWriter w;
    write_review(w, *closed);
    co_return Answer{200, std::move(w).text()};
}

Result<JobPtr> job_of(const Core& core, const Call& call, RequestKind asks,
                      std::optional<ReviewId> review) {
    TRY(const DecisionRequest wish, read_wish(call.request, asks));
    return std::make_shared<const Job>(core.context, decision_of(core, call, wish, review),
                                       wish.parts, wish.rehearsal);
}

Task<Result<Answer>> decide_review(const Core& core, const Call& call, RequestKind asks, Act act) {
    CO_TRY(const auto id, parse_id<ReviewIdTag>(call.id));
    CO_TRY(const JobPtr job, job_of(core, call, asks, id));
    co_return co_await change(
        core, call, [job, act](Session& s) { return on_review(s, job, act); }, job->rehearsal);
}

Task<Result<Answer>> decide_settlement(const Core& core, const Call& call, RequestKind asks,
                                       Act act) {
    CO_TRY(const auto id, parse_id<SettlementIdTag>(call.id));
    CO_TRY(const JobPtr job, job_of(core, call, asks, std::nullopt));
    co_return co_await change(
        core, call, [job, id, act](Session& s) { return act(s, job, id); }, job->rehearsal);
}

} // namespace

Task<Result<Answer>> accept_review(const Core& core, const Call& call) {
    return decide_review(core, call, RequestKind::one_payment, match_settlement_by_hand);
}

Task<Result<Answer>> split_review(const Core& core, const Call& call) {
    return decide_review(core, call, RequestKind::payments, match_settlement_by_hand);
}

Task<Result<Answer>> reject_review(const Core& core, const Call& call) {
    return decide_review(core, call, RequestKind::nothing, reject_settlement_by_hand);
}

Task<Result<Answer>> close_review(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<ReviewIdTag>(call.id));
    CO_TRY(const JobPtr job, job_of(core, call, RequestKind::nothing, id));
    co_return co_await change(
        core, call, [job](Session& s) { return close_one(s, job); }, job->rehearsal);
}

Task<Result<Answer>> match_settlement(const Core& core, const Call& call) {
    return decide_settlement(core, call, RequestKind::payments, match_settlement_by_hand);
}

Task<Result<Answer>> reject_settlement(const Core& core, const Call& call) {
    return decide_settlement(core, call, RequestKind::nothing, reject_settlement_by_hand);
}

Task<Result<Answer>> undo_match(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<MatchIdTag>(call.id));
    CO_TRY(const JobPtr job, job_of(core, call, RequestKind::nothing, std::nullopt));
    co_return co_await change(
        core, call, [job, id](Session& s) { return undo_one(s, job, id); }, job->rehearsal);
}

} // namespace settled::api
