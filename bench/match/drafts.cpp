#include "bench/match/drafts.h"

#include "bench/match/mutations.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace settled::bench {

namespace {

using match::Rail;
using std::chrono::microseconds;
using namespace std::chrono_literals;

// Shares, survival and times of each rail (documented times; shares and survival are assumed).
struct RailRow {
    Rail rail;
    std::string_view scheme;
    unsigned share_per_mille;
    unsigned id_survives_per_mille; // Bacs carries none to the receiver
    unsigned payer_told_per_mille;  // Berlin Group banks demand the payer, British ones do not
    microseconds usual_max;         // how long it takes
    microseconds longest;
};
constexpr std::array<RailRow, 7> rail_rows{{
    {Rail::faster_payments, "FasterPayments", 540, 700, 400, 120s, 2h},
    {Rail::sepa, "SEPA_CREDIT_TRANSFER", 150, 800, 900, 3h, 30h},
    {Rail::sepa_instant, "SEPA_INSTANT", 90, 850, 900, 10s, 20s},
    {Rail::bacs, "Bacs", 50, 0, 300, 50h, 72h},
    {Rail::chaps, "Chaps", 30, 100, 400, 2h, 8h},
    {Rail::swift, "SWIFT", 60, 600, 500, 48h, 120h},
    {Rail::internal, "Transfer", 80, 950, 600, 2s, 5s},
}};

const RailRow& row_of_rail(Rail rail) {
    return *std::ranges::find(rail_rows, rail, &RailRow::rail);
}

microseconds between(Dice& dice, microseconds least, microseconds most) {
    return microseconds(dice.between(least.count(), most.count()));
}

microseconds time_on_the_way(const RailRow& row, Dice& dice) {
    return dice.chance(900) ? between(dice, 1s, row.usual_max) : between(dice, 1s, row.longest);
}

// Most webhooks come at once; what failed is sent again for a day, by some for three.
microseconds webhook_lag(Dice& dice) {
    const auto kind = dice.below(100);
    if (kind < 93)
        return between(dice, 200ms, 2s);
    return kind < 98 ? between(dice, 15min, 2h) : between(dice, 2h, 72h);
}

std::int64_t share_of(std::int64_t minor, std::int64_t per_mille) {
    return std::max<std::int64_t>(1, minor * per_mille / 1000);
}

Money in_euros(std::int64_t minor) {
    return {minor, Currency::parse("EUR").value()};
}

// 1.15 EUR for one of it, in what was announced; the day's rate is within two per cent of it.
Money arrived_amount(const Draft& draft, Mutation mutation, Dice& dice) {
    const Money& sent = draft.amount;
    switch (mutation) {
    case Mutation::exchanged_in_bounds:
    case Mutation::exchanged:
        return in_euros(share_of(sent.minor, dice.between(1130, 1170)));
    case Mutation::charged_in_bounds:
        return {sent.minor - share_of(sent.minor, dice.between(1, 20)), sent.currency};
    case Mutation::charged:
        return {sent.minor - share_of(sent.minor, dice.between(1, 300)), sent.currency};
    default:
        return sent;
    }
}

} // namespace

Rail any_rail(Dice& dice) {
    auto left = static_cast<unsigned>(dice.below(1000));
    for (const RailRow& row : rail_rows) {
        if (left < row.share_per_mille)
            return row.rail;
        left -= row.share_per_mille;
    }
    return Rail::internal;
}

void fill(Draft& draft, Dice& dice) {
    const Person payer = any_person(dice);
    draft.rail = any_rail(dice);
    const RailRow& row = row_of_rail(draft.rail);
    draft.texts.reference = any_reference(dice);
    draft.texts.end_to_end_id = any_end_to_end_id(dice, draft.texts.reference);
    draft.texts.payer_account = payer.account;
    draft.texts.payer_name = payer.name;
    if (draft.rail == Rail::swift && dice.chance(700))
        draft.texts.uetr = dice.text("0123456789abcdef", 32);
    draft.rail_told = dice.chance(700);
    draft.payer_told = dice.chance(row.payer_told_per_mille);
    draft.name_told = dice.chance(600);
}

match::MatchFields registered(const Draft& draft) {
    match::MatchFields identity;
    identity.account = draft.account;
    identity.amount = draft.amount;
    identity.end_to_end_id = match::canonical_end_to_end_id(draft.texts.end_to_end_id);
    identity.reference = match::canonical_reference(draft.texts.reference);
    identity.uetr = draft.texts.uetr;
    if (draft.payer_told)
        identity.other_account = draft.texts.payer_account;
    if (draft.name_told)
        identity.other_name = match::canonical(draft.texts.payer_name);
    identity.at = draft.created;
    if (draft.rail_told)
        identity.rail = match::rail_of(row_of_rail(draft.rail).scheme);
    identity.accepted_range = draft.accepted_range;
    return identity;
}

Arrival arrival_of(const Draft& draft, Mutation mutation, Dice& dice) {
    const RailRow& row = row_of_rail(draft.rail);
    Texts texts = draft.texts;
    if (!dice.chance(row.id_survives_per_mille))
        texts.end_to_end_id.clear();
    if (mutation != Mutation::uetr_only && !dice.chance(800))
        texts.uetr.clear();
    texts = mutated(std::move(texts), mutation, dice);

    Arrival arrival;
    match::MatchFields& identity = arrival.identity;
    identity.account = draft.account;
    identity.amount = arrived_amount(draft, mutation, dice);
    identity.end_to_end_id = match::canonical_end_to_end_id(texts.end_to_end_id);
    identity.reference = match::canonical_reference(texts.reference);
    identity.uetr = texts.uetr;
    const bool is_masked =
        texts.payer_account.starts_with('X') || texts.payer_account.contains('*');
    if (!is_masked && dice.chance(900))
        identity.other_account = texts.payer_account;
    identity.other_name = match::canonical(texts.payer_name);
    identity.at = draft.created + time_on_the_way(row, dice);
    identity.rail = match::rail_of(row.scheme);
    arrival.received = identity.at + webhook_lag(dice);
    return arrival;
}

void tell_bounds(Draft& draft, Mutation mutation, Dice& dice) {
    const Money& sent = draft.amount;
    if (mutation == Mutation::exchanged || mutation == Mutation::charged)
        return;
    const bool charges = mutation == Mutation::charged_in_bounds;
    const bool exchange = mutation == Mutation::exchanged_in_bounds;
    if (exchange || (!charges && dice.chance(10)))
        draft.accepted_range = match::Bounds{.lowest = in_euros(share_of(sent.minor, 1120)),
                                             .highest = in_euros(share_of(sent.minor, 1180))};
    else if (charges || dice.chance(10))
        draft.accepted_range = match::Bounds{
            .lowest = {sent.minor - share_of(sent.minor, 25), sent.currency}, .highest = sent};
}

} // namespace settled::bench
