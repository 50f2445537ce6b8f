#include "record_linkage/finder.h"

#include "match/keys.h"
#include "record_linkage/candidates.h"
#include "record_linkage/cells.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <initializer_list>

namespace settled::record_linkage {

namespace {

// How many transfers of these sides have each value of a field.
std::vector<std::uint32_t> uses_of(std::initializer_list<const Side*> sides, std::uint32_t count,
                                   std::uint32_t Transfer::* field) {
    std::vector<std::uint32_t> uses(count);
    for (const Side* const side : sides)
        for (const Transfer& transfer : side->transfers)
            ++uses[transfer.*field];
    return uses;
}

// Rivals beyond the bounds matter only when much speaks for them.
constexpr float shadow_shared_min = 4;
constexpr std::int64_t band_reach_max_ppm = 400'000;

// How likely strangers share an id that `uses` of `all` transfers have, these two not counted.
float id_log_chance(std::uint32_t uses, std::size_t all) {
    return static_cast<float>(
        std::log((std::max(static_cast<double>(uses) - 2, 0.0) + 0.5) / static_cast<double>(all)));
}

bool in_band(std::int64_t a, std::int64_t b, const Bounds& bounds) {
    const auto larger = static_cast<__int128>(std::max(a, b));
    const auto difference = static_cast<__int128>(std::max(a, b) - std::min(a, b));
    return difference * 1'000'000 <= larger * bounds.band_ppm;
}

} // namespace

Bounds widened(const Bounds& bounds) {
    return {.window = bounds.window + bounds.window / 5,
            .band_ppm =
                std::max(bounds.band_ppm, std::min(bounds.band_ppm * 5 / 2, band_reach_max_ppm)),
            .read_max = bounds.read_max,
            .compared_max = bounds.compared_max};
}

PairFinder::PairFinder(const Side& origins, const Side& destinations, const Texts& texts,
                       Bounds bounds)
    : origins_(&origins), destinations_(&destinations), texts_(&texts), bounds_(bounds),
      reach_(widened(bounds)),
      memos_(texts.memos, uses_of({&origins}, texts.memos.memo_count(), &Transfer::memo),
             uses_of({&destinations}, texts.memos.memo_count(), &Transfer::memo)),
      names_(texts.payer_names,
             uses_of({&origins}, texts.payer_names.memo_count(), &Transfer::payer_name),
             uses_of({&destinations}, texts.payer_names.memo_count(), &Transfer::payer_name)),
      end_to_end_uses_(uses_of({&origins, &destinations}, texts.end_to_end_ids.size(),
                               &Transfer::end_to_end_id)),
      account_uses_(
          uses_of({&origins, &destinations}, texts.accounts.size(), &Transfer::payer_account)),
      has_ids_(texts.accounts.size() > 1 || texts.end_to_end_ids.size() > 1 ||
               texts.payer_names.memo_count() > 1),
      index_(origins, destinations, texts, reach_, memos_, names_) {}

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

bool PairFinder::describe(std::uint32_t origin_place, std::uint32_t destination_place,
                          Pair& pair) const {
    const OriginIndex::Origin& origin = index_.origin(origin_place);
    const Transfer& destination = destinations_->transfers[destination_place];
    pair = {};
    pair.origin = origin_place;
    pair.destination = destination_place;
    if (has_ids_)
        describe_ids(origins_->transfers[origin_place], destination, pair);
    const bool amounts_equal = origin.minor == destination.minor;
    const bool ids_equal = pair.end_to_end_id == Agreement::equal ||
                           pair.payer_account == Agreement::equal ||
                           pair.payer_name == Agreement::equal;
    MemoMatch memo;
    if (amounts_equal || ids_equal || !origin.has_memo ||
        MemoComparer::may_share(origin.signature, memos_.signature(destination.memo)))
        memo = memos_.compare(origin.memo, destination.memo);
    else
        memo.likeness =
            memos_.is_empty(destination.memo) ? Likeness::one_empty : Likeness::nothing_shared;
    pair.memo = static_cast<std::uint16_t>(cells::memo(memo));
    pair.words = static_cast<std::uint16_t>(cells::words(memo));
    pair.rests = static_cast<std::uint16_t>(cells::rests(memo));
    pair.amount =
        static_cast<std::uint16_t>(cells::amount(origin.minor, destination.minor, reach_.band_ppm));
    const std::chrono::microseconds by(time_of(destination) - origin.at);
    pair.delay = static_cast<std::uint8_t>(cells::delay(by, reach_.window));
    pair.within_bounds = by <= bounds_.window && in_band(origin.minor, destination.minor, bounds_);
    return amounts_equal || ids_equal ||
           memo.shared >= (pair.within_bounds ? shared_min : shadow_shared_min);
}

PairFinder::Work PairFinder::find(std::size_t begin, std::size_t end, const Model* model,
                                  const Take& take) const {
    Work work;
    if (begin == end)
        return work;
    Candidates candidates(index_, memos_, *destinations_, bounds_, reach_, model, begin, end);
    std::vector<Pair> pairs;
    for (std::size_t j = begin; j < end; ++j) {
        candidates.gather(j);
        const auto origins = candidates.origins();
        work.gathered += origins.size();
        work.limited += candidates.left_out().is_nothing() ? 0 : 1;
        const float crowd = std::log(static_cast<float>(std::max(index_.crowd(j), 1U)) - 0.5F);
        pairs.clear();
        Pair pair;
        for (std::size_t k = 0; k < origins.size(); ++k) {
            prefetch(origins, k);
            if (!describe(origins[k], static_cast<std::uint32_t>(j), pair))
                continue;
            pair.crowd = crowd;
            if (pair.amount == cells::amount_equal)
                pair.amount_chance = candidates.amount_chance();
            pairs.push_back(pair);
        }
        take(j, pairs, candidates.left_out());
    }
    return work;
}

// What is compared next is on its way from memory while others are compared.
void PairFinder::prefetch(std::span<const std::uint32_t> origins, std::size_t at) const {
    constexpr std::size_t steps[] = {8, 3};
    if (at + steps[0] < origins.size())
        memos_.prefetch(index_.origin(origins[at + steps[0]]).memo);
    if (at + steps[1] < origins.size())
        memos_.prefetch_words(index_.origin(origins[at + steps[1]]).memo);
}

Tally PairFinder::strangers(std::size_t begin, std::size_t end, std::size_t step) const {
    Tally tally;
    Pair pair;
    std::vector<std::uint32_t> origins;
    for (std::size_t j = begin; j < end; j += step) {
        const Transfer& destination = destinations_->transfers[j];
        const OriginIndex::Reach reach = index_.reach_after(destination);
        const OriginIndex::Groups groups = index_.groups_around(destination);
        origins.clear();
        for (std::size_t g = 0; g < groups.count; ++g)
            index_.for_each(
                index_.postings().of(OriginIndex::any_key(groups.keys[g]), reach.first, reach.last),
                [&](std::uint32_t origin) {
                    if (index_.may_belong(index_.origin(origin), destination, reach))
                        origins.push_back(origin);
                });
        for (std::size_t k = 0; k < origins.size(); ++k) {
            prefetch(origins, k);
            describe(origins[k], static_cast<std::uint32_t>(j), pair);
            tally.add(pair, 1);
        }
    }
    return tally;
}

} // namespace settled::record_linkage
