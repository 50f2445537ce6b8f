#include "record_linkage/one_to_one.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace settled::record_linkage {

namespace {

constexpr int rounds_max = 12;
constexpr double settled_at = 1e-4;
// A message that changed by a smaller part of itself is not passed on.
constexpr double noticed_at = 1e-3;
// Beyond these odds nothing changes.
constexpr double weight_max = 60;
constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
// How many partners in a row are followed when the odds of the alternatives are summed, and below
// which odds a way is not followed further.
constexpr int steps_max = 3;
constexpr double way_min = 1e-7;
// A knot with more ways than this cannot be resolved: the exact odds would cost too much.
constexpr int ways_max = 4000;

// The pairs of one end of the graph, by transfer.
struct End {
    std::vector<std::uint32_t> node;  // edge -> transfer, numbered from 0
    std::vector<std::uint32_t> edges; // by transfer
    std::vector<std::uint32_t>
        begins;                 // transfer -> its first place in `edges`; one more at the end
    std::vector<double> free;   // edge -> how free this end is without it
    std::vector<char> has_news; // transfer -> whether a message to it changed
    std::vector<std::uint32_t> partner; // transfer -> its edge in the best way, or none
    std::uint32_t least = 0;            // the transfer numbered 0
    std::vector<float> unseen;          // transfer -> the odds of its pairs that are not here
    std::vector<double> second; // transfer -> the best odds among its other edges, at least 1

    std::span<const std::uint32_t> of(std::uint32_t transfer) const {
        return std::span(edges).subspan(begins[transfer], begins[transfer + 1] - begins[transfer]);
    }
};

class Graph {
  public:
    Graph(std::span<Edge> pairs, const Unseen& unseen);
    void propagate();
    void take_weak(std::span<const WeakEdge> weak);
    void estimate();
    void choose();
    void doubt(std::size_t begin, std::size_t end);

  private:
    struct Ways {
        double open = 1;   // of what this end does when it is freed, without the other end
        double closed = 0; // the same, taking the other end
    };
    static void build(End& end, std::span<const std::uint32_t> transfers);
    static void take_unseen(End& end, std::span<const float> odds, float of_every);
    double update(End& end, End& other) const;
    Ways ways(const End& end, const End& other, std::uint32_t transfer, std::uint32_t goal,
              double so_far, int step);

