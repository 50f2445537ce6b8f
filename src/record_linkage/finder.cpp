#include "record_linkage/finder.h"

#include "match/choice.h"
#include "match/keys.h"
#include "record_linkage/cells.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace settled::record_linkage {

namespace {

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t minor_max = std::numeric_limits<std::int64_t>::max();

std::vector<std::uint32_t> uses_of(const Side& side, std::uint32_t count,
                                   std::uint32_t Transfer::* field) {
    std::vector<std::uint32_t> uses(count);
    for (const Transfer& transfer : side.transfers)
        ++uses[transfer.*field];
    return uses;
}

std::vector<std::uint32_t> uses_of(const Side& a, const Side& b, std::uint32_t count,
                                   std::uint32_t Transfer::* field) {
    auto uses = uses_of(a, count, field);
    for (const Transfer& transfer : b.transfers)
        ++uses[transfer.*field];
    return uses;
}

bool all_have_account(const Side& side) {
    return std::ranges::all_of(side.transfers, [](const Transfer& t) { return t.account != 0; });
}

// Rivals beyond the bounds matter only when much speaks for them.
constexpr float shadow_shared_min = 4;
constexpr std::int64_t band_reach_max_ppm = 400'000;

// How likely strangers share an id that `uses` of `all` transfers have, these two not counted.
float id_log_chance(std::uint32_t uses, std::size_t all) {
    return static_cast<float>(
        std::log((std::max(static_cast<double>(uses) - 2, 0.0) + 0.5) / static_cast<double>(all)));
}

} // namespace

Bounds widened(const Bounds& bounds) {
    return {.window = bounds.window + bounds.window / 5,
            .band_ppm =
                std::max(bounds.band_ppm, std::min(bounds.band_ppm * 5 / 2, band_reach_max_ppm))};
}

PairFinder::PairFinder(const Side& origins, const Side& destinations, const Texts& texts,
                       Bounds bounds)
    : origins_(&origins), destinations_(&destinations), texts_(&texts), bounds_(bounds),
      reach_(widened(bounds)), whole_days_(!origins.has_times || !destinations.has_times),
      has_accounts_(texts.accounts.size() > 1),
      by_account_(all_have_account(origins) && all_have_account(destinations)),
      bucket_width_(-std::log(1 - static_cast<double>(reach_.band_ppm) / 1e6)),
      memos_(texts.memos, uses_of(origins, texts.memos.memo_count(), &Transfer::memo),
             uses_of(destinations, texts.memos.memo_count(), &Transfer::memo)),
      names_(texts.payer_names,
             uses_of(origins, texts.payer_names.memo_count(), &Transfer::payer_name),
             uses_of(destinations, texts.payer_names.memo_count(), &Transfer::payer_name)),
      end_to_end_uses_(
          uses_of(origins, destinations, texts.end_to_end_ids.size(), &Transfer::end_to_end_id)),
      account_uses_(
          uses_of(origins, destinations, texts.accounts.size(), &Transfer::payer_account)),
      amounts_(texts.currencies.size()),
      has_ids_(texts.accounts.size() > 1 || texts.end_to_end_ids.size() > 1 ||
               texts.payer_names.memo_count() > 1) {
    for (std::uint32_t i = 0; i < origins.transfers.size(); ++i) {
        const Transfer& origin = origins.transfers[i];
        const auto key = group_of(origin, bucket_of(origin.minor));
        const auto [place, fresh] =
            bucket_places_.try_emplace(key, static_cast<std::uint32_t>(buckets_.size()));
        if (fresh)
            buckets_.emplace_back();
        buckets_[place->second].push_back(
            {time_of(origin), origin.minor, memos_.signature(origin.memo), i, origin.memo});
    }
    for (const Side* const side : {&origins, &destinations})
        for (const Transfer& transfer : side->transfers)
            amounts_[transfer.currency].sorted.push_back(transfer.minor);
    for (Amounts& amounts : amounts_)
        std::ranges::sort(amounts.sorted);
}

std::int64_t PairFinder::time_of(const Transfer& transfer) const {
    return whole_days_ ? transfer.at.us - transfer.at.us % day_us : transfer.at.us;
}

