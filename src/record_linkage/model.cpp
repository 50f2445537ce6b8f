#include "record_linkage/model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace settled::record_linkage {

namespace {

// The prior belief counts as much as this many seen pairs.
constexpr double belief = 40;
constexpr double words_belief = 30;
// One comparison of words says no more than this, however rarely strangers were seen so.
constexpr double words_weight_max = 4;
// At least this share of transfers is taken to have no partner here, whatever was learnt.
constexpr double lonely_share_min = 0.003;

double sum(std::span<const double> counts) {
    return std::accumulate(counts.begin(), counts.end(), 0.0);
}

// What true pairs are believed to look like. Only the order matters much; with more than a few
// hundred pairs the files decide.
std::vector<double> believed_memo() {
    std::vector<double> shares(cells::memo_count, 1e-4);
    const auto put = [&](std::size_t kind, double share) {
        for (std::size_t step = 0; step < cells::rarity_steps; ++step)
            shares[kind * cells::rarity_steps + step] =
                share * (step < 4 ? 0.02 : 0.96 / (cells::rarity_steps - 4.0));
    };
    put(static_cast<std::size_t>(Likeness::both_empty), 0.01);
    put(static_cast<std::size_t>(Likeness::one_empty), 0.01);
    put(static_cast<std::size_t>(Likeness::nothing_shared), 0.01);
    put(static_cast<std::size_t>(Likeness::equal), 0.4);
    constexpr double rest[] = {0.45, 0.3, 0.2, 0.05};
    for (std::size_t inexact = 0; inexact < 2; ++inexact)
        for (std::size_t a = 0; a < rest_count; ++a)
            for (std::size_t b = 0; b < rest_count; ++b)
                put(4 + inexact * rest_count * rest_count + a * rest_count + b,
                    0.57 * rest[a] * rest[b] * (inexact != 0 ? 0.15 : 0.85));
    return shares;
}

// The cells of the memo, each step of rarity on its own, but with the kinds of likeness within a
// step leaning on those of all rare steps: what is seen a few times at one step has been seen often
// at the others. `floor` is what a step has at least.
std::vector<double> smoothed_memo(std::span<const double> counts, std::span<const double> floor) {
    constexpr double lean = 30;
    constexpr std::size_t first_rare = 3;
    std::vector<double> kinds(cells::memo_kinds, 0.5);
    std::vector<double> steps(cells::rarity_steps);
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const std::size_t step = i % cells::rarity_steps;
        steps[step] += counts[i];
        if (step >= first_rare)
            kinds[i / cells::rarity_steps] += counts[i];
    }
    const double kinds_all = sum(kinds);
    std::vector<double> out(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const std::size_t step = i % cells::rarity_steps;
        if (step < first_rare) {
            out[i] = counts[i] + 0.5;
            continue;
        }
        const double share =
            (counts[i] + lean * kinds[i / cells::rarity_steps] / kinds_all) / (steps[step] + lean);
        out[i] = std::max(steps[step], floor[step]) * share;
    }
    const double all = sum(out);
    for (double& share : out)
        share /= all;
    return out;
}

// Strangers that share a part rarer by e are about e times fewer. A step in which fewer were seen
// than this is taken to have this many.
std::vector<double> fewest_strangers(double pairs) {
    std::vector<double> floor(cells::rarity_steps);
    for (std::size_t step = 0; step < floor.size(); ++step)
        floor[step] = std::max(1.0, pairs * std::exp(-static_cast<double>(step)) / 30);
    return floor;
}

std::vector<double> mixed(std::span<const double> counts, std::span<const double> believed,
                          double strength) {
    const double all = sum(counts) + strength * sum(believed);
    std::vector<double> shares(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i)
        shares[i] = (counts[i] + strength * believed[i]) / all;
    return shares;
}

std::vector<float> log_ratio(const std::vector<double>& truths,
                             const std::vector<double>& strangers) {
    std::vector<float> out(truths.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<float>(std::log(truths[i] / strangers[i]));
    return out;
}

std::vector<double> even(std::size_t count) {
    return std::vector<double>(count, 1.0 / static_cast<double>(count));
}

} // namespace

