// Accuracy on made worlds whose truth is known, with a budget; and what must hold whatever is
// learnt.
#include "record_linkage/linker.h"

#include "record_linkage/score.h"
#include "record_linkage/testing_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace settled::record_linkage {
namespace {

using testing::World;
using testing::WorldMaker;

struct Linking {
    Texts texts;
    Side origins;
    Side destinations;
    std::vector<TruePair> truth;
    Linked linked;

    Linking(const std::string& origin_csv, const std::string& destination_csv,
            const std::string& truth_csv, const LinkOptions& options = {}) {
        std::istringstream o(origin_csv);
        std::istringstream d(destination_csv);
        std::istringstream t(truth_csv);
        origins = read_side(o, "origins", texts).value();
        destinations = read_side(d, "destinations", texts).value();
        truth = read_truth(t, "truth", origins, destinations).value().pairs;
        linked = link_sides(origins, destinations, texts, options);
    }
    Score scored() const { return score(linked, origins, destinations, texts, truth, true); }
    // Matches by id, whatever the order of rows.
    std::vector<std::pair<std::string, std::string>> matches() const {
        std::vector<std::pair<std::string, std::string>> out;
        for (const Match& match : linked.matches)
            out.emplace_back(origins.ids[match.origin], destinations.ids[match.destination]);
        std::ranges::sort(out);
        return out;
    }
};

Linking run(const World& world, const LinkOptions& options = {}) {
    const WorldMaker made(world);
    return {made.origins(), made.destinations(), made.truth(), options};
}

std::string shuffled(const std::string& csv, std::uint64_t seed) {
    std::istringstream in(csv);
    std::string header;
    std::getline(in, header);
    std::vector<std::string> rows;
    for (std::string row; std::getline(in, row);)
        rows.push_back(row);
    std::mt19937_64 random(seed);
    std::ranges::shuffle(rows, random);
    std::string out = header + "\n";
    for (const std::string& row : rows)
        out += row + "\n";
    return out;
}

struct Gate {
    const char* name;
    World world;
    double matched_min;
};

// Small enough for every build; the budget of wrong matches is for all of them together.
std::vector<Gate> gates() {
    World base;
    base.people = 300;
    std::vector<Gate> out;
    const auto add = [&](const char* name, double matched_min, auto change) {
        World world = base;
        change(world);
        out.push_back({name, world, matched_min});
    };
    add("as banks usually are", 0.93, [](World&) {});
    add("every amount changed by a rate", 0.88,
        [](World& w) { w.equal = 0, w.rate_spread = 0.03; });
    add("a third without partner on each side", 0.6,
        [](World& w) { w.origins_missing = w.destinations_missing = 0.3; });
    add("most payments not in the file", 0.8, [](World& w) { w.origins_missing = 0.7; });
    add("the same amounts every month", 0.85, [](World& w) { w.monthly = 0.8, w.round = 0.6; });
    add("initials only", 0.8, [](World& w) { w.initials = 1, w.numbered = 0; });
    add("cut behind ten characters", 0.85, [](World& w) { w.cut = 0.9, w.cut_at = 10; });
    add("half cut at the head", 0.6, [](World& w) { w.head_cut = 0.5; });
    add("recoded, shortened, words lost", 0.7,
        [](World& w) { w.recode = 1, w.shorten = 0.5, w.drop_word = 0.4; });
    add("a third blank", 0.4, [](World& w) { w.blank = 0.3; });
    add("ids, accounts and currencies", 0.95,
        [](World& w) { w.accounts = 20, w.ids = 0.5, w.several_currencies = true; });
    add("generic memos and amounts", 0.05, [](World& w) {
        w.equal = 1, w.round = 0.9, w.monthly = 0.5, w.initials = 0.9, w.numbered = 0;
    });
    return out;
}

TEST(LinkAccuracy, stays_within_its_budget_of_wrong_matches_in_every_world) {
    std::size_t matched = 0;
    std::size_t wrong = 0;
    for (const std::uint64_t seed : {11U, 12U})
        for (Gate& gate : gates()) {
            gate.world.seed = seed;
            const Score score = run(gate.world).scored();
            SCOPED_TRACE(std::string(gate.name) + ", seed " + std::to_string(seed));
            EXPECT_GE(static_cast<double>(score.right),
                      gate.matched_min * static_cast<double>(score.possible));
            EXPECT_LE(score.wrong, 2U);
            matched += score.matched;
            wrong += score.wrong;
        }
    EXPECT_GT(matched, 30'000U);
    EXPECT_LE(wrong, matched / 5'000);
}

TEST(Linker, uses_a_transfer_once_and_stays_within_the_bounds) {
    const Linking made = run({.seed = 3, .people = 300, .monthly = 0.5, .round = 0.5});
    std::map<std::uint32_t, int> origins;
    std::map<std::uint32_t, int> destinations;
    for (const Match& match : made.linked.matches) {
        EXPECT_EQ(++origins[match.origin], 1);
        EXPECT_EQ(++destinations[match.destination], 1);
        EXPECT_FALSE(made.linked.ambiguous[match.destination]);
        const Transfer& origin = made.origins.transfers[match.origin];
        const Transfer& destination = made.destinations.transfers[match.destination];
        EXPECT_GE(destination.at, origin.at);
        EXPECT_LE(destination.at - origin.at, std::chrono::days(21));
        const auto most = std::max(origin.minor, destination.minor);
        EXPECT_LE((most - std::min(origin.minor, destination.minor)) * 100, most * 6);
    }
    EXPECT_GT(origins.size(), 1'000U);
}

TEST(Linker, decides_the_same_in_any_order_of_rows_and_with_any_number_of_threads) {
    const WorldMaker made({.seed = 5, .people = 200});
    const Linking plain(made.origins(), made.destinations(), made.truth());
    const Linking other(shuffled(made.origins(), 1), shuffled(made.destinations(), 2), made.truth(),
                        {.bounds = {}, .threads = 3, .progress = {}});
    EXPECT_GT(plain.matches().size(), 1'000U);
    EXPECT_EQ(plain.matches(), other.matches());
}

// Everything within one window: each payment could belong to each settlement, and where amounts are
// round and memos initials most are alike as well.
World crowded(int people, std::uint64_t seed = 8) {
    return {
        .seed = seed, .people = people, .days = 10, .initials = 0.9, .round = 0.5, .equal = 0.9};
}

using Matches = std::vector<std::pair<std::string, std::string>>;

LinkOptions limited(std::size_t read_max, std::size_t compared_max) {
    LinkOptions options;
    options.bounds.read_max = read_max;
    options.bounds.compared_max = compared_max;
    return options;
}

TEST(Linker, under_limits_decides_nothing_that_it_would_not_decide_without) {
    std::size_t decided = 0;
    std::size_t limited_ones = 0;
    std::size_t without = 0;
    for (const std::uint64_t seed : {21U, 22U, 23U})
        for (const World& world :
             {crowded(150, seed), World{.seed = seed, .people = 250, .days = 40},
              World{.seed = seed,
                    .people = 250,
                    .days = 20,
                    .round = 0.5,
                    .destinations_missing = 0.3}}) {
            const Matches all = run(world).matches();
            without += all.size();
            for (const LinkOptions& options :
                 {limited(100, 1'000), limited(20'000, 10), limited(300, 40)}) {
                const Linking made = run(world, options);
                const Matches some = made.matches();
                EXPECT_TRUE(std::ranges::includes(all, some))
                    << "seed " << seed << ", " << options.bounds.read_max << " read";
                decided += some.size();
                limited_ones += made.linked.limited;
            }
        }
    EXPECT_GT(limited_ones, 5'000U);
    EXPECT_GT(decided, without / 4);
}

TEST(Linker, is_stricter_where_windows_are_crowded) {
    const Linking made = run(crowded(300));
    ASSERT_TRUE(made.linked.learnt);
    EXPECT_GT(made.linked.matches.size(), 100U);
    for (const Match& match : made.linked.matches)
        EXPECT_GE(match.posterior, 0.99999F);
}

TEST(Linker, compares_no_more_than_its_limit_for_each_settlement_however_crowded_it_is) {
    for (const int people : {150, 600}) {
        const Linking made = run(crowded(people), limited(20'000, 50));
        const std::size_t destinations = made.destinations.transfers.size();
        // What is learnt from is compared under limits of its own.
        EXPECT_LE(made.linked.compared, destinations * (50 + Bounds().compared_max)) << people;
        EXPECT_GT(made.linked.compared, destinations) << people;
        EXPECT_GT(made.linked.limited, destinations / 10) << people;
    }
}

// The same number of payments a day, for as long again: the work for each stays what it was.
TEST(Linker, compares_as_many_for_each_settlement_however_long_the_files_are) {
    std::vector<double> each;
    for (const int times : {2, 4, 8}) {
        const Linking made =
            run({.seed = 9, .people = 150 * times, .days = 60 * times, .monthly = 0});
        each.push_back(static_cast<double>(made.linked.compared) /
                       static_cast<double>(made.destinations.transfers.size()));
    }
    EXPECT_GT(each[0], 3);
    EXPECT_LT(each[1], each[0] * 1.5);
    EXPECT_LT(each[2], each[0] * 1.5);
}

TEST(Linker, matches_nothing_between_strangers) {
    const WorldMaker one({.seed = 6, .people = 250});
    const WorldMaker two({.seed = 7, .people = 250});
    const Linking made(one.origins(), two.destinations(), "origin,destination\n");
    EXPECT_LE(made.linked.matches.size(), 1U) << made.linked.learnt;
}

constexpr const char* header = "id,date,amount,currency,reference\n";

TEST(Linker, with_little_to_learn_from_takes_only_what_the_ladder_decides) {
    const Linking made(std::string(header) + "a,2024-01-01,10.00,GBP,ACMESHOP2041\n"
                                             "b,2024-01-01,20.00,GBP,RENT\n"
                                             "c,2024-01-02,20.00,GBP,RENT\n"
                                             "d,2024-01-02,30.00,GBP,INVOICE 778812\n"
                                             "e,2024-01-05,40.00,GBP,LATER THAN IT ARRIVED\n",
                       std::string(header) + "p,2024-01-03,10.00,GBP,acmeshop-2041 BGC\n"
                                             "q,2024-01-03,20.00,GBP,RENT\n"
                                             "r,2024-01-03,29.00,GBP,INVOICE 778812\n"
                                             "s,2024-01-04,40.00,GBP,LATER THAN IT ARRIVED\n",
                       "origin,destination\n");
    EXPECT_FALSE(made.linked.learnt);
    const std::vector<std::pair<std::string, std::string>> expected = {{"a", "p"}};
    EXPECT_EQ(made.matches(), expected);
    const Score score = made.scored();
    EXPECT_EQ(score.ambiguous, 1U); // q: two rents fit
    EXPECT_EQ(score.unmatched, 2U);
    EXPECT_EQ(score.per_rank.at("6"), 1U);
}

TEST(Linker, of_empty_files_makes_nothing) {
    const Linking made(header, header, "origin,destination\n");
    EXPECT_TRUE(made.linked.matches.empty());
}

} // namespace
} // namespace settled::record_linkage
