#include "units/matching/decide.h"

#include "match/agreement.h"
#include "match/ladder.h"
#include "store/queries/events.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/settlements.h"
#include "units/deliveries/publish.h"
#include "units/matching/rivals.h"
#include "units/matching/settle.h"
#include "wire/json.h"

#include <algorithm>

namespace settled::units {

namespace {

using domain::Pairing;
using domain::SettlementStatus;
using store::Session;
using store::Step;

// Each dismissed review adds as many as it shows (detail_candidates_max); all are read with the
// settlement whenever it is judged.
constexpr std::size_t refused_max = 512;

std::unexpected<Error> not_found(std::string_view what) {
    return fail(Code::not_found, "there is no such " + std::string(what));
}

UnitScope work_of(const Context& context, const Decision& decision) {
    return {context, decision.tenant, decision.now};
}

// The settlement under its lock.
Step<std::optional<domain::Settlement>> lock_settlement(Session& s, const UnitScope& work,
                                                        SettlementId id) {
    const auto seen = co_await store::find_settlement(s, work.tenant, id);
    if (!seen)
        co_return std::nullopt;
    store::Locks locks;
    add_settling_locks(locks, work.context, work.tenant, seen->identity);
    co_await s.lock(locks);
    co_return co_await store::find_settlement(s, work.tenant, id);
}

// The open review of the settlement: it is the one that was decided on, or there was none to name.
Step<Result<std::optional<ReviewId>>> review_of(Session& s, const Decision& decision,
                                                SettlementId settlement) {
    const auto open = co_await store::find_open_review_of(s, decision.tenant, settlement);
    if (decision.review && (!open || open->id != *decision.review))
        co_return fail(Code::state_conflict, "the review is closed");
    co_return open ? std::optional(open->id) : std::nullopt;
}

Step<> close_as(Session& s, const Decision& decision, const domain::Settlement& settlement,
                std::optional<ReviewId> review, std::string_view verdict) {
    if (review)
        (void)co_await store::decide_review(
            s, decision.tenant, *review, {verdict, decision.reason, decision.actor}, decision.now);
    if (settlement.suggested)
        co_await store::mark_suggested(s, decision.tenant, settlement.id, false);
}

struct FoundPart {
    domain::Payment payment;
    Money amount;
};

Step<std::optional<domain::Payment>> find_by_either_id(Session& s, TenantId tenant,
                                                       const std::string& id) {
    auto named = co_await store::find_payment_by_client_id(s, tenant, id);
    if (named)
        co_return std::move(named->payment);
    const auto ours = parse_id<PaymentIdTag>(id);
    if (!ours)
        co_return std::nullopt;
    co_return co_await store::find_payment(s, tenant, *ours);
}

// The payments under their locks.
Step<Result<std::vector<FoundPart>>> lock_parts(Session& s, const UnitScope& work,
                                                const domain::Settlement& settlement,
                                                const std::vector<PaymentPart>& parts) {
    std::vector<FoundPart> found;
    for (int pass = 0; pass < 2; ++pass) { // read, lock, read again
        found.clear();
        store::Locks locks;
        for (const PaymentPart& part : parts) {
            const auto payment = co_await find_by_either_id(s, work.tenant, part.payment_id);
            if (!payment)
                co_return not_found("payment: " + part.payment_id);
            add_block_lock(locks, work.context, work.tenant, payment->identity);
            const Money all = parts.size() == 1 ? settlement.amount : payment->identity.amount;
            found.push_back({*payment, part.amount.value_or(all)});
        }
        if (pass == 0)
            co_await s.lock(locks);
    }
    co_return found;
}

Result<> check(const domain::Settlement& settlement, const std::vector<FoundPart>& parts) {
    if (!settlement.is_open())
        return fail(Code::state_conflict,
                    "the settlement is " + std::string(token(settlement.status)));
    std::int64_t sum = 0;
    for (const FoundPart& part : parts) {
        if (!domain::is_open(part.payment.status))
            return fail(Code::state_conflict, "payment " + part.payment.client_id + " is " +
                                                  std::string(token(part.payment.status)));
        if (part.payment.identity.account != settlement.identity.account)
            return fail(Code::value_invalid,
                        "payment " + part.payment.client_id + " pays into another account");
        const bool same = std::ranges::count(parts, part.payment.id, [](const FoundPart& other) {
                              return other.payment.id;
                          }) == 1;
        if (!same || part.amount.currency != settlement.amount.currency || part.amount.minor <= 0)
            return fail(Code::value_invalid, "give each payment once, with a part of the "
                                             "settlement's amount in its currency");
        sum += std::min(part.amount.minor, settlement.amount.minor + 1);
    }
    if (sum != settlement.amount.minor)
        return fail(Code::value_invalid, "the parts are not " + decimal(settlement.amount));
    return {};
}

// By what the two would have been known, were there no rivals; the amount if by nothing else.
match::Rank rank_of(const domain::Payment& payment, const domain::Settlement& settlement) {
    const auto relation = match::relate(payment.identity, settlement.identity);
    return relation.rank.value_or(match::Rank::amount);
}

// What the person who decided had before him: what agrees and what differs, and what the rules
// would have said against it.
MatchBasis finding_of(const Decision& decision, const domain::Settlement& settlement,
                      const FoundPart& part, const DecisionResult::Pair& pair) {
    const auto [relation, comparison] =
        match::relate_in_full(part.payment.identity, settlement.identity, match::standard_rules());
    MatchBasis finding{.rank = pair.rank,
                       .settlements_seen = 1,
                       .amount = part.amount,
                       .actor = decision.actor,
                       .reason = decision.reason};
    finding.fields = match::agreements(comparison);
    if (relation.veto)
        finding.overruled = match::token(*relation.veto);
    return finding;
}

DecisionResult upshot_of(const domain::Settlement& settlement,
                         const std::vector<FoundPart>& parts) {
    DecisionResult upshot{.settlement = settlement.id,
                          .status = SettlementStatus::matched,
                          .pairing = parts.size() == 1 ? Pairing::one : Pairing::merge};
    for (const FoundPart& part : parts)
        upshot.pairs.push_back({part.payment.id, part.payment.client_id,
                                rank_of(part.payment, settlement), part.amount});
    return upshot;
}

Step<> make_matches(Session& s, const UnitScope& work, const Decision& decision,
                    const domain::Settlement& settlement, const std::vector<FoundPart>& parts,
                    const DecisionResult& upshot) {
    co_await unindex(s, work, settlement);
    std::int64_t version = settlement.version;
    co_await store::update_settlement(
        s, work.tenant, settlement.id,
        {settlement.status, upshot.status, version + static_cast<std::int64_t>(parts.size())});
    for (std::size_t i = 0; i < parts.size(); ++i) {
        MatchBasis finding = finding_of(decision, settlement, parts[i], upshot.pairs[i]);
        finding.pairing = upshot.pairing;
        finding.payments_seen = parts.size();
        const auto after =
            co_await make_match(s, work, settlement, ++version, parts[i].payment, finding);
        co_await settle_rest(s, work, after);
    }
    for (const FoundPart& part : parts) // their rivals may be clear now
        co_await settle_waiting(s, work.context, work.tenant, part.payment.identity, work.now);
    co_await settle_rivals(s, work, settlement); // nor does the settlement block another match
}

Step<> lock_payments_of(Session& s, const UnitScope& work,
                        const std::vector<domain::Match>& matches) {
    store::Locks locks;
    for (const domain::Match& match : matches) {
        const auto payment = co_await store::find_payment(s, work.tenant, match.payment_id);
        match::MatchFields whole = payment->identity;
        whole.amount = payment->amount;
        add_block_lock(locks, work.context, work.tenant, whole);
    }
    co_await s.lock(locks);
}

// What the rules make of a settlement that is taken out of its match.
struct Outlook {
    Verdict verdict;
    Reach reach = Reach::exact;
};

// An id may match it at once; else all that it may be is for a person to choose from.
Step<Outlook> outlook_of(Session& s, const UnitScope& work, const domain::Settlement& settlement) {
    Outlook outlook;
    outlook.verdict = co_await judge(s, work.context, work.tenant, settlement, Reach::exact);
    if (!may_match(outlook.verdict, work, settlement, Reach::exact)) {
        outlook.reach = Reach::loose;
        outlook.verdict = co_await judge(s, work.context, work.tenant, settlement, Reach::loose);
    }
    co_return outlook;
}

DecisionResult upshot_of(const domain::Settlement& settlement, const Outlook& outlook,
                         const UnitScope& work) {
    const Verdict& verdict = outlook.verdict;
    DecisionResult upshot{.settlement = settlement.id, .status = SettlementStatus::unmatched};
    const auto pair_of = [&](const RankedPayment& candidate) {
        return DecisionResult::Pair{candidate.payment.id, candidate.payment.client_id,
                                    candidate.rank, settlement.amount};
    };
    if (may_match(verdict, work, settlement, outlook.reach)) {
        upshot.status = SettlementStatus::matched;
        upshot.pairs.push_back(pair_of(verdict.candidates.front()));
    } else if (verdict.outcome == match::Outcome::ambiguous) {
        upshot.status = SettlementStatus::ambiguous;
        for (const RankedPayment& candidate : verdict.candidates)
            upshot.candidates.push_back(pair_of(candidate));
    }
    return upshot;
}

// The settlement, of which a match was undone, waits again; its tenant is notified.
Step<> let_wait_again(Session& s, const UnitScope& work, domain::Settlement& settlement,
                      const domain::Undone& undone) {
    co_await store::mark_undone(s, work.tenant, settlement.id, settlement.refused);
    const auto event =
        domain::unmatched_event(work.context.ids.next<EventId>(), settlement, work.now, undone);
    const auto before = std::exchange(settlement.status, SettlementStatus::unmatched);
    ++settlement.version;
    co_await store::update_settlement(s, work.tenant, settlement.id,
                                      {before, settlement.status, settlement.version});
    co_await index_open(s, work, settlement);
    co_await publish_event(s, work.context, work.tenant, event);
}

// The payments that a review names and the settlement does not refuse yet.
std::vector<PaymentId> candidates_in(const domain::Settlement& settlement,
                                     const store::ReviewRow& review) {
    std::vector<PaymentId> named;
    const auto detail = wire::JsonDocument::parse(review.detail);
    const auto list = detail ? detail->root().member("candidates") : std::nullopt;
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        const auto id = list->at(i).member("payment_id");
        if (!id || !id->string())
            continue;
        const auto payment = parse_id<PaymentIdTag>(*id->string());
        if (payment && !settlement.refuses(*payment))
            named.push_back(*payment);
    }
    return named;
}

// It is none of the payments that the review names, and waits on: they are not suggested again.
Step<Result<DecisionResult>> dismiss(Session& s, const Context& context, const Decision& decision,
                                     SettlementId id) {
    const UnitScope work = work_of(context, decision);
    auto settlement = co_await lock_settlement(s, work, id);
    const auto review = co_await store::find_open_review_of(s, work.tenant, id);
    if (!settlement || !review || review->id != *decision.review)
        co_return fail(Code::state_conflict, "the review is closed");
    for (const PaymentId payment : candidates_in(*settlement, *review))
        settlement->refused.push_back(payment);
    if (settlement->refused.size() > refused_max)
        co_return fail(Code::limit_reached, "so many payments were refused for this settlement "
                                            "that it can only be accepted or rejected");
    DecisionResult upshot{.settlement = id, .status = settlement->status};
    if (decision.dry_run)
        co_return upshot;
    co_await close_as(s, decision, *settlement, review->id, "close");
    co_await store::update_refused(s, work.tenant, id, settlement->refused);
    co_await settle_waiting(s, context, work.tenant, settlement->identity, work.now);
    co_return upshot;
}

} // namespace