Model::Model(const Tally& strangers) : strangers_(strangers) {
    weigh_cells(Tally(), belief);
    matched_share_ = 0.8;
    prior_ = std::log(matched_share_ / (0.2 * 0.2));
}

double Model::weigh(const Pair& pair) const {
    const auto agreement = [&](std::size_t which, Agreement how) {
        return ids_[which][static_cast<std::size_t>(how)];
    };
    return prior_ - static_cast<double>(pair.crowd) + memo_[pair.memo] +
           words_[pair.rests * cells::words_count + pair.words] + amount_[pair.amount] -
           pair.amount_chance + delay_[pair.delay] + agreement(0, pair.end_to_end_id) +
           agreement(1, pair.payer_account) + agreement(2, pair.payer_name) - pair.id_chance;
}

void Model::learn(const Tally& truths, const Tally& kept, double origins, double destinations) {
    // Strangers' delays are those of all pairs without the true ones.
    for (std::size_t i = 0; i < strangers_.delay.size(); ++i)
        strangers_.delay[i] = std::max(0.0, kept.delay[i] - truths.delay[i]);
    weigh_cells(truths, belief);
    const double matched = truths.pairs;
    const double lonely_origins = std::max(origins - matched, lonely_share_min * origins + 1);
    const double lonely_destinations =
        std::max(destinations - matched, lonely_share_min * destinations + 1);
    matched_share_ = matched / std::max(1.0, destinations);
    prior_ = std::log(matched * origins / (lonely_origins * lonely_destinations));
}

void Model::weigh_cells(const Tally& truths, double strength) {
    const auto strange_memo =
        smoothed_memo(strangers_.memo, fewest_strangers(sum(strangers_.memo)));
    memo_ = log_ratio(mixed(truths.memo, believed_memo(), strength), strange_memo);

    // Words left over, within each kind of rests; what is not seen is put together from the words
    // of each side.
    words_.assign(truths.words.size(), 0);
    for (std::size_t rests = 0; rests < cells::rests_count; ++rests) {
        const std::span strange(&strangers_.words[rests * cells::words_count], cells::words_count);
        const std::span seen(&truths.words[rests * cells::words_count], cells::words_count);
        const double all = sum(strange);
        if (all < 1 || sum(seen) < 1)
            continue;
        std::vector<double> origin_words(usual_word_values);
        std::vector<double> destination_words(usual_word_values);
        for (std::size_t w = 0; w < cells::words_count; ++w) {
            origin_words[w / usual_word_values] += strange[w] / all;
            destination_words[w % usual_word_values] += strange[w] / all;
        }
        std::vector<double> apart(cells::words_count);
        for (std::size_t w = 0; w < cells::words_count; ++w)
            apart[w] = (origin_words[w / usual_word_values] + 1e-4) *
                       (destination_words[w % usual_word_values] + 1e-4);
        const auto strange_shares = mixed(strange, apart, words_belief);
        const auto true_shares = mixed(seen, strange_shares, words_belief);
        for (std::size_t w = 0; w < cells::words_count; ++w)
            words_[rests * cells::words_count + w] = static_cast<float>(std::clamp(
                std::log(true_shares[w] / strange_shares[w]), -words_weight_max, words_weight_max));
    }

    // Equal amounts carry their own chance in the pair; strangers' other ratios are nearly even.
    auto believed_amount = even(cells::amount_count);
    for (double& share : believed_amount)
        share *= 0.5;
    believed_amount[cells::amount_equal] = 0.5;
    auto strange_amount = mixed(strangers_.amount, even(cells::amount_count), belief);
    strange_amount[cells::amount_equal] = 1;
    amount_ = log_ratio(mixed(truths.amount, believed_amount, strength), strange_amount);

    std::vector<double> believed_delay(cells::delay_count);
    for (std::size_t i = 0; i < believed_delay.size(); ++i)
        believed_delay[i] =
            1 / (1.0 + static_cast<double>(i > cells::hours_steps ? i - cells::hours_steps : 0));
    const double delays = sum(believed_delay);
    for (double& share : believed_delay)
        share /= delays;
    delay_ = log_ratio(mixed(truths.delay, believed_delay, strength),
                       mixed(strangers_.delay, even(cells::delay_count), belief));

    // Of an id that both sides have. Equal ids carry their chance in the pair.
    constexpr double believed[3][4] = {
        {0, 0.97, 0.0, 0.03}, {0, 0.99, 0.0, 0.01}, {0, 0.6, 0.3, 0.1}};
    for (std::size_t which = 0; which < 3; ++which) {
        const std::span seen(&truths.ids[which][1], 3);
        const std::span strange(&strangers_.ids[which][1], 3);
        const auto t = mixed(seen, std::span(&believed[which][1], 3), strength);
        const auto s = mixed(strange, std::vector<double>{0.02, 0.05, 0.93}, 20);
        ids_[which] = {0, 0, 0, 0};
        for (std::size_t i = 0; i < 3; ++i)
            if (t[i] > 0)
                ids_[which][i + 1] =
                    static_cast<float>(std::log(t[i] / (i == 0 && which < 2 ? 1.0 : s[i])));
    }
    bound_cells();
}

