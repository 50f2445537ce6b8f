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
constexpr std::size_t find_step = 1'000; // for each thread
constexpr std::size_t threads_max = 16;
constexpr double strangers_max = 2e6;
constexpr int lessons = 8;
// Settlements decided at a time, at least; the pairs of as many more on both sides are held.
constexpr std::size_t stretch_min = 20'000;
// Odds that no pair overcomes.
constexpr double unseen_max = 1e30;
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
    std::size_t set_threshold(std::span<const Edge> edges);
    void decide_all();
    void find(std::size_t begin, std::size_t end, std::vector<Edge>& edges);
    std::size_t threads() const;
    template <class Out, class Take>
    void in_parts(std::size_t begin, std::size_t end, const Model* model, std::vector<Out>& out,
                  const Take& take);
    void decide(std::span<const Edge> edges, std::size_t begin, std::size_t end);

    const Side& origins_;
    const Side& destinations_;
    const Texts& texts_;
    const LinkOptions& options_;
    PairFinder finder_;
    Model model_;
    float threshold_ = posterior_min;
    std::vector<bool> taken_;   // origins
    std::vector<float> unseen_; // by destination: odds of pairs that a limit left out
    Linked out_;
};

std::size_t Linker::threads() const {
    return std::clamp<std::size_t>(options_.threads, 1, threads_max);
}

// Finds the pairs of equal parts of [begin, end), each in a thread, and appends what `take` makes of
// those of each destination in order: the number of threads changes nothing but the time.
template <class Out, class Take>
void Linker::in_parts(std::size_t begin, std::size_t end, const Model* model, std::vector<Out>& out,
                      const Take& take) {
    const std::size_t parts = threads();
    std::vector<std::vector<Out>> found(parts);
    std::vector<PairFinder::Work> work(parts);
    const auto find = [&](std::size_t part, std::vector<Out>& into) {
        work[part] = finder_.find(begin + (end - begin) * part / parts,
                                  begin + (end - begin) * (part + 1) / parts, model,
                                  [&](std::size_t destination, std::span<Pair> pairs,
                                      double unseen) { take(destination, pairs, unseen, into); });
    };
    if (parts == 1) {
        find(0, out);
    } else {
        {
            std::vector<std::jthread> running;
            for (std::size_t part = 0; part < parts; ++part)
                running.emplace_back([&, part] { find(part, found[part]); });
        }
        for (const std::vector<Out>& part : found)
            out.insert(out.end(), part.begin(), part.end());
    }
    for (const PairFinder::Work& part : work) {
        out_.compared += part.gathered;
        out_.limited += part.limited;
    }
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
        const std::size_t next = std::min(count, end + find_step);
        in_parts(end, next, nullptr, pairs,
                 [](std::size_t, std::span<Pair> found, double, std::vector<Pair>& out) {
                     out.insert(out.end(), found.begin(), found.end());
                 });
        end = next;
    }
    report("learning", 1, lessons + 2);
    model_ = Model(strangers(begin, end));
    Tally kept;
    for (const Pair& pair : pairs)
        kept.add(pair, 1);
    const auto share = static_cast<double>(end - begin) / static_cast<double>(count);
    std::vector<Edge> edges;
    for (const Pair& pair : pairs)
        edges.push_back({.origin = pair.origin,
                         .destination = pair.destination,
                         .within_bounds = pair.within_bounds});
    const auto weigh = [&] {
        for (std::size_t k = 0; k < pairs.size(); ++k)
            edges[k].weight = static_cast<float>(model_.weigh(pairs[k]));
    };
    double matched = 0;
    for (int lesson = 0; lesson < lessons; ++lesson) {
        report("learning", static_cast<std::size_t>(lesson) + 2, lessons + 2);
        weigh();
        estimate_one_to_one(edges);
        Tally truths;
        for (std::size_t k = 0; k < pairs.size(); ++k)
            if (edges[k].posterior > 0)
                truths.add(pairs[k], static_cast<double>(edges[k].posterior));
        model_.learn(truths, kept, static_cast<double>(origins_.transfers.size()) * share,
                     static_cast<double>(end - begin));
        matched = truths.pairs;
    }
    weigh();
    one_to_one(edges);
    const std::size_t sure = set_threshold(edges);
    report("learning", lessons + 2, lessons + 2);
    if (static_cast<double>(sure) < sure_share_min * matched)
        return false;
    return matched >=
           std::max(learnt_matches_min, learnt_share_min * static_cast<double>(end - begin));
}

// The lowest posterior at which the matches expected to be wrong stay within the budget; gives how
// many pairs reach it.
std::size_t Linker::set_threshold(std::span<const Edge> edges) {
    std::vector<float> posteriors;
    for (const Edge& pair : edges)
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
    std::vector<Edge> edges; // of destinations [held, found)
    std::size_t held = 0;
    std::size_t found = 0;
    for (std::size_t begin = 0; begin < count;) {
        const std::size_t end = std::min(count, std::max(begin + stretch_min, behind(begin)));
        const std::size_t until = end == count ? count : behind(end - 1);
        const std::size_t from = before(begin);
        const auto kept = std::ranges::lower_bound(edges, from, {}, &Edge::destination);
        edges.erase(edges.begin(), kept);
        held = std::max(held, from);
        while (found < until) {
            report("matching", found, count);
            const std::size_t next = std::min(until, found + find_step * threads());
            find(found, next, edges);
            found = next;
        }
        const auto unseen = std::max_element(unseen_.begin() + static_cast<std::ptrdiff_t>(held),
                                             unseen_.begin() + static_cast<std::ptrdiff_t>(until));
        one_to_one(edges, {.of_destinations = unseen_, .of_origins = static_cast<double>(*unseen)},
                   begin, end);
        decide(edges, begin, end);
        begin = end;
    }
    report("matching", count, count);
}

// Appends the pairs that matter; in a crowd of equal amounts most do not.
void Linker::find(std::size_t begin, std::size_t end, std::vector<Edge>& edges) {
    in_parts(begin, end, &model_, edges,
             [this](std::size_t destination, std::span<Pair> pairs, double unseen,
                    std::vector<Edge>& out) {
                 unseen_[destination] = static_cast<float>(std::min(unseen, unseen_max));
                 for (const Pair& pair : pairs) {
                     const auto weight = static_cast<float>(model_.weigh(pair));
                     if (weight >= weight_min)
                         out.push_back({.origin = pair.origin,
                                        .destination = pair.destination,
                                        .weight = weight,
                                        .within_bounds = pair.within_bounds});
                 }
             });
}

void Linker::decide(std::span<const Edge> edges, std::size_t begin, std::size_t end) {
    auto edge = std::ranges::lower_bound(edges, begin, {}, &Edge::destination);
    while (edge != edges.end() && edge->destination < end) {
        const std::uint32_t destination = edge->destination;
        const Edge* best = nullptr;
        float all = 0;
        for (; edge != edges.end() && edge->destination == destination; ++edge) {
            if (!edge->within_bounds)
                continue;
            all += edge->posterior;
            if (best == nullptr || edge->posterior > best->posterior)
                best = &*edge;
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
    unseen_.assign(destinations_.transfers.size(), 0);
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
