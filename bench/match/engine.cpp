#include "bench/match/engine.h"

#include "base/limits.h"
#include "match/groups.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace settled::bench {

namespace {

using match::claims_heard_max;
using match::Coverage;
using match::MatchFields;
using match::Of;
using match::Outcome;
using match::Policy;
using match::RejectReason;

} // namespace

void Engine::Near::add(const Found& found) {
    for (const std::uint32_t owner : found.owners)
        if (std::ranges::find(owners, owner) == owners.end())
            owners.push_back(owner);
    if (found.overflow)
        seen = Coverage::truncated;
}

EngineFigures& EngineFigures::operator+=(const EngineFigures& other) {
    reads += other.reads;
    decisions += other.decisions;
    compared += other.compared;
    registered += other.registered;
    stored_keys += other.stored_keys;
    return *this;
}

match::RuleSet eager_rules() {
    match::RuleSet rules;
    for (const match::Rank rank : {match::Rank::crossed_ids, match::Rank::reference_and_payer,
                                   match::Rank::reference, match::Rank::reference_part_and_payer})
        rules.policies[static_cast<std::size_t>(rank)] = Policy::automatic;
    return rules;
}

Engine::Engine(const World& world, const crypto::Hmac& tenant_key,
               std::chrono::microseconds watermark, const match::RuleSet& rules)
    : world_(world), tenant_key_(tenant_key), watermark_(watermark), rules_(rules),
      payments_(world.payments.size()), settlements_(world.settlements.size()) {}

void Engine::run() {
    for (const Fact& fact : world_.facts) {
        weigh_what_is_due(fact.at);
        now_ = fact.at;
        if (fact.kind == Fact::Kind::payment)
            payment_arrives(fact.index);
        else
            settlement_arrives(fact.index);
    }
    weigh_what_is_due(now_ + watermark_);
}

Engine::Near Engine::find_exact(Of of, const MatchFields& identity, Depth depth) {
    const Index& index = of == Of::payment ? settlement_keys_ : payment_keys_;
    Near near;
    if (depth == Depth::strong_look) {
        near.seen = Coverage::by_strong_keys;
        near.add(index.find_under(
            match::probe_keys(tenant_key_, identity, of, match::ProbeOptions{}.strong()),
            limits::candidates_max, figures_.reads));
        return near;
    }
    Found found =
        index.walk_block(*match::block_of(tenant_key_, identity), match::keys_read_max(identity),
                         limits::candidates_max, figures_.reads);
    if (found.overflow) {
        near.seen = match::keys_find_all(identity) ? Coverage::complete : Coverage::by_keys;
        found = index.find_under(match::probe_keys(tenant_key_, identity, of),
                                 limits::candidates_max, figures_.reads);
    }
    near.add(found);
    return near;
}

Engine::Near Engine::find(Of of, const MatchFields& identity, Reach reach, Depth depth) {
    const Index& index = of == Of::payment ? settlement_keys_ : payment_keys_;
    Near near = find_exact(of, identity, depth);
    if (reach == Reach::exact)
        return near;
    Near cut = near;
    for (const std::int64_t block : match::loose_blocks(tenant_key_, identity, of)) {
        const Found more =
            index.walk_block(block, limits::candidates_max, limits::candidates_max, figures_.reads);
        // as in units/matching/candidates.cpp: a shared identifier of so many is none
        if (more.overflow)
            return cut;
        near.add(more);
    }
    return near.owners.size() > limits::candidates_max ? cut : near;
}

Engine::Verdict Engine::judge(std::uint32_t settlement, Reach reach) {
    ++figures_.decisions;
    const Verdict strong = judge_among(settlement, reach, Depth::strong_look);
    return strong.outcome == Outcome::one ? strong : judge_among(settlement, reach, Depth::all);
}

