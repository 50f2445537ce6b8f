#include "record_linkage/linker.h"

#include "record_linkage/finder.h"
#include "record_linkage/ladder.h"
#include "record_linkage/model.h"
#include "record_linkage/one_to_one.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <thread>
#include <vector>

namespace settled::record_linkage {

namespace {

// Fewer settlements than this teach nothing.
constexpr std::size_t learnable_min = 100;
constexpr double learnt_matches_min = 40;
// Where fewer than this share seem to have a partner, what was learnt may be chance.
constexpr double learnt_share_min = 0.02;
// Among strangers only, learning finds similar pairs too, but it is nearly never sure of them: at
// least this share of the matches found must be sure.
constexpr double sure_share_min = 0.06;
// What is learnt from this many settlements in the middle of the file does not get better with
// more.
constexpr std::size_t lesson_max = 12'000;
constexpr std::size_t lesson_pairs_max = 2'000'000;
constexpr std::size_t lesson_step = 2'000;
constexpr std::size_t find_step = 1'000; // for each thread
constexpr std::size_t threads_max = 16;
constexpr double strangers_max = 2e6;
constexpr int lessons = 8;
// Settlements decided at a time, at least; the pairs of as many more on both sides are held.
constexpr std::size_t stretch_min = 20'000;
// Pairs below both of these weights, the second from the best of their destination, are dropped.
constexpr float unlikely = -3;
constexpr float far_below = 18;
// A match needs this posterior, and more if otherwise more than the budget would be wrong.
constexpr float posterior_min = 0.999F;
constexpr double wrong_share_max = 2e-5;

class Linker {
  public:
    Linker(const Side& origins, const Side& destinations, const Texts& texts,
           const LinkOptions& options)
        : origins_(origins), destinations_(destinations), texts_(texts), options_(options),
          finder_(origins, destinations, texts, options.bounds) {}

    Linked run();

  private:
    void report(std::string_view what, std::size_t done, std::size_t total) const {
        if (options_.progress)
            options_.progress(what, done, total);
    }
    std::int64_t time(std::size_t destination) const {
        return finder_.time_of(destinations_.transfers[destination]);
    }
    // The first destination that is later than this one by more than the reach.
    std::size_t behind(std::size_t destination) const;
    std::size_t before(std::size_t destination) const;
    Tally strangers(std::size_t begin, std::size_t end) const;
    bool learn();
    std::size_t set_threshold(std::span<const Pair> pairs);
    void decide_all();
    std::size_t find(std::size_t begin, std::size_t end, std::vector<Pair>& pairs) const;
    std::size_t threads() const;
    template <class Find>
    void in_parts(std::size_t begin, std::size_t end, std::vector<Pair>& out, const Find& find);
    void decide(std::span<const Pair> pairs, std::size_t begin, std::size_t end);