    std::span<Edge> pairs_;
    std::vector<std::uint32_t> edges_; // -> pair
    std::vector<double> odds_;
    End origins_;
    End destinations_;
    std::array<std::uint32_t, steps_max + 2> path_{};
    int looked_at_ = 0; // edges, for the pair in question
};

Graph::Graph(std::span<Edge> pairs, const Unseen& unseen) : pairs_(pairs) {
    std::vector<std::uint32_t> origins;
    std::vector<std::uint32_t> destinations;
    edges_.reserve(pairs.size());
    odds_.reserve(pairs.size());
    origins.reserve(pairs.size());
    destinations.reserve(pairs.size());
    for (std::uint32_t k = 0; k < pairs.size(); ++k) {
        if (pairs[k].weight < weight_min) {
            pairs[k].posterior = 0;
            continue;
        }
        edges_.push_back(k);
        odds_.push_back(std::exp(std::min(static_cast<double>(pairs[k].weight), weight_max)));
        origins.push_back(pairs[k].origin);
        destinations.push_back(pairs[k].destination);
    }
    build(origins_, origins);
    build(destinations_, destinations);
    take_unseen(origins_, unseen.of_origins, unseen.of_every_origin);
    take_unseen(destinations_, unseen.of_destinations, 0);
    for (std::size_t e = 0; e < edges_.size(); ++e) {
        const Edge& pair = pairs[edges_[e]];
        origins_.free[e] = static_cast<double>(pair.origin_free);
        destinations_.free[e] = static_cast<double>(pair.destination_free);
    }
}

void Graph::take_unseen(End& end, std::span<const float> odds, float of_every) {
    end.unseen.assign(end.partner.size(), of_every);
    for (std::size_t n = 0; n < end.unseen.size() && !odds.empty(); ++n)
        end.unseen[n] += odds[end.least + n];
}

void Graph::build(End& end, std::span<const std::uint32_t> transfers) {
    const auto count = static_cast<std::uint32_t>(transfers.size());
    if (count == 0) {
        end.begins.assign(1, 0);
        return;
    }
    const std::uint32_t least = *std::ranges::min_element(transfers);
    end.least = least;
    const std::uint32_t span = *std::ranges::max_element(transfers) - least + 1;
    end.begins.assign(span + 1, 0);
    for (const std::uint32_t t : transfers)
        ++end.begins[t - least + 1];
    for (std::uint32_t n = 0; n < span; ++n)
        end.begins[n + 1] += end.begins[n];
    std::vector<std::uint32_t> next(end.begins.begin(), end.begins.end() - 1);
    end.edges.resize(count);
    end.node.resize(count);
    for (std::uint32_t e = 0; e < count; ++e) {
        end.node[e] = transfers[e] - least;
        end.edges[next[end.node[e]]++] = e;
    }
    end.free.assign(count, 1.0);
    end.has_news.assign(span, 1);
    end.partner.assign(span, none);
}

// New messages from what the other ends say, where that has changed; gives the largest change.
double Graph::update(End& end, End& other) const {
    double change = 0;
    for (std::uint32_t n = 0; n + 1 < end.begins.size(); ++n) {
        if (end.has_news[n] == 0)
            continue;
        end.has_news[n] = 0;
        const auto mine = end.of(n);
        const auto unseen = static_cast<double>(end.unseen[n]);
        double all = unseen;
        for (const std::uint32_t e : mine)
            all += odds_[e] * other.free[e];
        for (const std::uint32_t e : mine) {
            double rivals = all - odds_[e] * other.free[e];
            // Subtraction loses the small rivals of a large one: then they are added up.
            if (rivals < all * 1e-6) {
                rivals = unseen;
                for (const std::uint32_t r : mine)
                    rivals += r == e ? 0 : odds_[r] * other.free[r];
            }
            const double now = 1 / (1 + rivals);
            const double by = std::abs(now - end.free[e]);
            if (by > noticed_at * end.free[e])
                other.has_news[other.node[e]] = 1;
            change = std::max(change, by);
            end.free[e] = now;
        }
    }
    return change;
}

void Graph::propagate() {
    for (int round = 0; round < rounds_max; ++round) {
        const double a = update(origins_, destinations_);
        const double b = update(destinations_, origins_);
        if (std::max(a, b) < settled_at)
            return;
    }
}

void Graph::estimate() {
    for (std::uint32_t e = 0; e < odds_.size(); ++e) {
        const double together = odds_[e] * origins_.free[e] * destinations_.free[e];
        Edge& pair = pairs_[edges_[e]];
        pair.posterior = static_cast<float>(together / (1 + together));
        pair.origin_free = static_cast<float>(origins_.free[e]);
        pair.destination_free = static_cast<float>(destinations_.free[e]);
    }
}

// Each weak pair adds its odds to those of staying free, as far as its other end is free.
void Graph::take_weak(std::span<const WeakEdge> weak) {
    if (weak.empty())
        return;
    const auto free_of = [&](const End& end, const End& other) {
        std::vector<float> free;
        free.reserve(end.unseen.size());
        for (std::uint32_t n = 0; n < end.unseen.size(); ++n) {
            double all = 1 + static_cast<double>(end.unseen[n]);
            for (const std::uint32_t e : end.of(n))
                all += odds_[e] * other.free[e];
            free.push_back(static_cast<float>(1 / all));
        }
        return free;
    };
    const std::vector<float> origins = free_of(origins_, destinations_);
    const std::vector<float> destinations = free_of(destinations_, origins_);
    for (const WeakEdge& pair : weak) {
        const std::size_t origin = pair.origin - origins_.least;
        const std::size_t destination = pair.destination - destinations_.least;
        const bool has_origin = pair.origin >= origins_.least && origin < origins.size();
        const bool has_destination =
            pair.destination >= destinations_.least && destination < destinations.size();
        if (has_origin)
            origins_.unseen[origin] +=
                pair.odds * (has_destination ? destinations[destination] : 1);
        if (has_destination)
            destinations_.unseen[destination] += pair.odds * (has_origin ? origins[origin] : 1);
    }
}

// The best way to pair up: the likeliest pairs first.
void Graph::choose() {
    std::vector<std::uint32_t> order;
    for (std::uint32_t e = 0; e < odds_.size(); ++e) {
        float& posterior = pairs_[edges_[e]].posterior;
        if (posterior > 0.3F)
            order.push_back(e);
        posterior = std::min(posterior, 0.5F);
    }
    const auto strength = [&](std::uint32_t e) {
        return -odds_[e] * origins_.free[e] * destinations_.free[e];
    };
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        return strength(a) != strength(b) ? strength(a) < strength(b) : a < b;
    });
    for (const std::uint32_t e : order) {
        std::uint32_t& of_origin = origins_.partner[origins_.node[e]];
        std::uint32_t& of_destination = destinations_.partner[destinations_.node[e]];
        if (of_origin == none && of_destination == none)
            of_origin = of_destination = e;
    }
    for (End* const end : {&origins_, &destinations_}) {
        end->second.resize(end->partner.size());
        for (std::uint32_t n = 0; n < end->second.size(); ++n) {
            end->second[n] = 1 + static_cast<double>(end->unseen[n]);
            for (const std::uint32_t e : end->of(n))
                if (e != end->partner[n])
                    end->second[n] = std::max(end->second[n], odds_[e]);
        }
    }
}

