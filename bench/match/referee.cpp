#include "bench/match/referee.h"

#include "bench/match/oracle.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::bench {

namespace {

enum class Ruling : std::uint8_t { right, twin, wrong };

bool are_alike(match::MatchFields a, const match::MatchFields& b) {
    a.at = b.at;
    return a == b;
}

Ruling ruling_of(const World& world, const Match& match) {
    const auto& truth = world.settlements[match.settlement].payments;
    if (std::ranges::find(truth, match.payment) != truth.end())
        return Ruling::right;
    const Payment& payment = world.payments[match.payment];
    const bool is_twin = payment.is_paid && std::ranges::any_of(truth, [&](std::uint32_t other) {
                             return are_alike(payment.identity, world.payments[other].identity);
                         });
    return is_twin ? Ruling::twin : Ruling::wrong;
}

std::string shown(const match::MatchFields& identity) {
    return fmt::format("{} {} {} e2e={} ref={} uetr={} payer={} name={} at={}{}", identity.account,
                       identity.amount.minor, identity.amount.currency.code(),
                       identity.end_to_end_id, identity.reference, identity.uetr,
                       identity.other_account, identity.other_name, identity.at.us,
                       identity.accepted_range ? " bounds" : "");
}

std::string account_of(const World& world, const Match& match, std::uint64_t seed) {
    const Settlement& settlement = world.settlements[match.settlement];
    std::string text = fmt::format(
        "seed {} {} {} {} at {}\n  settlement {} (received {})\n  matched    {} (registered {})",
        seed, row_of(settlement.mutation).token, token(settlement.design), match::token(match.rank),
        match.at.us, shown(settlement.identity), settlement.received.us,
        shown(world.payments[match.payment].identity), world.payments[match.payment].registered.us);
    for (const std::uint32_t payment : settlement.payments)
        text += fmt::format("\n  truth      {} (registered {})",
                            shown(world.payments[payment].identity),
                            world.payments[payment].registered.us);
    return text;
}

bool was_unknown(const World& world, const Match& match) {
    const auto& truth = world.settlements[match.settlement].payments;
    return std::ranges::any_of(truth, [&](std::uint32_t payment) {
        return world.payments[payment].registered > match.at;
    });
}

Tally tally_of(const World& world, const Engine& engine, const Match& match) {
    const bool is_doubted = engine.is_doubted(match.settlement);
    Tally tally;
    switch (ruling_of(world, match)) {
    case Ruling::right:
        ++tally.right;
        tally.doubted_in_vain += is_doubted ? 1 : 0;
        break;
    case Ruling::twin:
        ++tally.twins;
        break;
    case Ruling::wrong:
        ++tally.wrong;
        tally.wrong_unnoticed += is_doubted ? 0 : 1;
        if (was_unknown(world, match))
            ++(world.settlements[match.settlement].is_registered_late ? tally.wrong_registered_late
                                                                      : tally.wrong_at_once);
        break;
    }
    return tally;
}

void add(Findings& findings, const Settlement& settlement, const Tally& tally) {
    findings.all += tally;
    findings.by_design[static_cast<std::size_t>(settlement.design)] += tally;
    if (!settlement.payments.empty())
        findings.by_mutation[static_cast<std::size_t>(settlement.mutation)] += tally;
}

template <std::size_t n>
void add_all(std::array<std::uint64_t, n>& to, const std::array<std::uint64_t, n>& from) {
    for (std::size_t i = 0; i < n; ++i)
        to[i] += from[i];
}

} // namespace

Tally& Tally::operator+=(const Tally& other) {
    settlements += other.settlements;
    right += other.right;
    twins += other.twins;
    wrong += other.wrong;
    wrong_at_once += other.wrong_at_once;
    wrong_registered_late += other.wrong_registered_late;
    wrong_unnoticed += other.wrong_unnoticed;
    doubted_in_vain += other.doubted_in_vain;
    ambiguous += other.ambiguous;
    unmatched += other.unmatched;
    return *this;
}

double Tally::coverage() const {
    return settlements == 0 ? 0
                            : static_cast<double>(right + twins) / static_cast<double>(settlements);
}

Findings& Findings::operator+=(const Findings& other) {
    all += other.all;
    for (std::size_t i = 0; i < mutations; ++i)
        by_mutation[i] += other.by_mutation[i];
    for (std::size_t i = 0; i < designs; ++i)
        by_design[i] += other.by_design[i];
    add_all(by_rank, other.by_rank);
    add_all(wrong_by_rank, other.wrong_by_rank);
    strangers += other.strangers;
    strangers_ambiguous += other.strangers_ambiguous;
    ambiguous_unfounded += other.ambiguous_unfounded;
    figures += other.figures;
    wrong_ones.insert(wrong_ones.end(), other.wrong_ones.begin(), other.wrong_ones.end());
    return *this;
}

Findings referee(const World& world, const Engine& engine, std::uint64_t seed) {
    constexpr std::size_t shown_max = 3;
    Findings findings;
    findings.figures = engine.figures();
    for (const Match& match : engine.matches()) {
        const Tally tally = tally_of(world, engine, match);
        add(findings, world.settlements[match.settlement], tally);
        ++findings.by_rank[static_cast<std::size_t>(match.rank)];
        findings.wrong_by_rank[static_cast<std::size_t>(match.rank)] += tally.wrong;
        if (tally.wrong != 0 && findings.wrong_ones.size() < shown_max)
            findings.wrong_ones.push_back(account_of(world, match, seed));
    }
    const Oracle oracle(world, engine);
    for (std::uint32_t i = 0; i < world.settlements.size(); ++i) {
        const Settlement& settlement = world.settlements[i];
        const bool is_ambiguous = engine.standing_of(i) == Standing::ambiguous;
        if (is_ambiguous && !oracle.is_ambiguous(i))
            ++findings.ambiguous_unfounded;
        if (settlement.payments.empty()) {
            ++findings.strangers;
            findings.strangers_ambiguous += is_ambiguous ? 1 : 0;
            continue;
        }
        Tally tally{.settlements = 1};
        tally.ambiguous = is_ambiguous ? 1 : 0;
        tally.unmatched = engine.standing_of(i) == Standing::unmatched ? 1 : 0;
        add(findings, settlement, tally);
    }
    return findings;
}

} // namespace settled::bench
