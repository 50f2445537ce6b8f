#include "record_linkage/finder.h"

#include "match/choice.h"
#include "match/keys.h"
#include "record_linkage/cells.h"
#include "record_linkage/crowds.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <span>
#include <utility>

namespace settled::record_linkage {

namespace {

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t minor_max = std::numeric_limits<std::int64_t>::max();

// How many transfers of these sides have each value of a field.
std::vector<std::uint32_t> uses_of(std::initializer_list<const Side*> sides, std::uint32_t count,
                                   std::uint32_t Transfer::* field) {
    std::vector<std::uint32_t> uses(count);
    for (const Side* const side : sides)
        for (const Transfer& transfer : side->transfers)
            ++uses[transfer.*field];
    return uses;
}

bool all_have_account(const Side& side) {
    return std::ranges::all_of(side.transfers, [](const Transfer& t) { return t.account != 0; });
}

// Rivals beyond the bounds matter only when much speaks for them.
constexpr float shadow_shared_min = 4;
constexpr std::int64_t band_reach_max_ppm = 400'000;

// What kind of evidence a key of the index stands for; those of memos have keys of their own.
enum Kind : std::uint64_t { any = 0x100, amount, end_to_end_id, payer_account, payer_name };

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
      reach_(widened(bounds)), whole_days_(!origins.has_times || !destinations.has_times),
      has_accounts_(texts.accounts.size() > 1),
      by_account_(all_have_account(origins) && all_have_account(destinations)),
      bucket_width_(-std::log(1 - static_cast<double>(reach_.band_ppm) / 1e6)),
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
      amounts_(texts.currencies.size()), evidence_(index()) {
    for (const Transfer& origin : origins.transfers) {
        times_.push_back(time_of(origin));
        minors_.push_back(origin.minor);
    }
    for (const Side* const side : {&origins, &destinations})
        for (const Transfer& transfer : side->transfers)
            amounts_[transfer.currency].push_back(transfer.minor);
    for (auto& amounts : amounts_)
        std::ranges::sort(amounts);
    count_crowds();
}

Postings PairFinder::index() const {
    return {origins_->transfers.size() * 16, [this](const auto& visit) {
                std::vector<Evidence> shared;
                for (std::uint32_t i = 0; i < origins_->transfers.size(); ++i) {
                    const Transfer& origin = origins_->transfers[i];
                    const std::uint64_t group = group_of(origin, bucket_of(origin.minor));
                    visit(mix(any, group), i);
                    visit(amount_key(origin), i);
                    shared.clear();
                    evidence_of(origin, shared);
                    for (const Evidence& evidence : shared)
                        visit(mix(evidence.key, group), i);
                }
            }};
}

// Everything but the exact amount, which needs no group of amounts.
void PairFinder::evidence_of(const Transfer& transfer, std::vector<Evidence>& out) const {
    memos_.evidence_of(transfer.memo, out);
    if (!has_ids_)
        return;
    const auto add = [&](Kind kind, std::uint64_t what) { out.push_back({mix(kind, what)}); };
    if (transfer.end_to_end_id != Names::absent)
        add(end_to_end_id, transfer.end_to_end_id);
    if (transfer.payer_account != Names::absent)
        add(payer_account, transfer.payer_account);
    if (!names_.is_empty(transfer.payer_name))
        add(payer_name, names_.words_key(transfer.payer_name));
}

// Where some rows have no account, those that have one are in two groups: of their account, and of
// all, for destinations without one.
void PairFinder::count_crowds() {
    constexpr std::uint64_t all = 1;
    const auto group = [](std::uint64_t currency, std::uint64_t which) {
        return mix(currency, which + 2); // 2: no account
    };
    const bool mixed = has_accounts_ && !by_account_;
    std::vector<Member> members;
    for (std::uint32_t i = 0; i < origins_->transfers.size(); ++i) {
        const Transfer& origin = origins_->transfers[i];
        members.push_back({group(origin.currency, origin.account), origin.minor, i});
        if (mixed)
            members.push_back({mix(origin.currency, all), origin.minor, i});
    }
    std::vector<Question> questions;
    for (const Transfer& destination : destinations_->transfers) {
        const Reach reach = reach_before(destination);
        const auto ask = [&](std::uint64_t which) {
            questions.push_back({which, reach.low, reach.high, reach.first, reach.last});
        };
        ask(mixed && destination.account == 0 ? mix(destination.currency, all)
                                              : group(destination.currency, destination.account));
        if (mixed)
            ask(destination.account == 0 ? 0 : group(destination.currency, 0));
    }
    crowds_.assign(destinations_->transfers.size(), 0);
    const auto counts = record_linkage::count_crowds(members, questions);
    for (std::size_t q = 0; q < counts.size(); ++q)
        crowds_[mixed ? q / 2 : q] += counts[q];
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

std::uint64_t PairFinder::amount_key(const Transfer& transfer) const {
    return mix(amount, group_of(transfer, transfer.minor));
}

PairFinder::Reach PairFinder::reach_of(const Transfer& destination, std::int64_t from,
                                       std::int64_t to) const {
    const auto place = [&](auto at) { return static_cast<std::uint32_t>(at - times_.begin()); };
    const auto minor = static_cast<__int128>(destination.minor);
    return {.first = place(std::ranges::lower_bound(times_, from)),
            .last = place(std::ranges::upper_bound(times_, to)),
            .low = static_cast<std::int64_t>((minor * (1'000'000 - reach_.band_ppm) + 999'999) /
                                             1'000'000),
            .high = static_cast<std::int64_t>(
                std::min<__int128>(minor * 1'000'000 / (1'000'000 - reach_.band_ppm), minor_max))};
}

PairFinder::Reach PairFinder::reach_before(const Transfer& destination) const {
    const std::int64_t skew =
        whole_days_ ? 0 : std::chrono::microseconds(match::clock_skew_max).count();
    const std::int64_t at = time_of(destination);
    return reach_of(destination, at - reach_.window.count(), at + skew);
}

// Currency and account do not contradict.
bool PairFinder::may_belong(const Transfer& origin, const Transfer& destination) const {
    return origin.currency == destination.currency &&
           (origin.account == destination.account ||
            (!by_account_ && (origin.account == 0 || destination.account == 0)));
}

std::size_t PairFinder::amount_cell(std::int64_t origin_minor, const Transfer& destination) const {
    return cells::amount(origin_minor, destination.minor, reach_.band_ppm);
}

std::size_t PairFinder::delay_cell(std::uint32_t origin, const Transfer& destination) const {
    return cells::delay(std::chrono::microseconds(time_of(destination) - times_[origin]),
                        reach_.window);
}

// How likely a stranger in reach has exactly this destination's amount.
double PairFinder::amount_chance(const Transfer& destination) const {
    const auto& amounts = amounts_[destination.currency];
    const auto count = [&](std::int64_t low, std::int64_t high) {
        return static_cast<double>(std::ranges::upper_bound(amounts, high) -
                                   std::ranges::lower_bound(amounts, low));
    };
    const double share = static_cast<double>(reach_.band_ppm) / 1e6;
    const auto middle = static_cast<double>(destination.minor);
    const double exact = std::max(count(destination.minor, destination.minor) - 2, 0.0) + 0.5;
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

bool PairFinder::describe(std::uint32_t origin_place, std::uint32_t destination_place,
                          Pair& pair) const {
    const Transfer& origin = origins_->transfers[origin_place];
    const Transfer& destination = destinations_->transfers[destination_place];
    pair = {};
    pair.origin = origin_place;
    pair.destination = destination_place;
    if (has_ids_)
        describe_ids(origin, destination, pair);
    const bool amounts_equal = origin.minor == destination.minor;
    const bool ids_equal = pair.end_to_end_id == Agreement::equal ||
                           pair.payer_account == Agreement::equal ||
                           pair.payer_name == Agreement::equal;
    MemoMatch memo;
    if (amounts_equal || ids_equal || memos_.is_empty(origin.memo) ||
        MemoComparer::may_share(memos_.signature(origin.memo), memos_.signature(destination.memo)))
        memo = memos_.compare(origin.memo, destination.memo);
    else
        memo.likeness =
            memos_.is_empty(destination.memo) ? Likeness::one_empty : Likeness::nothing_shared;
    pair.memo = static_cast<std::uint16_t>(cells::memo(memo));
    pair.words = static_cast<std::uint16_t>(cells::words(memo));
    pair.rests = static_cast<std::uint16_t>(cells::rests(memo));
    pair.amount = static_cast<std::uint16_t>(amount_cell(origin.minor, destination));
    pair.delay = static_cast<std::uint8_t>(delay_cell(origin_place, destination));
    pair.within_bounds = time_of(destination) - times_[origin_place] <= bounds_.window.count() &&
                         in_band(origin.minor, destination.minor, bounds_);
    return amounts_equal || ids_equal ||
           memo.shared >= (pair.within_bounds ? shared_min : shadow_shared_min);
}

// The origins to compare with a destination. One at a time, in order of time.
class PairFinder::Gathering {
  public:
    // For destinations [begin, end).
    Gathering(const PairFinder& finder, const Model* model, std::size_t begin, std::size_t end)
        : finder_(finder), model_(model),
          base_(finder.reach_before(finder.destinations_->transfers[begin]).first),
          scores_(finder.reach_before(finder.destinations_->transfers[end - 1]).last - base_,
                  unseen) {}

    // In order of time; valid until the next call.
    std::span<const std::uint32_t> origins_of(const Transfer& destination, std::uint32_t crowd);

  private:
    static constexpr float unseen = -1;
    static constexpr float out_of_reach = -2;
    // Origins that share one piece of evidence, by group of amounts.
    struct List {
        std::uint32_t count = 0;
        float rarity = 0; // natural log of 1/probability that an origin in reach has it
        float adds = 0;   // what of this the list before it does not say
        std::array<std::span<const std::uint32_t>, 3> parts;
    };
    void look_up(const Transfer& destination, const Reach& reach);
    void weigh_lists(std::uint32_t crowd);
    void read(const List& list, const Transfer& destination, const Reach& reach);
    void choose(const Transfer& destination);

    const PairFinder& finder_;
    const Model* model_;
    std::uint32_t base_;
    std::vector<float> scores_; // by origin from base_: how rare the evidence is that it shares
    std::vector<Evidence> shared_;
    std::vector<List> lists_;          // of the amount, then of what is shared
    std::vector<std::uint32_t> order_; // of lists
    std::vector<std::uint32_t> seen_;  // whose score is to be taken back
    std::vector<std::uint32_t> found_;
};

void PairFinder::Gathering::look_up(const Transfer& destination, const Reach& reach) {
    const Postings& evidence = finder_.evidence_;
    shared_.clear();
    finder_.evidence_of(destination, shared_);
    const std::int64_t middle = finder_.bucket_of(destination.minor);
    std::array<std::uint64_t, 3> groups{};
    const std::size_t group_count = finder_.reach_.band_ppm == 0 ? 1 : 3;
    for (std::size_t g = 0; g < group_count; ++g)
        groups[g] = finder_.group_of(
            destination, group_count == 1 ? middle : middle - 1 + static_cast<std::int64_t>(g));
    for (const auto& [key, narrows] : shared_)
        for (std::size_t g = 0; g < group_count; ++g)
            evidence.prefetch(mix(key, groups[g]));
    lists_.clear();
    List amounts;
    amounts.parts[0] = evidence.of(finder_.amount_key(destination), reach.first, reach.last);
    amounts.count = static_cast<std::uint32_t>(amounts.parts[0].size());
    lists_.push_back(amounts);
    for (const auto& [key, narrows] : shared_) {
        List list;
        for (std::size_t g = 0; g < group_count; ++g) {
            list.parts[g] = evidence.of(mix(key, groups[g]), reach.first, reach.last);
            list.count += static_cast<std::uint32_t>(list.parts[g].size());
        }
        lists_.push_back(list);
    }
}

void PairFinder::Gathering::weigh_lists(std::uint32_t crowd) {
    for (std::size_t k = 0; k < lists_.size(); ++k) {
        List& list = lists_[k];
        if (list.count == 0)
            continue;
        list.rarity = std::max(
            0.0F, std::log((static_cast<float>(crowd) + 1) / static_cast<float>(list.count)));
        const bool narrows = k > 0 && shared_[k - 1].narrows;
        list.adds = narrows ? std::max(0.0F, list.rarity - lists_[k - 1].rarity) : list.rarity;
    }
}

void PairFinder::Gathering::read(const List& list, const Transfer& destination,
                                 const Reach& reach) {
    for (const auto part : list.parts)
        for (const std::uint32_t origin : part) {
            float& known = scores_[origin - base_];
            if (known >= 0) {
                known += list.adds;
                continue;
            }
            if (known == out_of_reach)
                continue;
            seen_.push_back(origin);
            const std::int64_t minor = finder_.minors_[origin];
            const bool is_in_reach =
                minor >= reach.low && minor <= reach.high &&
                finder_.may_belong(finder_.origins_->transfers[origin], destination);
            known = is_in_reach ? list.adds : out_of_reach;
            if (is_in_reach)
                found_.push_back(origin);
        }
}

// Those that share the rarest evidence; of equal ones any, but always the same.
void PairFinder::Gathering::choose(const Transfer& destination) {
    const std::size_t compared_max = finder_.bounds_.compared_max;
    if (found_.size() > compared_max) {
        if (model_ != nullptr)
            for (const std::uint32_t origin : found_)
                scores_[origin - base_] +=
                    model_->weigh_place(finder_.amount_cell(finder_.minors_[origin], destination),
                                        finder_.delay_cell(origin, destination));
        std::ranges::nth_element(found_, found_.begin() + static_cast<std::ptrdiff_t>(compared_max),
                                 [&](std::uint32_t a, std::uint32_t b) {
                                     const float score_a = scores_[a - base_];
                                     const float score_b = scores_[b - base_];
                                     return score_a != score_b ? score_a > score_b
                                                               : mix(a, 0) > mix(b, 0);
                                 });
        found_.resize(compared_max);
    }
    std::ranges::sort(found_);
}

std::span<const std::uint32_t> PairFinder::Gathering::origins_of(const Transfer& destination,
                                                                 std::uint32_t crowd) {
    const Reach reach = finder_.reach_before(destination);
    look_up(destination, reach);
    weigh_lists(crowd);
    order_.clear();
    for (std::uint32_t k = 0; k < lists_.size(); ++k)
        if (lists_[k].count > 0)
            order_.push_back(k);
    std::ranges::sort(order_, {}, [&](std::uint32_t k) { return std::pair(lists_[k].count, k); });
    found_.clear();
    std::size_t left = finder_.bounds_.read_max;
    for (const std::uint32_t k : order_) {
        if (lists_[k].count > left)
            break;
        left -= lists_[k].count;
        read(lists_[k], destination, reach);
    }
    choose(destination);
    for (const std::uint32_t origin : seen_)
        scores_[origin - base_] = unseen;
    seen_.clear();
    return found_;
}

std::size_t PairFinder::find(std::size_t begin, std::size_t end, const Model* model,
                             std::vector<Pair>& out) const {
    if (begin == end)
        return 0;
    Gathering gathering(*this, model, begin, end);
    std::size_t compared = 0;
    for (std::size_t j = begin; j < end; ++j) {
        const Transfer& destination = destinations_->transfers[j];
        const auto origins = gathering.origins_of(destination, crowds_[j]);
        compared += origins.size();
        const std::size_t first = out.size();
        bool amounts_equal = false;
        for (std::size_t k = 0; k < origins.size(); ++k) {
            prefetch(origins, k);
            Pair pair;
            if (!describe(origins[k], static_cast<std::uint32_t>(j), pair))
                continue;
            pair.crowd = static_cast<float>(crowds_[j]) - 0.5F;
            amounts_equal = amounts_equal || pair.amount == cells::amount_equal;
            out.push_back(pair);
        }
        if (!amounts_equal)
            continue;
        const auto chance = static_cast<float>(amount_chance(destination));
        for (std::size_t k = first; k < out.size(); ++k)
            out[k].amount_chance = out[k].amount == cells::amount_equal ? chance : 0;
    }
    return compared;
}

// What is compared next is on its way from memory while others are compared.
void PairFinder::prefetch(std::span<const std::uint32_t> origins, std::size_t at) const {
    constexpr std::size_t steps[] = {12, 8, 4};
    if (at + steps[0] < origins.size())
        __builtin_prefetch(&origins_->transfers[origins[at + steps[0]]]);
    if (at + steps[1] < origins.size())
        memos_.prefetch_memo(origins_->transfers[origins[at + steps[1]]].memo);
    if (at + steps[2] < origins.size())
        memos_.prefetch_words(origins_->transfers[origins[at + steps[2]]].memo);
}

Tally PairFinder::strangers(std::size_t begin, std::size_t end, std::size_t step) const {
    Tally tally;
    const std::int64_t skew =
        whole_days_ ? day_us : std::chrono::microseconds(std::chrono::hours(1)).count();
    Pair pair;
    for (std::size_t j = begin; j < end; j += step) {
        const Transfer& destination = destinations_->transfers[j];
        const std::int64_t at = time_of(destination);
        const Reach reach = reach_of(destination, at + skew, at + reach_.window.count());
        const std::int64_t middle = bucket_of(destination.minor);
        const std::int64_t around = reach_.band_ppm == 0 ? 0 : 1;
        for (std::int64_t bucket = middle - around; bucket <= middle + around; ++bucket)
            for (const std::uint32_t origin :
                 evidence_.of(mix(any, group_of(destination, bucket)), reach.first, reach.last)) {
                if (minors_[origin] < reach.low || minors_[origin] > reach.high ||
                    !may_belong(origins_->transfers[origin], destination))
                    continue;
                describe(origin, static_cast<std::uint32_t>(j), pair);
                tally.add(pair, 1);
            }
    }
    return tally;
}

} // namespace settled::record_linkage