Engine::Verdict Engine::judge_among(std::uint32_t settlement, Reach reach, Depth depth) {
    const MatchFields& judged = settlement_identity(settlement);
    const Near near = find(Of::settlement, judged, reach, depth);
    std::vector<MatchFields> identities;
    for (const std::uint32_t owner : near.owners)
        identities.push_back(payments_[owner].identity);
    figures_.compared += identities.size();
    const auto choice = match::choose_payment(judged, identities, near.seen, rules_);
    if (choice.outcome != Outcome::one)
        return {.outcome = choice.outcome};
    match::Candidate best = choice.candidates.front();
    best.index = near.owners[best.index];

    const auto payment = static_cast<std::uint32_t>(best.index);
    Coverage seen{};
    const auto suitors = suitors_of(payment, settlement, reach, seen);
    const auto back = choose_settlement(payment, suitors, seen);
    bool mutual = !match::counterpart_rejection(back, 0);
    const auto claims = !mutual && reach == Reach::loose ? claims_of(back, suitors) : std::nullopt;
    if (claims) {
        Taken taken{{settlement}, {payment}};
        std::size_t heard = 0;
        mutual = are_settled_elsewhere(*claims, taken, heard);
    }
    return {.outcome = mutual ? Outcome::one : Outcome::ambiguous, .best = best};
}

// `first` stands first among them, whether it waits yet or not.
std::vector<std::uint32_t> Engine::suitors_of(std::uint32_t payment, std::uint32_t first,
                                              Reach reach, Coverage& seen) {
    const Near near = find(Of::payment, payments_[payment].identity, reach, Depth::all);
    seen = near.seen;
    std::vector<std::uint32_t> suitors{first};
    std::ranges::copy_if(near.owners, std::back_inserter(suitors),
                         [first](std::uint32_t owner) { return owner != first; });
    return suitors;
}

match::Choice Engine::choose_settlement(std::uint32_t payment,
                                        const std::vector<std::uint32_t>& suitors, Coverage seen) {
    std::vector<MatchFields> identities;
    for (const std::uint32_t suitor : suitors)
        identities.push_back(settlement_identity(suitor));
    figures_.compared += identities.size();
    return match::choose_settlement(payments_[payment].identity, identities, seen, rules_);
}

std::optional<std::vector<Engine::Claim>>
Engine::claims_of(const match::Choice& returned, const std::vector<std::uint32_t>& suitors) const {
    std::vector<Claim> claims;
    const Money& amount = settlement_identity(suitors.front()).amount;
    for (const match::Candidate& candidate : returned.candidates) {
        const bool is_judged = candidate.index == 0;
        const auto expected =
            is_judged ? RejectReason::rival_casts_doubt : RejectReason::weaker_rank;
        const std::uint32_t suitor = suitors[candidate.index];
        if (candidate.reject_reason != expected || settlement_identity(suitor).amount != amount)
            return std::nullopt;
        if (!is_judged)
            claims.push_back({suitor, candidate.rank});
    }
    return claims.empty() || claims.size() > claims_heard_max ? std::nullopt
                                                              : std::optional(std::move(claims));
}

std::optional<std::uint32_t> Engine::better_payment_of(const Claim& claim, Taken taken,
                                                       std::size_t& heard) {
    const MatchFields& judged = settlement_identity(claim.settlement);
    Near near = find(Of::settlement, judged, Reach::loose, Depth::all);
    std::erase_if(near.owners, [&](std::uint32_t owner) {
        return std::ranges::find(taken.payments, owner) != taken.payments.end();
    });
    std::vector<MatchFields> identities;
    for (const std::uint32_t owner : near.owners)
        identities.push_back(payments_[owner].identity);
    const auto choice = match::choose_payment(judged, identities, near.seen, rules_);
    if (choice.outcome != Outcome::one || choice.candidates.front().rank >= claim.rank)
        return std::nullopt;
    const std::uint32_t better = near.owners[choice.candidates.front().index];
    if (payments_[better].identity.amount != judged.amount)
        return std::nullopt;
    Coverage seen{};
    auto suitors = suitors_of(better, claim.settlement, Reach::loose, seen);
    std::erase_if(suitors, [&](std::uint32_t suitor) {
        return std::ranges::find(taken.settlements, suitor) != taken.settlements.end();
    });
    const auto back = choose_settlement(better, suitors, seen);
    if (!match::counterpart_rejection(back, 0))
        return better;
    taken.settlements.push_back(claim.settlement);
    taken.payments.push_back(better);
    const auto claims = claims_of(back, suitors);
    return claims && are_settled_elsewhere(*claims, taken, heard) ? std::optional(better)
                                                                  : std::nullopt;
}

