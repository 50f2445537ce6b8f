#include "record_linkage/ladder.h"

#include "base/limits.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace settled::record_linkage {

namespace {

constexpr std::int64_t day_us = 86'400'000'000;
// What stands for the account where no row has one; rules.h demands one.
constexpr std::string_view one_account = "-";

// What every rank demands to be equal.
using Block = std::tuple<std::uint32_t, std::uint32_t, std::int64_t>;

Block block_of(const Transfer& transfer) {
    return {transfer.currency, transfer.account, transfer.minor};
}

using Blocks = std::map<Block, std::vector<std::uint32_t>>;

Blocks blocks_of(const Side& side) {
    Blocks blocks;
    for (std::uint32_t i = 0; i < side.transfers.size(); ++i)
        blocks[block_of(side.transfers[i])].push_back(i);
    return blocks;
}

// The transfers of a block between two moments, as identities.
struct Window {
    std::vector<std::uint32_t> places;
    std::vector<match::MatchFields> identities;
    match::Coverage seen = match::Coverage::complete;
};

// The files' own window instead of each rail's.
match::RuleSet rules_within(std::chrono::microseconds window) {
    match::RuleSet rules;
    rules.windows.fill(std::chrono::ceil<std::chrono::hours>(window));
    return rules;
}

class Ladder {
  public:
    Ladder(const Side& origins, const Side& destinations, const Texts& texts, const Bounds& bounds)
        : origins_(origins), destinations_(destinations), texts_(texts), bounds_(bounds),
          rules_(rules_within(bounds.window)),
          whole_days_(!origins.has_times || !destinations.has_times),
          origin_blocks_(blocks_of(origins)), destination_blocks_(blocks_of(destinations)) {}

    void run(Linked& out) const;

  private:
    match::MatchFields identity(const Transfer& transfer) const {
        match::MatchFields identity = identity_of(transfer, texts_);
        if (whole_days_)
            identity.at.us -= identity.at.us % day_us;
        return identity;
    }
    Window window(const Side& side, const Blocks& blocks, const Block& block, std::int64_t from,
                  std::int64_t to) const;

    const Side& origins_;
    const Side& destinations_;
    const Texts& texts_;
    Bounds bounds_;
    match::RuleSet rules_;
    bool whole_days_;
    Blocks origin_blocks_;
    Blocks destination_blocks_;
};

Window Ladder::window(const Side& side, const Blocks& blocks, const Block& block, std::int64_t from,
                      std::int64_t to) const {
    Window window;
    const auto found = blocks.find(block);
    if (found == blocks.end())
        return window;
    for (const std::uint32_t place : found->second) {
        match::MatchFields identity = this->identity(side.transfers[place]);
        if (identity.at.us < from || identity.at.us > to)
            continue;
        if (window.places.size() == limits::candidates_max) {
            window.seen = match::Coverage::truncated;
            break;
        }
        window.places.push_back(place);
        window.identities.push_back(std::move(identity));
    }
    return window;
}

void Ladder::run(Linked& out) const {
    const std::int64_t skew = std::chrono::microseconds(match::clock_skew_max).count();
    const std::int64_t span = bounds_.window.count();
    std::vector<bool> taken(origins_.transfers.size());
    for (std::uint32_t j = 0; j < destinations_.transfers.size(); ++j) {
        const match::MatchFields settlement = identity(destinations_.transfers[j]);
        const Block block = block_of(destinations_.transfers[j]);
        const Window payments = window(origins_, origin_blocks_, block, settlement.at.us - span,
                                       settlement.at.us + skew);
        const auto choice =
            match::choose_payment(settlement, payments.identities, payments.seen, rules_);
        if (choice.outcome == match::Outcome::ambiguous)
            out.ambiguous[j] = true;
        if (choice.outcome != match::Outcome::one)
            continue;
        const std::size_t chosen = choice.candidates.front().index;
        const match::MatchFields& payment = payments.identities[chosen];
        const Window settlements = window(destinations_, destination_blocks_, block,
                                          payment.at.us - skew, payment.at.us + span);
        const auto back =
            match::choose_settlement(payment, settlements.identities, settlements.seen, rules_);
        const std::uint32_t origin = payments.places[chosen];
        if (back.outcome != match::Outcome::one ||
            settlements.places[back.candidates.front().index] != j || taken[origin]) {
            out.ambiguous[j] = true;
            continue;
        }
        taken[origin] = true;
        out.matches.push_back({origin, j, 1});
    }
}

} // namespace

match::MatchFields identity_of(const Transfer& transfer, const Texts& texts) {
    match::MatchFields identity;
    const std::string_view account = texts.accounts.text(transfer.account);
    identity.account = account.empty() ? one_account : account;
    identity.amount = {transfer.minor, texts.currencies[transfer.currency]};
    identity.end_to_end_id = texts.end_to_end_ids.text(transfer.end_to_end_id);
    identity.reference = match::canonical_reference(texts.memos.text(transfer.memo));
    identity.other_account = texts.accounts.text(transfer.payer_account);
    identity.at = transfer.at;
    return identity;
}

std::optional<match::Rank> rank_of(const Transfer& origin, const Transfer& destination,
                                   const Texts& texts) {
    match::MatchFields payment = identity_of(origin, texts);
    match::MatchFields settlement = identity_of(destination, texts);
    payment.at = settlement.at; // the finder has seen to the time
    const match::Relation relation = match::relate(payment, settlement);
    return relation.may_match() ? relation.rank : std::nullopt;
}

void by_ladder(const Side& origins, const Side& destinations, const Texts& texts,
               const Bounds& bounds, Linked& out) {
    Ladder(origins, destinations, texts, bounds).run(out);
}

} // namespace settled::record_linkage
