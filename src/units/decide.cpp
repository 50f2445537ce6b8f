#include "units/decide.h"

#include "match/ladder.h"
#include "store/matches.h"
#include "store/payments.h"
#include "store/reviews.h"
#include "store/settlements.h"
#include "units/settle.h"
#include "units/tell.h"

#include <algorithm>

namespace settled::units {

namespace {

using flow::Pairing;
using flow::SettlementStatus;
using store::Session;
using store::Step;

std::unexpected<Error> not_found(std::string_view what) {
    return fail(Code::not_found, "there is no such " + std::string(what));
}

Work work_of(const Context& context, const Decision& decision) {
    return {context, decision.tenant, decision.now};
}

// The settlement under its lock.
Step<std::optional<flow::Settlement>> lock_settlement(Session& s, const Work& work,
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
    const auto open = co_await store::find_open_review(
        s, decision.tenant, store::review_settlement_ambiguous, settlement.value);
    if (decision.review && (!open || open->id != *decision.review))
        co_return fail(Code::state_conflict, "the review is closed");
    co_return open ? std::optional(open->id) : std::nullopt;
}

Step<> close_as(Session& s, const Decision& decision, std::optional<ReviewId> review,
                std::string_view verdict) {
    if (review)
        (void)co_await store::decide_review(
            s, decision.tenant, *review, {verdict, decision.reason, decision.actor}, decision.now);
}

struct FoundPart {
    flow::Payment payment;
    Money amount;
};

Step<std::optional<flow::Payment>> find_by_either_id(Session& s, TenantId tenant,
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
Step<Result<std::vector<FoundPart>>> lock_parts(Session& s, const Work& work,
                                                const flow::Settlement& settlement,
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

Result<> check(const flow::Settlement& settlement, const std::vector<FoundPart>& parts) {
    if (!settlement.is_open())
        return fail(Code::state_conflict,
                    "the settlement is " + std::string(token(settlement.status)));
    std::int64_t sum = 0;
    for (const FoundPart& part : parts) {
        if (!flow::is_open(part.payment.status))
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
match::Rank rank_of(const flow::Payment& payment, const flow::Settlement& settlement) {
    const auto relation = match::relate(payment.identity, settlement.identity);
    return relation.rank.value_or(match::Rank::amount);
}

Upshot upshot_of(const flow::Settlement& settlement, const std::vector<FoundPart>& parts) {
    Upshot upshot{.settlement = settlement.id,
                  .status = SettlementStatus::matched,
                  .pairing = parts.size() == 1 ? Pairing::one : Pairing::merge};
    for (const FoundPart& part : parts)
        upshot.pairs.push_back({part.payment.id, part.payment.client_id,
                                rank_of(part.payment, settlement), part.amount});
    return upshot;
}

Step<> make_matches(Session& s, const Work& work, const Decision& decision,
                    const flow::Settlement& settlement, const std::vector<FoundPart>& parts,
                    const Upshot& upshot) {
    co_await unpark(s, work, settlement);
    std::int64_t version = settlement.version;
    co_await store::update_settlement(s, work.tenant, settlement.id, upshot.status,
                                      version + static_cast<std::int64_t>(parts.size()));
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Finding finding{.rank = upshot.pairs[i].rank,
                              .pairing = upshot.pairing,
                              .payments_seen = parts.size(),
                              .settlements_seen = 1,
                              .after_watermark = false,
                              .amount = parts[i].amount,
                              .actor = decision.actor,
                              .reason = decision.reason};
        const auto after =
            co_await make_match(s, work, settlement, ++version, parts[i].payment, finding);
        co_await settle_rest(s, work, after);
    }
    for (const FoundPart& part : parts) // their rivals may be clear now
        co_await settle_waiting(s, work.context, work.tenant, part.payment.identity, work.now);
    const bool is_of_its_amount =
        parts.size() == 1 && parts.front().payment.identity.amount == settlement.identity.amount;
    if (!is_of_its_amount) // nor does it stand in anybody's way among those of its own amount
        co_await settle_waiting(s, work.context, work.tenant, settlement.identity, work.now);
}

} // namespace

Step<Result<Upshot>> match_by_hand(Session& s, const Context& context, Decision decision,
                                   SettlementId id,
                                   std::shared_ptr<const std::vector<PaymentPart>> parts) {
    const Work work = work_of(context, decision);
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
    const Upshot upshot = upshot_of(*settlement, *found);
    if (decision.dry_run)
        co_return upshot;
    co_await close_as(s, decision, *review, found->size() == 1 ? "accept" : "split");
    co_await make_matches(s, work, decision, *settlement, *found, upshot);
    co_return upshot;
}

Step<Result<Upshot>> reject(Session& s, const Context& context, Decision decision,
                            SettlementId id) {
    const Work work = work_of(context, decision);
    const auto settlement = co_await lock_settlement(s, work, id);
    if (!settlement)
        co_return not_found("settlement");
    if (!settlement->is_open())
        co_return fail(Code::state_conflict,
                       "the settlement is " + std::string(token(settlement->status)));
    const auto review = co_await review_of(s, decision, id);
    if (!review)
        co_return std::unexpected(review.error());
    const Upshot upshot{.settlement = id, .status = SettlementStatus::rejected};
    if (decision.dry_run)
        co_return upshot;
    co_await close_as(s, decision, *review, "reject");
    co_await unpark(s, work, *settlement);
    co_await store::update_settlement(s, work.tenant, id, upshot.status, settlement->version + 1);
    const auto event = flow::unmatched_event(context.ids.next<EventId>(), *settlement, work.now);
    co_await tell(s, context, work.tenant, event);
    co_await settle_waiting(s, context, work.tenant, settlement->identity, work.now);
    co_return upshot;
}

Step<Result<Upshot>> undo(Session& s, const Context& context, Decision decision, MatchId id) {
    const Work work = work_of(context, decision);
    const auto match = co_await store::find_match(s, work.tenant, id);
    if (!match)
        co_return not_found("match");
    auto settlement = co_await lock_settlement(s, work, match->settlement_id);
    const auto live = co_await store::matches_of_settlement(s, work.tenant, match->settlement_id);
    const bool is_live = std::ranges::any_of(
        live, [id](const flow::Match& candidate) { return candidate.id == id; });
    if (!is_live)
        co_return fail(Code::state_conflict, "the match has ended");
    const Upshot upshot{.settlement = settlement->id, .status = SettlementStatus::unmatched};
    if (decision.dry_run)
        co_return upshot;
    store::Locks locks;
    for (const flow::Match& each : live) {
        const auto payment = co_await store::find_payment(s, work.tenant, each.payment_id);
        match::Identity whole = payment->identity;
        whole.amount = payment->amount;
        add_block_lock(locks, context, work.tenant, whole);
        settlement->refused.push_back(each.payment_id);
    }
    co_await s.lock(locks);
    const auto payments = co_await undo_matches(
        s, work, *settlement, {Afterwards::expected, decision.reason, decision.actor});
    co_await store::update_refused(s, work.tenant, settlement->id, settlement->refused);
    co_await store::update_settlement(s, work.tenant, settlement->id, SettlementStatus::unmatched,
                                      settlement->version + 1);
    co_await park(s, work, *settlement);
    const auto event =
        flow::unmatched_event(context.ids.next<EventId>(), *settlement, work.now,
                              flow::Undone{payments.front().client_id, decision.reason});
    co_await tell(s, context, work.tenant, event);
    for (const flow::Payment& payment : payments)
        co_await settle_waiting(s, context, work.tenant, payment.identity, work.now);
    co_await weigh_later(s, work, settlement->id, work.now);
    co_return upshot;
}

Step<Result<Upshot>> close_by_hand(Session& s, Decision decision) {
    const auto review = co_await store::find_review(s, decision.tenant, *decision.review);
    if (!review)
        co_return not_found("review");
    if (review->status != "open")
        co_return fail(Code::state_conflict, "the review is closed");
    if (!decision.dry_run) {
        const bool decided =
            co_await store::decide_review(s, decision.tenant, review->id,
                                          {"close", decision.reason, decision.actor}, decision.now);
        if (!decided) // by another node, since it was read
            co_return fail(Code::state_conflict, "the review is closed");
    }
    co_return Upshot{};
}

} // namespace settled::units
