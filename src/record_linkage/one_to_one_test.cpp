#include "record_linkage/one_to_one.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <vector>

namespace settled::record_linkage {
namespace {

Edge pair_of(std::uint32_t origin, std::uint32_t destination, double odds) {
    Edge pair;
    pair.origin = origin;
    pair.destination = destination;
    pair.weight = static_cast<float>(std::log(odds));
    return pair;
}

// The exact posteriors, by trying every way to pair up.
std::vector<double> exact(const std::vector<Edge>& pairs) {
    std::vector<double> with(pairs.size());
    double all = 0;
    std::vector<std::size_t> taken;
    const std::function<void(std::size_t, double)> go = [&](std::size_t k, double odds) {
        if (k == pairs.size()) {
            all += odds;
            for (const std::size_t t : taken)
                with[t] += odds;
            return;
        }
        go(k + 1, odds);
        for (const std::size_t t : taken)
            if (pairs[t].origin == pairs[k].origin || pairs[t].destination == pairs[k].destination)
                return;
        taken.push_back(k);
        go(k + 1, odds * std::exp(static_cast<double>(pairs[k].weight)));
        taken.pop_back();
    };
    go(0, 1);
    for (double& p : with)
        p /= all;
    return with;
}

TEST(OneToOne, gives_each_pair_its_odds_against_staying_alone_and_against_rivals) {
    struct Case {
        std::vector<Edge> pairs;
        double first; // posterior of the first pair
    };
    const Case cases[] = {
        {{pair_of(0, 0, 999)}, 0.999},
        // A rival of the destination, then of the origin.
        {{pair_of(0, 0, 1000), pair_of(1, 0, 1000)}, 0.4998},
        {{pair_of(0, 0, 1e6), pair_of(0, 1, 1e3)}, 0.999},
        // The rival has a better partner of its own.
        {{pair_of(0, 0, 1e4), pair_of(1, 0, 1e4), pair_of(1, 1, 1e9)}, 0.9999},
        // A ring: both ways to pair up are as likely.
        {{pair_of(0, 0, 1e6), pair_of(1, 0, 1e6), pair_of(0, 1, 1e6), pair_of(1, 1, 1e6)}, 0.5},
        // A ring of which one way is a hundred times likelier.
        {{pair_of(0, 0, 1e7), pair_of(1, 0, 1e6), pair_of(0, 1, 1e6), pair_of(1, 1, 1e7)}, 0.9901},
    };
    for (const Case& c : cases) {
        std::vector<Edge> pairs = c.pairs;
        one_to_one(pairs);
        EXPECT_NEAR(pairs[0].posterior, c.first, 0.0015) << pairs.size() << " pairs";
        EXPECT_NEAR(exact(c.pairs)[0], c.first, 0.0015) << pairs.size() << " pairs";
    }
}

TEST(OneToOne, is_never_much_surer_than_the_exact_odds) {
    std::mt19937_64 random(20240229);
    int sure = 0;
    for (int round = 0; round < 400; ++round) {
        std::vector<Edge> pairs;
        for (std::uint32_t destination = 0; destination < 4; ++destination)
            for (std::uint32_t origin = 0; origin < 4; ++origin)
                if (random() % 10 < 6)
                    pairs.push_back(
                        pair_of(origin, destination,
                                std::exp(static_cast<double>(random() % 1000) / 50 - 4)));
        const std::vector<double> truth = exact(pairs);
        one_to_one(pairs);
        for (std::size_t k = 0; k < pairs.size(); ++k) {
            if (pairs[k].posterior < 0.9F)
                continue;
            ++sure;
            EXPECT_LT(1 - truth[k], 2 * (1 - static_cast<double>(pairs[k].posterior)) + 1e-3)
                << "round " << round;
        }
    }
    EXPECT_GT(sure, 300);
}

TEST(OneToOne, doubts_a_pair_when_either_end_may_belong_to_one_that_was_not_looked_at) {
    const auto posterior = [](float origin, float destination) {
        std::vector<Edge> edges = {pair_of(0, 0, 1e6)};
        const std::vector<float> of_destinations = {destination};
        const std::vector<float> of_origins = {origin / 2};
        one_to_one(edges, {of_destinations, of_origins, origin / 2});
        return static_cast<double>(edges[0].posterior);
    };
    EXPECT_NEAR(posterior(0, 0), 1, 1e-5);
    EXPECT_NEAR(posterior(0, 1e6F), 0.5, 1e-3);
    EXPECT_NEAR(posterior(1e6F, 0), 0.5, 1e-3);
    EXPECT_NEAR(posterior(999, 999), 0.5, 1e-3);
    EXPECT_NEAR(posterior(0, 999), 0.999, 1e-4);
}

// The odds of weak pairs count as far as their other end is free, whether they are edges or not.
TEST(OneToOne, doubts_a_pair_for_weak_ones_as_it_does_when_they_are_edges) {
    std::mt19937_64 random(20240301);
    int sure = 0;
    for (int round = 0; round < 200; ++round) {
        std::vector<Edge> all;
        std::vector<Edge> strong;
        std::vector<WeakEdge> weak;
        for (std::uint32_t destination = 0; destination < 12; ++destination)
            for (std::uint32_t origin = 0; origin < 12; ++origin) {
                const bool is_strong = origin == destination && destination < 8;
                const double odds = is_strong
                                        ? std::exp(8 + static_cast<double>(random() % 4))
                                        : std::exp(-6 + static_cast<double>(random() % 40) / 10);
                all.push_back(pair_of(origin, destination, odds));
                if (is_strong)
                    strong.push_back(all.back());
                else
                    weak.push_back({origin, destination, static_cast<float>(odds)});
            }
        one_to_one(all);
        one_to_one(strong, {.of_destinations = {}, .of_origins = {}, .weak = weak});
        for (const Edge& pair : strong) {
            const double with = 1 - static_cast<double>(pair.posterior);
            const double edges =
                1 - static_cast<double>(all[pair.destination * 12 + pair.origin].posterior);
            ++sure;
            EXPECT_NEAR(with / edges, 1, 0.1) << "round " << round;
        }
    }
    EXPECT_EQ(sure, 1'600);
}

TEST(OneToOne, of_one_transfer_at_most_one_pair_is_likely) {
    std::vector<Edge> pairs;
    for (std::uint32_t destination = 0; destination < 30; ++destination)
        for (std::uint32_t origin = 0; origin < 30; ++origin)
            pairs.push_back(pair_of(origin, destination, 1e6));
    one_to_one(pairs); // a knot in which every way is as good: and it ends
    for (const Edge& pair : pairs)
        EXPECT_LE(pair.posterior, 0.5F);
}

} // namespace
} // namespace settled::record_linkage