bool Engine::are_settled_elsewhere(std::vector<Claim> claims, Taken& taken, std::size_t& heard) {
    for (bool any = true; any && !claims.empty();) {
        any = false;
        for (std::size_t i = 0; i < claims.size() && !any; ++i) {
            if (heard++ == claims_heard_max)
                return false;
            const auto better = better_payment_of(claims[i], taken, heard);
            if (!better)
                continue;
            taken.settlements.push_back(claims[i].settlement);
            taken.payments.push_back(*better);
            claims.erase(claims.begin() + static_cast<std::ptrdiff_t>(i));
            any = true;
        }
    }
    return claims.empty();
}

bool Engine::watermark_passed(std::uint32_t settlement) const {
    return now_ >= world_.settlements[settlement].received + watermark_;
}

bool Engine::may_match(const Verdict& verdict, std::uint32_t settlement, Reach reach) const {
    return verdict.outcome == Outcome::one &&
           (verdict.best.policy == Policy::automatic ||
            (reach == Reach::loose && watermark_passed(settlement)));
}

// What arrived in part leaves its rest open.
void Engine::match(std::uint32_t settlement, const match::Candidate& candidate) {
    const auto payment = static_cast<std::uint32_t>(candidate.index);
    const Money& arrived = settlement_identity(settlement).amount;
    OpenPayment& open = payments_[payment];
    payment_keys_.remove(match::stored_keys(tenant_key_, open.identity, Of::payment), payment);
    if (settlements_[settlement].is_parked)
        settlement_keys_.remove(
            match::stored_keys(tenant_key_, settlement_identity(settlement), Of::settlement),
            settlement);
    settlements_[settlement] = {
        .standing = Standing::matched, .payment = payment, .rank = candidate.rank};
    matches_.push_back({settlement, payment, candidate.rank, now_});

    const Money& wanted = open.identity.amount;
    const bool accepted =
        open.identity.accepted_range && open.identity.accepted_range->hold(arrived);
    open.is_open = !accepted && arrived.currency == wanted.currency && arrived.minor < wanted.minor;
    if (!open.is_open)
        return;
    open.identity.amount.minor -= arrived.minor;
    payment_keys_.insert(match::stored_keys(tenant_key_, open.identity, Of::payment), payment);
}

bool Engine::judge_again(std::uint32_t settlement, Reach reach) {
    const Verdict verdict = judge(settlement, reach);
    if (may_match(verdict, settlement, reach)) {
        match(settlement, verdict.best);
        const OpenPayment& after = payments_[verdict.best.index];
        if (after.is_open || reach == Reach::loose)
            judge_waiting(MatchFields(after.identity));
        return true;
    }
    // What is ambiguous in its block may be decided by who looks further, and so may who has lost
    // his rivals there.
    const bool is_weighed =
        reach == Reach::exact && (verdict.outcome == Outcome::ambiguous ||
                                  (verdict.outcome == Outcome::none &&
                                   settlements_[settlement].standing == Standing::ambiguous));
    settlements_[settlement].standing =
        verdict.outcome == Outcome::ambiguous ? Standing::ambiguous : Standing::unmatched;
    if ((verdict.outcome == Outcome::one || is_weighed) && watermark_passed(settlement))
        weighed_now_.insert(settlement);
    return false;
}