// The summed odds of what a freed transfer can do. `goal` is the transfer of the other end that
// was freed with it.
Graph::Ways Graph::ways(const End& end, const End& other, std::uint32_t transfer,
                        std::uint32_t goal, double so_far, int step) {
    Ways sum;
    sum.open += static_cast<double>(end.unseen[transfer]);
    path_[static_cast<std::size_t>(step)] = transfer;
    for (const std::uint32_t e : end.of(transfer)) {
        if (e == end.partner[transfer])
            continue;
        if (++looked_at_ > ways_max)
            break;
        const std::uint32_t next = other.node[e];
        if (next == goal) {
            if (step > 0) // at once it would be the pair itself
                sum.closed += odds_[e];
            continue;
        }
        const std::uint32_t rival = other.partner[next];
        if (rival == none) {
            sum.open += odds_[e];
            continue;
        }
        const double factor = odds_[e] / odds_[rival];
        const std::uint32_t freed = end.node[rival];
        const auto begin = path_.begin();
        if (step == steps_max || so_far * factor * end.second[freed] < way_min ||
            std::find(begin, begin + step + 1, freed) != begin + step + 1)
            continue;
        const Ways further = ways(end, other, freed, goal, so_far * factor, step + 1);
        path_[static_cast<std::size_t>(step)] = transfer;
        sum.open += factor * further.open;
        sum.closed += factor * further.closed;
    }
    return sum;
}

void Graph::doubt(std::size_t begin, std::size_t end) {
    for (std::uint32_t e = 0; e < odds_.size(); ++e) {
        const std::uint32_t origin = origins_.node[e];
        const std::uint32_t destination = destinations_.node[e];
        const std::uint32_t place = pairs_[edges_[e]].destination;
        if (origins_.partner[origin] != e || place < begin || place >= end)
            continue;
        const double apart = 1 / odds_[e];
        looked_at_ = 0;
        const Ways from_origin = ways(origins_, destinations_, origin, destination,
                                      apart * destinations_.second[destination], 0);
        const Ways from_destination =
            ways(destinations_, origins_, destination, origin, apart * origins_.second[origin], 0);
        const double others =
            apart * (from_origin.open * from_destination.open + from_origin.closed);
        float& posterior = pairs_[edges_[e]].posterior;
        posterior = static_cast<float>(1 / (1 + others));
        if (looked_at_ > ways_max)
            posterior = std::min(posterior, 0.5F);
    }
}

} // namespace

void estimate_one_to_one(std::span<Edge> edges) {
    Graph graph(edges, {});
    graph.propagate();
    graph.estimate();
}

void one_to_one(std::span<Edge> edges, const Unseen& unseen, std::size_t begin, std::size_t end) {
    Graph graph(edges, unseen);
    graph.propagate();
    graph.estimate();
    graph.take_weak(unseen.weak);
    graph.choose();
    graph.doubt(begin, end);
}

} // namespace settled::record_linkage