    const Side& origins_;
    const Side& destinations_;
    const Texts& texts_;
    const LinkOptions& options_;
    PairFinder finder_;
    Model model_;
    float threshold_ = posterior_min;
    std::vector<bool> taken_; // origins
    Linked out_;
};

std::size_t Linker::threads() const {
    return std::clamp<std::size_t>(options_.threads, 1, threads_max);
}

// Runs `find` on equal parts of [begin, end), each in a thread, and appends what they find in
// order: the number of threads changes nothing but the time.
template <class Find>
void Linker::in_parts(std::size_t begin, std::size_t end, std::vector<Pair>& out,
                      const Find& find) {
    const std::size_t parts = threads();
    if (parts == 1) {
        out_.compared += find(begin, end, out);
        return;
    }
    std::vector<std::vector<Pair>> found(parts);
    std::vector<std::size_t> compared(parts);
    {
        std::vector<std::jthread> running;
        for (std::size_t part = 0; part < parts; ++part)
            running.emplace_back([&, part] {
                compared[part] = find(begin + (end - begin) * part / parts,
                                      begin + (end - begin) * (part + 1) / parts, found[part]);
            });
    }
    for (const std::vector<Pair>& part : found)
        out.insert(out.end(), part.begin(), part.end());
    out_.compared = std::reduce(compared.begin(), compared.end(), out_.compared);
}

std::size_t Linker::behind(std::size_t destination) const {
    const std::int64_t limit = time(destination) + widened(options_.bounds).window.count();
    return static_cast<std::size_t>(
        std::ranges::upper_bound(destinations_.transfers, limit, {},
                                 [&](const Transfer& t) { return finder_.time_of(t); }) -
        destinations_.transfers.begin());
}

std::size_t Linker::before(std::size_t destination) const {
    const std::int64_t limit = time(destination) - widened(options_.bounds).window.count();
    return static_cast<std::size_t>(
        std::ranges::lower_bound(destinations_.transfers, limit, {},
                                 [&](const Transfer& t) { return finder_.time_of(t); }) -
        destinations_.transfers.begin());
}

// A sample of them, spread over the stretch.
Tally Linker::strangers(std::size_t begin, std::size_t end) const {
    const std::size_t probes = std::min<std::size_t>(end - begin, 64);
    const double each =
        finder_.strangers(begin, end, (end - begin) / probes).pairs / static_cast<double>(probes);
    const double wanted =
        std::clamp(strangers_max / (each + 1e-3), 1.0, static_cast<double>(end - begin));
    return finder_.strangers(begin, end, (end - begin) / static_cast<std::size_t>(wanted));
}

bool Linker::learn() {
    const std::size_t count = destinations_.transfers.size();
    if (count < learnable_min || origins_.transfers.size() < learnable_min)
        return false;
    report("learning", 0, lessons + 2);
    const std::size_t begin = count > lesson_max ? (count - lesson_max) / 2 : 0;
    std::size_t end = begin;
    std::vector<Pair> pairs;
    while (end < std::min(count, begin + lesson_max) && pairs.size() < lesson_pairs_max) {
        const std::size_t next = std::min(count, end + lesson_step);
        in_parts(end, next, pairs, [&](std::size_t from, std::size_t to, std::vector<Pair>& out) {
            return finder_.find(from, to, nullptr, out);
        });
        end = next;
    }
    report("learning", 1, lessons + 2);
    model_ = Model(strangers(begin, end));
    Tally kept;
    for (const Pair& pair : pairs)
        kept.add(pair, 1);
    const auto share = static_cast<double>(end - begin) / static_cast<double>(count);
    double matched = 0;
    for (int lesson = 0; lesson < lessons; ++lesson) {
        report("learning", static_cast<std::size_t>(lesson) + 2, lessons + 2);
        for (Pair& pair : pairs)
            pair.weight = static_cast<float>(model_.weigh(pair));
        estimate_one_to_one(pairs);
        Tally truths;
        for (const Pair& pair : pairs)
            if (pair.posterior > 0)
                truths.add(pair, pair.posterior);
        model_.learn(truths, kept, static_cast<double>(origins_.transfers.size()) * share,
                     static_cast<double>(end - begin));
        matched = truths.pairs;
    }
    for (Pair& pair : pairs)
        pair.weight = static_cast<float>(model_.weigh(pair));
    one_to_one(pairs);
    const std::size_t sure = set_threshold(pairs);
    report("learning", lessons + 2, lessons + 2);
    if (static_cast<double>(sure) < sure_share_min * matched)
        return false;
    return matched >=
           std::max(learnt_matches_min, learnt_share_min * static_cast<double>(end - begin));
}

// The lowest posterior at which the matches expected to be wrong stay within the budget; gives how
// many pairs reach it.
std::size_t Linker::set_threshold(std::span<const Pair> pairs) {
    std::vector<float> posteriors;
    for (const Pair& pair : pairs)
        if (pair.within_bounds && pair.posterior >= posterior_min)
            posteriors.push_back(pair.posterior);
    std::ranges::sort(posteriors, std::greater<>());
    double wrong = 0;
    double number = 0;
    threshold_ = posterior_min;
    for (const float posterior : posteriors) {
        wrong += 1 - static_cast<double>(posterior);
        number += 1;
        if (wrong > wrong_share_max * number + 0.01) {
            threshold_ = posterior;
            break;
        }
    }
    return static_cast<std::size_t>(number);
}

void Linker::decide_all() {
    const std::size_t count = destinations_.transfers.size();
    std::vector<Pair> pairs; // of destinations [held, found)
    std::size_t held = 0;
    std::size_t found = 0;
    for (std::size_t begin = 0; begin < count;) {
        report("matching", begin, count);
        const std::size_t end = std::min(count, std::max(begin + stretch_min, behind(begin)));
        const std::size_t until = end == count ? count : behind(end - 1);
        const std::size_t from = before(begin);
        const auto kept = std::ranges::lower_bound(pairs, from, {}, &Pair::destination);
        pairs.erase(pairs.begin(), kept);
        held = std::max(held, from);
        while (found < until) {
            const std::size_t next = std::min(until, found + find_step * threads());
            in_parts(found, next, pairs,
                     [&](std::size_t from, std::size_t to, std::vector<Pair>& out) {
                         return find(from, to, out);
                     });
            found = next;
        }
        one_to_one(pairs, begin, end);
        decide(pairs, begin, end);
        begin = end;
    }
    report("matching", count, count);
}

// Appends the pairs that matter; in a crowd of equal amounts most do not. A pair far below the best
// of its destination, and unlikely in itself, adds next to nothing to what else could be true.
std::size_t Linker::find(std::size_t begin, std::size_t end, std::vector<Pair>& pairs) const {
    const auto old = static_cast<std::ptrdiff_t>(pairs.size());
    const std::size_t compared = finder_.find(begin, end, &model_, pairs);
    for (std::size_t k = static_cast<std::size_t>(old); k < pairs.size();) {
        const std::size_t first = k;
        float best = weight_min;
        for (; k < pairs.size() && pairs[k].destination == pairs[first].destination; ++k) {
            pairs[k].weight = static_cast<float>(model_.weigh(pairs[k]));
            best = std::max(best, pairs[k].weight);
        }
        for (std::size_t i = first; i < k; ++i)
            if (pairs[i].weight < std::min(unlikely, best - far_below))
                pairs[i].weight = weight_min - 1;
    }
    const auto rest = std::remove_if(pairs.begin() + old, pairs.end(),
                                     [](const Pair& pair) { return pair.weight < weight_min; });
    pairs.erase(rest, pairs.end());
    return compared;
}

void Linker::decide(std::span<const Pair> pairs, std::size_t begin, std::size_t end) {
    auto pair = std::ranges::lower_bound(pairs, begin, {}, &Pair::destination);
    while (pair != pairs.end() && pair->destination < end) {
        const std::uint32_t destination = pair->destination;
        const Pair* best = nullptr;
        float all = 0;
        for (; pair != pairs.end() && pair->destination == destination; ++pair) {
            if (!pair->within_bounds)
                continue;
            all += pair->posterior;
            if (best == nullptr || pair->posterior > best->posterior)
                best = &*pair;
        }
        if (best == nullptr)
            continue;
        if (best->posterior >= threshold_ && !taken_[best->origin]) {
            taken_[best->origin] = true;
            out_.matches.push_back({best->origin, destination, best->posterior});
            out_.expected_wrong += 1 - static_cast<double>(best->posterior);
        } else if (all >= 0.5F) {
            out_.ambiguous[destination] = true;
        }
    }
}

Linked Linker::run() {
    taken_.assign(origins_.transfers.size(), false);
    out_.ambiguous.assign(destinations_.transfers.size(), false);
    out_.learnt = learn();
    if (out_.learnt)
        decide_all();
    else
        by_ladder(origins_, destinations_, texts_, options_.bounds, out_);
    return std::move(out_);
}

} // namespace

Linked link_sides(const Side& origins, const Side& destinations, const Texts& texts,
                  const LinkOptions& options) {
    if (options.progress)
        options.progress("preparing", 0, 1);
    return Linker(origins, destinations, texts, options).run();
}

} // namespace settled::record_linkage