Step<Result<DecisionResult>> match_by_hand(Session& s, const Context& context, Decision decision,
                                           SettlementId id,
                                           std::shared_ptr<const std::vector<PaymentPart>> parts) {
    const UnitScope work = work_of(context, decision);
    const auto settlement = co_await lock_settlement(s, work, id);
    if (!settlement)
        co_return not_found("settlement");
    const auto found = co_await lock_parts(s, work, *settlement, *parts);
    if (!found)
        co_return std::unexpected(found.error());
    if (auto checked = check(*settlement, *found); !checked)
        co_return std::unexpected(checked.error());
    const auto review = co_await review_of(s, decision, id);
    if (!review)
        co_return std::unexpected(review.error());
    const DecisionResult upshot = upshot_of(*settlement, *found);
    if (decision.dry_run)
        co_return upshot;
    co_await close_as(s, decision, *settlement, *review, found->size() == 1 ? "accept" : "split");
    co_await make_matches(s, work, decision, *settlement, *found, upshot);
    co_return upshot;
}

Step<Result<DecisionResult>> reject(Session& s, const Context& context, Decision decision,
                                    SettlementId id) {
    const UnitScope work = work_of(context, decision);
    const auto settlement = co_await lock_settlement(s, work, id);
    if (!settlement)
        co_return not_found("settlement");
    if (!settlement->is_open())
        co_return fail(Code::state_conflict,
                       "the settlement is " + std::string(token(settlement->status)));
    const auto review = co_await review_of(s, decision, id);
    if (!review)
        co_return std::unexpected(review.error());
    const DecisionResult upshot{.settlement = id, .status = SettlementStatus::rejected};
    if (decision.dry_run)
        co_return upshot;
    co_await close_as(s, decision, *settlement, *review, "reject");
    co_await unindex(s, work, *settlement);
    const std::string told =
        co_await store::type_told(s, work.tenant, id.value, settlement->version);
    const bool is_news = told != domain::settlement_unmatched;
    co_await store::update_settlement(
        s, work.tenant, id,
        {settlement->status, upshot.status, settlement->version + (is_news ? 1 : 0)});
    const auto event = domain::unmatched_event(context.ids.next<EventId>(), *settlement, work.now);
    if (is_news)
        co_await publish_event(s, context, work.tenant, event);
    co_await settle_rivals(s, work, *settlement);
    co_return upshot;
}