namespace {

// Whether a pair of this kind (cells.h) may have, for certain, a rare word left over on these sides.
bool fits(std::size_t kind, bool origin_left, bool destination_left) {
    constexpr std::size_t alike = 4; // kinds before those of aligned memos
    if (kind == static_cast<std::size_t>(Likeness::equal))
        return !origin_left && !destination_left;
    if (kind < alike)
        return true;
    const auto origin = static_cast<Rest>((kind - alike) % cells::rests_count / rest_count);
    const auto destination = static_cast<Rest>((kind - alike) % rest_count);
    // A memo that was cut has nothing left over, so only one side can be left behind a cut.
    const bool both = origin_left && destination_left;
    const auto fits_one = [&](bool is_left, Rest rest) {
        return !is_left || rest == Rest::rare || (rest == Rest::behind_cut && !both);
    };
    return fits_one(origin_left, origin) && fits_one(destination_left, destination);
}

} // namespace

void Model::bound_cells() {
    std::array<float, cells::rests_count> words{};
    for (std::size_t rests = 0; rests < words.size(); ++rests) {
        const auto first = words_.begin() + static_cast<std::ptrdiff_t>(rests * cells::words_count);
        words[rests] =
            *std::max_element(first, first + static_cast<std::ptrdiff_t>(cells::words_count));
    }
    for (std::size_t sides = 0; sides < memo_at_most_.size(); ++sides) {
        auto& most = memo_at_most_[sides];
        most.fill(std::numeric_limits<float>::lowest());
        for (std::size_t cell = 0; cell < memo_.size(); ++cell) {
            const std::size_t kind = cell / cells::rarity_steps;
            if (!fits(kind, (sides & 2U) != 0, (sides & 1U) != 0))
                continue;
            const float with = memo_[cell] + words[kind < 4 ? 0 : (kind - 4) % cells::rests_count];
            most[cell % cells::rarity_steps] = std::max(most[cell % cells::rarity_steps], with);
        }
        for (std::size_t step = 1; step < most.size(); ++step)
            most[step] = std::max(most[step], most[step - 1]);
    }
    const float delay = *std::ranges::max_element(delay_);
    place_at_most_ = *std::max_element(amount_.begin() + 1, amount_.end()) + delay;
    equal_amount_at_most_ = amount_[cells::amount_equal] + delay;
    other_ids_at_most_ = equal_ids_at_most_ = 0;
    for (const auto& id : ids_) {
        const float other = std::max({0.0F, id[static_cast<std::size_t>(Agreement::near)],
                                      id[static_cast<std::size_t>(Agreement::differ)]});
        other_ids_at_most_ += other;
        equal_ids_at_most_ += std::max(other, id[static_cast<std::size_t>(Agreement::equal)]);
    }
}

} // namespace settled::record_linkage
