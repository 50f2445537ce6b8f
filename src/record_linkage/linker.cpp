#include "record_linkage/linker.h"

#include "record_linkage/finder.h"
#include "record_linkage/ladder.h"
#include "record_linkage/model.h"
#include "record_linkage/one_to_one.h"

#include <algorithm>
#include <chrono>
#include <cmath>
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
constexpr std::size_t stretch_windows = 2;
// Of more than this many pairs of a destination the best are compared one with the other; the others
// count as weak ones, which is enough to see that none of them stands out.
constexpr std::size_t edges_max = 24;
// A match needs this posterior, and more if otherwise more than the budget would be wrong.
constexpr float posterior_min = 0.99894F;
constexpr double wrong_share_max = 2.02e-5;
// Where a settlement has more rivals than this on the average, or more that are not weak ones, many of
// them are alike, and posteriors are too high by a factor that grows with them: a match needs these.
constexpr double crowded_rivals = 40;
constexpr double crowded_strong_rivals = 20;
constexpr float posterior_min_crowded = 0.99999F;
constexpr float posterior_min_strong_crowd = 0.999999F;

// What was compared for learning: the pairs of destinations [begin, end).
struct Lesson {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::vector<Pair> pairs;
    bool is_whole = false; // no limit left anything out, nor would when it is decided
};

// The pairs that a decision needs, in order of the destinations.
struct Weighed {
    std::vector<Edge> edges;
    std::vector<WeakEdge> weak;

    // Forgets those of destinations before this one.
    void forget(std::size_t destination) {
        const auto before = [&](auto& pairs, auto end) {
            pairs.erase(pairs.begin(), std::ranges::lower_bound(pairs, destination, {}, end));
        };
        before(edges, &Edge::destination);
        before(weak, &WeakEdge::destination);
    }
};

template <class T>
void append(std::vector<T>& to, std::span<const T> from) {
    to.insert(to.end(), from.begin(), from.end());
}
void append(std::vector<Pair>& to, const std::vector<Pair>& from) {
    append(to, std::span(from));
}
void append(Weighed& to, const Weighed& from) {
    append(to.edges, std::span(from.edges));
    append(to.weak, std::span(from.weak));
}

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
    void be_stricter_in_a_crowd(std::span<const Edge> edges);
    void decide_all();
    void find(std::size_t begin, std::size_t end, Weighed& out);
    std::size_t threads() const;
    template <class Out, class Take>
    void in_parts(std::size_t begin, std::size_t end, const Model* model, Out& out,
                  const Take& take);
    void decide(std::span<const Edge> edges, std::size_t begin, std::size_t end);
    void doubt(std::size_t destination, const LeftOut& left_out);
    void keep(std::span<const Pair> pairs, Weighed& out) const;
    void find_in(std::size_t begin, std::size_t end, Weighed& out);

    const Side& origins_;
    const Side& destinations_;
    const Texts& texts_;
    const LinkOptions& options_;
    PairFinder finder_;
    Model model_;
    float threshold_ = posterior_min;
    bool is_crowded_ = false;
    std::vector<bool> taken_; // origins
    // Odds of pairs that a limit left out.
    std::vector<float> unseen_of_origins_;
    std::vector<float> unseen_of_destinations_;
    std::vector<float> unread_; // by destination: of whatever origin
    Lesson lesson_;
    Linked out_;
};

std::size_t Linker::threads() const {
    return std::clamp<std::size_t>(options_.threads, 1, threads_max);
}

// Finds the pairs of equal parts of [begin, end), each in a thread, and appends what `take` makes of
// those of each destination in order: the number of threads changes nothing but the time.
template <class Out, class Take>
void Linker::in_parts(std::size_t begin, std::size_t end, const Model* model, Out& out,
                      const Take& take) {
    struct Part {
        PairFinder::Work work;
        Out found;
        std::vector<LeftOut::Of> left_out;
    };
    std::vector<Part> parts(threads());
    const auto find = [&](std::size_t number, Out& found) {
        Part& part = parts[number];
        part.work = finder_.find(
            begin + (end - begin) * number / parts.size(),
            begin + (end - begin) * (number + 1) / parts.size(), model,
            [&](std::size_t destination, std::span<Pair> pairs, const LeftOut& left_out) {
                doubt(destination, left_out);
                part.left_out.insert(part.left_out.end(), left_out.known.begin(),
                                     left_out.known.end());
                take(pairs, found);
            });
    };
    if (parts.size() == 1) {
        find(0, out);
    } else {
        std::vector<std::jthread> running;
        for (std::size_t number = 0; number < parts.size(); ++number)
            running.emplace_back([&, number] { find(number, parts[number].found); });
    }
    for (const Part& part : parts) {
        append(out, part.found);
        out_.compared += part.work.gathered;
        out_.limited += part.work.limited;
        for (const auto& [origin, odds] : part.left_out)
            unseen_of_origins_[origin] = std::max(unseen_of_origins_[origin], odds);
    }
}