Step<Result<DecisionResult>> undo(Session& s, const Context& context, Decision decision,
                                  MatchId id) {
    const UnitScope work = work_of(context, decision);
    const auto match = co_await store::find_match(s, work.tenant, id);
    if (!match)
        co_return not_found("match");
    auto settlement = co_await lock_settlement(s, work, match->settlement_id);
    const auto live = co_await store::matches_of_settlement(s, work.tenant, match->settlement_id);
    const bool is_live = std::ranges::any_of(
        live, [id](const domain::Match& candidate) { return candidate.id == id; });
    if (!is_live)
        co_return fail(Code::state_conflict, "the match has ended");
    settlement->undone = true;
    for (const domain::Match& each : live)
        settlement->refused.push_back(each.payment_id);
    if (decision.dry_run) {
        settlement->status = SettlementStatus::unmatched;
        const Outlook outlook = co_await outlook_of(s, work, *settlement);
        co_return upshot_of(*settlement, outlook, work);
    }
    co_await lock_payments_of(s, work, live);
    const auto payments = co_await undo_matches(
        s, work, *settlement, {Afterwards::expected, decision.reason, decision.actor});
    co_await let_wait_again(s, work, *settlement,
                            domain::Undone{domain::ids_of(payments.front()), decision.reason});
    const Outlook outlook = co_await outlook_of(s, work, *settlement);
    (void)co_await apply_verdict(s, work, *settlement, outlook.verdict, outlook.reach);
    co_await settle_waiting(s, work.context, work.tenant, settlement->identity, work.now);
    for (const domain::Payment& payment : payments)
        co_await settle_waiting(s, work.context, work.tenant, payment.identity, work.now,
                                PaymentChange::opened);
    co_await schedule_decision(s, work, settlement->id, work.now);
    co_return upshot_of(*settlement, outlook, work);
}

Step<Result<DecisionResult>> close_by_hand(Session& s, const Context& context, Decision decision) {
    const auto review = co_await store::find_review(s, decision.tenant, *decision.review);
    if (!review)
        co_return not_found("review");
    if (review->kind == store::review_suggested_match)
        co_return co_await dismiss(s, context, decision, SettlementId{review->subject_id});
    if (review->status != "open")
        co_return fail(Code::state_conflict, "the review is closed");
    if (!decision.dry_run) {
        const bool decided =
            co_await store::decide_review(s, decision.tenant, review->id,
                                          {"close", decision.reason, decision.actor}, decision.now);
        if (!decided) // by another node, since it was read
            co_return fail(Code::state_conflict, "the review is closed");
    }
    co_return DecisionResult{};
}

} // namespace settled::units