// Until a round matches none.
void Engine::judge_waiting(const MatchFields& payment, PaymentChange has) {
    for (bool again = true; again;) {
        again = false;
        for (const std::uint32_t settlement : find_exact(Of::payment, payment, Depth::all).owners)
            if (settlements_[settlement].standing != Standing::matched)
                again = judge_again(settlement, Reach::exact) || again;
    }
    for (const std::int64_t block : match::loose_blocks(tenant_key_, payment, Of::payment))
        for (const std::uint32_t settlement :
             settlement_keys_
                 .walk_block(block, limits::candidates_max, limits::candidates_max, figures_.reads)
                 .owners)
            if (has == PaymentChange::opened ||
                settlements_[settlement].standing == Standing::ambiguous)
                weighed_now_.insert(settlement);
}

bool Engine::could_be_of(std::uint32_t late, std::uint32_t settlement) const {
    const MatchFields& given_to = world_.payments[settlements_[settlement].payment].identity;
    const std::array identities{world_.payments[late].identity, given_to};
    if (match::are_twins(identities))
        return false;
    const auto choice = match::choose_payment(settlement_identity(settlement), identities,
                                              Coverage::complete, rules_);
    // A match by an id is not contested by a payment that is registered later and fits by a
    // reference.
    const bool by_id = settlements_[settlement].rank <= match::Rank::end_to_end_id;
    return choice.outcome != Outcome::none &&
           std::ranges::any_of(choice.candidates, [&](const match::Candidate& candidate) {
               return candidate.index == 0 && !(by_id && candidate.rank > match::Rank::crossed_ids);
           });
}

void Engine::look_for_its_money(std::uint32_t payment) {
    const auto keys =
        match::probe_keys(tenant_key_, world_.payments[payment].identity, Of::payment);
    for (const std::uint32_t settlement :
         traces_.find_under(keys, limits::candidates_max, figures_.reads).owners)
        if (settlements_[settlement].standing == Standing::matched &&
            could_be_of(payment, settlement))
            settlements_[settlement].is_doubted = true;
}

void Engine::payment_arrives(std::uint32_t payment) {
    OpenPayment& open = payments_[payment];
    if (open.is_known)
        return;
    open = {.identity = world_.payments[payment].identity, .is_known = true, .is_open = true};
    const auto keys = match::stored_keys(tenant_key_, open.identity, Of::payment);
    payment_keys_.insert(keys, payment);
    ++figures_.registered;
    figures_.stored_keys += keys.size();
    judge_waiting(world_.payments[payment].identity, PaymentChange::opened);
    if (!open.is_open)
        return;
    const auto allowed =
        rules_.waits_for_payments() ? watermark_ : std::chrono::microseconds::zero();
    if (open.identity.at + allowed < now_)
        look_for_its_money(payment);
}

void Engine::settlement_arrives(std::uint32_t settlement) {
    if (settlements_[settlement].standing != Standing::unseen)
        return;
    const Verdict verdict = judge(settlement, Reach::exact);
    traces_.insert(match::trace_keys(tenant_key_, settlement_identity(settlement)), settlement);
    if (may_match(verdict, settlement, Reach::exact)) {
        match(settlement, verdict.best);
        judge_waiting(world_.payments[verdict.best.index].identity);
        return;
    }
    settlements_[settlement] = {.standing = verdict.outcome == Outcome::ambiguous
                                                ? Standing::ambiguous
                                                : Standing::unmatched,
                                .is_parked = true};
    settlement_keys_.insert(
        match::stored_keys(tenant_key_, settlement_identity(settlement), Of::settlement),
        settlement);
    weighings_.push_back({now_ + watermark_, settlement});
}

void Engine::decide_at_watermark(std::uint32_t settlement) {
    if (settlements_[settlement].standing != Standing::matched && watermark_passed(settlement))
        (void)judge_again(settlement, Reach::loose);
}

void Engine::weigh_what_is_due(Instant now) {
    for (;;) {
        while (!weighed_now_.empty()) {
            const std::uint32_t settlement = *weighed_now_.begin();
            weighed_now_.erase(weighed_now_.begin());
            decide_at_watermark(settlement);
        }
        if (weighings_.empty() || weighings_.front().due > now)
            return;
        now_ = weighings_.front().due;
        const std::uint32_t settlement = weighings_.front().settlement;
        weighings_.pop_front();
        decide_at_watermark(settlement);
    }
}

} // namespace settled::bench