// Called for different destinations at once.
void Linker::doubt(std::size_t destination, const LeftOut& left_out) {
    float most = left_out.unread;
    for (const auto& [origin, odds] : left_out.known)
        most = std::max(most, odds);
    unseen_of_destinations_[destination] = most;
    unread_[destination] = left_out.unread;
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
    lesson_.begin = lesson_.end = count > lesson_max ? (count - lesson_max) / 2 : 0;
    std::vector<Pair>& pairs = lesson_.pairs;
    while (lesson_.end < std::min(count, lesson_.begin + lesson_max) &&
           pairs.size() < lesson_pairs_max) {
        const std::size_t next = std::min(count, lesson_.end + find_step);
        in_parts(lesson_.end, next, nullptr, pairs,
                 [](std::span<const Pair> found, std::vector<Pair>& out) { append(out, found); });
        lesson_.end = next;
    }
    const std::size_t begin = lesson_.begin;
    const std::size_t end = lesson_.end;
    lesson_.is_whole = out_.limited == 0 && options_.bounds.read_max >= Bounds().read_max &&
                       options_.bounds.compared_max >= Bounds().compared_max;
    out_.limited = 0;
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
            if (edges[k].posterior > 1e-6F)
                truths.add(pairs[k], static_cast<double>(edges[k].posterior));
        model_.learn(truths, kept, static_cast<double>(origins_.transfers.size()) * share,
                     static_cast<double>(end - begin));
        matched = truths.pairs;
    }
    weigh();
    one_to_one(edges);
    const std::size_t sure = set_threshold(edges);
    be_stricter_in_a_crowd(edges);
    report("learning", lessons + 2, lessons + 2);
    if (static_cast<double>(sure) < sure_share_min * matched)
        return false;
    return matched >=
           std::max(learnt_matches_min, learnt_share_min * static_cast<double>(end - begin));
}

void Linker::be_stricter_in_a_crowd(std::span<const Edge> edges) {
    const auto rivals = [&](float least) {
        const auto count =
            std::ranges::count_if(edges, [&](const Edge& edge) { return edge.weight >= least; });
        return static_cast<double>(count) / static_cast<double>(lesson_.end - lesson_.begin);
    };
    is_crowded_ = rivals(weight_min) > crowded_rivals;
    if (is_crowded_)
        threshold_ = std::max(threshold_, rivals(weight_weak) > crowded_strong_rivals
                                              ? posterior_min_strong_crowd
                                              : posterior_min_crowded);
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
    Weighed pairs; // of destinations [held, found)
    std::size_t held = 0;
    std::size_t found = 0;
    for (std::size_t begin = 0; begin < count;) {
        // Longer where windows are, so that each pair takes part in not much more than one stretch.
        const std::size_t window = behind(begin) - begin;
        const std::size_t end =
            std::min(count, begin + std::max(stretch_min, stretch_windows * window));
        const std::size_t until = end == count ? count : behind(end - 1);
        held = std::max(held, before(begin));
        pairs.forget(held);
        while (found < until) {
            report("matching", found, count);
            const std::size_t next = std::min(until, found + find_step * threads());
            find(found, next, pairs);
            found = next;
        }
        const auto at = [&](std::size_t place) {
            return unread_.begin() + static_cast<std::ptrdiff_t>(place);
        };
        one_to_one(pairs.edges,
                   {.of_destinations = unseen_of_destinations_,
                    .of_origins = unseen_of_origins_,
                    .of_every_origin = *std::max_element(at(held), at(until)),
                    .weak = pairs.weak},
                   begin, end);
        decide(pairs.edges, begin, end);
        begin = end;
    }
    report("matching", count, count);
}

// Appends the pairs that matter; those of the lesson are known.
void Linker::find(std::size_t begin, std::size_t end, Weighed& out) {
    if (!lesson_.is_whole)
        return find_in(begin, end, out);
    const std::size_t known = std::clamp(lesson_.begin, begin, end);
    const std::size_t unknown = std::clamp(lesson_.end, begin, end);
    find_in(begin, known, out);
    auto first = std::ranges::lower_bound(lesson_.pairs, known, {}, &Pair::destination);
    while (first != lesson_.pairs.end() && first->destination < unknown) {
        const auto last = std::ranges::upper_bound(first, lesson_.pairs.end(), first->destination,
                                                   {}, &Pair::destination);
        keep({first, last}, out);
        first = last;
    }
    find_in(unknown, end, out);
}

void Linker::find_in(std::size_t begin, std::size_t end, Weighed& out) {
    if (begin < end)
        in_parts(begin, end, &model_, out,
                 [this](std::span<const Pair> found, Weighed& out) { keep(found, out); });
}

// Pairs of one destination. In a crowd most of them do not matter each for itself.
void Linker::keep(std::span<const Pair> pairs, Weighed& out) const {
    const std::size_t first = out.edges.size();
    const float weak = is_crowded_ ? weight_weak : weight_min;
    for (const Pair& pair : pairs) {
        const auto weight = static_cast<float>(model_.weigh(pair));
        if (weight >= weak)
            out.edges.push_back({.origin = pair.origin,
                                 .destination = pair.destination,
                                 .weight = weight,
                                 .within_bounds = pair.within_bounds});
        else if (weight >= weight_min)
            out.weak.push_back({pair.origin, pair.destination, std::exp(weight)});
    }
    if (!is_crowded_ || out.edges.size() - first <= edges_max)
        return;
    const auto edges = out.edges.begin() + static_cast<std::ptrdiff_t>(first);
    const auto limit = edges + static_cast<std::ptrdiff_t>(edges_max);
    std::nth_element(edges, limit, out.edges.end(), [](const Edge& a, const Edge& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.origin < b.origin;
    });
    for (auto edge = limit; edge != out.edges.end(); ++edge)
        out.weak.push_back(
            {edge->origin, edge->destination, std::exp(std::min(edge->weight, 60.0F))});
    out.edges.erase(limit, out.edges.end());
    std::sort(edges, out.edges.end(),
              [](const Edge& a, const Edge& b) { return a.origin < b.origin; });
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
    unseen_of_origins_.assign(origins_.transfers.size(), 0);
    unseen_of_destinations_.assign(destinations_.transfers.size(), 0);
    unread_.assign(destinations_.transfers.size(), 0);
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