std::int64_t PairFinder::bucket_of(std::int64_t minor) const {
    if (reach_.band_ppm == 0)
        return minor;
    return static_cast<std::int64_t>(std::log(static_cast<double>(minor)) / bucket_width_);
}

std::uint64_t PairFinder::group_of(const Transfer& transfer, std::int64_t bucket) const {
    return mix(mix(transfer.currency, by_account_ ? transfer.account : 0),
               static_cast<std::uint64_t>(bucket));
}

bool PairFinder::in_band(std::int64_t a, std::int64_t b, const Bounds& bounds) {
    const auto larger = static_cast<__int128>(std::max(a, b));
    const auto difference = static_cast<__int128>(std::max(a, b) - std::min(a, b));
    return difference * 1'000'000 <= larger * bounds.band_ppm;
}

bool PairFinder::contradict(const Transfer& origin, const Transfer& destination) const {
    return origin.account != 0 && destination.account != 0 && origin.account != destination.account;
}

// Every origin of the band from one moment to another, both included.
template <class Visit>
void PairFinder::visit(const Transfer& destination, std::int64_t from, std::int64_t to,
                       Visit&& visit) const {
    const std::int64_t middle = bucket_of(destination.minor);
    // The least and the greatest amount in reach.
    const auto minor = static_cast<__int128>(destination.minor);
    const auto low =
        static_cast<std::int64_t>((minor * (1'000'000 - reach_.band_ppm) + 999'999) / 1'000'000);
    const auto high = static_cast<std::int64_t>(
        std::min<__int128>(minor * 1'000'000 / (1'000'000 - reach_.band_ppm), minor_max));
    for (std::int64_t bucket = middle - 1; bucket <= middle + 1; ++bucket) {
        if (reach_.band_ppm == 0 && bucket != middle)
            continue;
        const auto found = bucket_places_.find(group_of(destination, bucket));
        if (found == bucket_places_.end())
            continue;
        const auto& entries = buckets_[found->second];
        const auto first = std::ranges::lower_bound(entries, from, {}, &Entry::at);
        for (auto entry = first; entry != entries.end() && entry->at <= to; ++entry)
            if (entry->minor >= low && entry->minor <= high &&
                (by_account_ || !has_accounts_ ||
                 !contradict(origins_->transfers[entry->origin], destination)))
                visit(*entry);
    }
}

double PairFinder::amount_chance(std::int64_t origin, const Transfer& destination) const {
    const auto& sorted = amounts_[destination.currency].sorted;
    const auto count = [&](std::int64_t low, std::int64_t high) {
        return static_cast<double>(std::ranges::upper_bound(sorted, high) -
                                   std::ranges::lower_bound(sorted, low));
    };
    const double share = static_cast<double>(reach_.band_ppm) / 1e6;
    const auto middle = static_cast<double>(destination.minor);
    const double exact = std::max(count(origin, origin) - 2, 0.0) + 0.5;
    const double all = count(static_cast<std::int64_t>(middle * (1 - share)),
                             static_cast<std::int64_t>(middle / (1 - share)));
    return std::log(std::min(1.0, exact / std::max(all - 1, exact)));
}

void PairFinder::describe_ids(const Transfer& origin, const Transfer& destination,
                              Pair& pair) const {
    const std::size_t all = origins_->transfers.size() + destinations_->transfers.size();
    const auto compare = [](std::uint32_t a, std::uint32_t b) {
        if (a == Names::absent || b == Names::absent)
            return Agreement::absent;
        return a == b ? Agreement::equal : Agreement::differ;
    };
    pair.end_to_end_id = compare(origin.end_to_end_id, destination.end_to_end_id);
    if (texts_->end_to_end_ids.text(origin.end_to_end_id).size() < match::end_to_end_id_min &&
        pair.end_to_end_id == Agreement::equal)
        pair.end_to_end_id = Agreement::absent; // a payer's plain counter
    if (pair.end_to_end_id == Agreement::equal)
        pair.id_chance += id_log_chance(end_to_end_uses_[origin.end_to_end_id], all);
    pair.payer_account = compare(origin.payer_account, destination.payer_account);
    if (pair.payer_account == Agreement::equal)
        pair.id_chance += id_log_chance(account_uses_[origin.payer_account], all);
    const MemoMatch name = names_.compare(origin.payer_name, destination.payer_name);
    if (name.likeness == Likeness::nothing_shared)
        pair.payer_name = Agreement::differ;
    else if (name.likeness == Likeness::equal)
        pair.payer_name = Agreement::equal;
    else if (name.likeness == Likeness::aligned)
        pair.payer_name = name.origin_rest == Rest::rare && name.destination_rest == Rest::rare
                              ? Agreement::differ
                              : Agreement::near;
}

bool PairFinder::describe(const Entry& entry, std::size_t destination_place, Pair& pair) const {
    const Transfer& destination = destinations_->transfers[destination_place];
    pair = {};
    pair.origin = entry.origin;
    pair.destination = static_cast<std::uint32_t>(destination_place);
    if (has_ids_)
        describe_ids(origins_->transfers[entry.origin], destination, pair);
    const bool amounts_equal = entry.minor == destination.minor;
    const bool ids_equal = pair.end_to_end_id == Agreement::equal ||
                           pair.payer_account == Agreement::equal ||
                           pair.payer_name == Agreement::equal;
    MemoMatch memo;
    if (amounts_equal || ids_equal || entry.signature == 0 ||
        MemoComparer::may_share(entry.signature, memos_.signature(destination.memo)))
        memo = memos_.compare(entry.memo, destination.memo);
    else
        memo.likeness =
            memos_.is_empty(destination.memo) ? Likeness::one_empty : Likeness::nothing_shared;
    pair.memo = static_cast<std::uint16_t>(cells::memo(memo));
    pair.words = static_cast<std::uint16_t>(cells::words(memo));
    pair.rests = static_cast<std::uint16_t>(cells::rests(memo));
    pair.amount =
        static_cast<std::uint16_t>(cells::amount(entry.minor, destination.minor, reach_.band_ppm));
    const auto by = std::chrono::microseconds(time_of(destination) - entry.at);
    pair.delay = static_cast<std::uint8_t>(cells::delay(by, reach_.window));
    pair.within_bounds = by <= bounds_.window && in_band(entry.minor, destination.minor, bounds_);
    return amounts_equal || ids_equal ||
           memo.shared >= (pair.within_bounds ? shared_min : shadow_shared_min);
}

void PairFinder::find(std::size_t begin, std::size_t end, std::vector<Pair>& out) const {
    const std::int64_t skew =
        whole_days_ ? 0 : std::chrono::microseconds(match::clock_skew_max).count();
    for (std::size_t j = begin; j < end; ++j) {
        const Transfer& destination = destinations_->transfers[j];
        const std::int64_t at = time_of(destination);
        const std::size_t first = out.size();
        std::size_t seen = 0;
        const std::uint64_t signature = memos_.signature(destination.memo);
        Pair pair;
        visit(destination, at - reach_.window.count(), at + skew, [&](const Entry& entry) {
            ++seen;
            if (!has_ids_ && entry.minor != destination.minor &&
                !MemoComparer::may_share(entry.signature, signature))
                return;
            if (!describe(entry, j, pair))
                return;
            pair.amount_chance = pair.amount == cells::amount_equal
                                     ? static_cast<float>(amount_chance(entry.minor, destination))
                                     : 0;
            out.push_back(pair);
        });
        const float crowd = static_cast<float>(seen) - 0.5F;
        for (std::size_t k = first; k < out.size(); ++k)
            out[k].crowd = crowd;
        std::ranges::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(), {},
                          &Pair::origin);
    }
}

Tally PairFinder::strangers(std::size_t begin, std::size_t end, std::size_t step) const {
    Tally tally;
    const std::int64_t skew =
        whole_days_ ? day_us : std::chrono::microseconds(std::chrono::hours(1)).count();
    Pair pair;
    for (std::size_t j = begin; j < end; j += step) {
        const Transfer& destination = destinations_->transfers[j];
        const std::int64_t at = time_of(destination);
        visit(destination, at + skew, at + reach_.window.count(), [&](const Entry& entry) {
            describe(entry, j, pair);
            tally.add(pair, 1);
        });
    }
    return tally;
}

} // namespace settled::record_linkage
