// What the search for pairs may leave out: only what cannot matter.
#include "record_linkage/finder.h"

#include "record_linkage/one_to_one.h"
#include "record_linkage/testing_world.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <utility>
#include <vector>

namespace settled::record_linkage {
namespace {

using testing::World;
using testing::WorldMaker;
using Places = std::set<std::pair<std::uint32_t, std::uint32_t>>; // destination, origin

struct Files {
    Texts texts;
    Side origins;
    Side destinations;
    Places truth;

    explicit Files(const World& world) {
        const WorldMaker made(world);
        std::istringstream o(made.origins());
        std::istringstream d(made.destinations());
        std::istringstream t(made.truth());
        origins = read_side(o, "origins", texts).value();
        destinations = read_side(d, "destinations", texts).value();
        for (const TruePair& pair : read_truth(t, "truth", origins, destinations).value().pairs)
            truth.emplace(pair.destination, pair.origin);
    }
};

std::vector<World> worlds() {
    const World usual{.seed = 31, .people = 120, .days = 60};
    std::vector<World> out{usual, usual, usual, usual};
    out[1].initials = 1;
    out[2].ids = 0.5, out[2].accounts = 5, out[2].several_currencies = true;
    out[3].days = 10, out[3].recode = 1, out[3].head_cut = 0.3;
    return out;
}

std::vector<Pair> found_by(const PairFinder& finder, const Files& files, const Model* model) {
    std::vector<Pair> all;
    finder.find(0, files.destinations.transfers.size(), model,
                [&](std::size_t, std::span<Pair> pairs, const LeftOut& left_out) {
                    EXPECT_TRUE(left_out.is_nothing());
                    all.insert(all.end(), pairs.begin(), pairs.end());
                });
    return all;
}

Places places_of(const std::vector<Pair>& pairs) {
    Places places;
    for (const Pair& pair : pairs)
        places.emplace(pair.destination, pair.origin);
    return places;
}

// Every pair within the bounds whose memos share something rare, by comparing all with all.
Places all_alike(const Files& files) {
    const auto uses = [&](const Side& side) {
        std::vector<std::uint32_t> uses(files.texts.memos.memo_count());
        for (const Transfer& transfer : side.transfers)
            ++uses[transfer.memo];
        return uses;
    };
    const MemoComparer memos(files.texts.memos, uses(files.origins), uses(files.destinations));
    const Bounds bounds;
    Places places;
    for (std::uint32_t d = 0; d < files.destinations.transfers.size(); ++d)
        for (std::uint32_t o = 0; o < files.origins.transfers.size(); ++o) {
            const Transfer& origin = files.origins.transfers[o];
            const Transfer& destination = files.destinations.transfers[d];
            const auto by = destination.at - origin.at;
            const auto most = std::max(origin.minor, destination.minor);
            const auto least = std::min(origin.minor, destination.minor);
            if (by < std::chrono::seconds(0) || by > bounds.window ||
                (most - least) * 1'000'000 > most * bounds.band_ppm ||
                origin.currency != destination.currency ||
                (origin.account != destination.account && origin.account != 0 &&
                 destination.account != 0))
                continue;
            if (MemoComparer::may_share(memos.signature(origin.memo),
                                        memos.signature(destination.memo)) &&
                memos.compare(origin.memo, destination.memo).shared >= shared_min)
                places.emplace(d, o);
        }
    return places;
}

TEST(PairFinder, finds_what_comparing_all_with_all_finds) {
    for (const World& world : worlds()) {
        const Files files(world);
        const PairFinder finder(files.origins, files.destinations, files.texts, {});
        const Places found = places_of(found_by(finder, files, nullptr));
        const Places alike = all_alike(files);
        ASSERT_GT(alike.size(), 500U);
        std::size_t missed = 0;
        std::string examples;
        for (const auto& [destination, origin] : alike) {
            if (found.contains({destination, origin}))
                continue;
            ++missed;
            examples +=
                std::string(files.texts.memos.text(files.origins.transfers[origin].memo)) + " / " +
                std::string(
                    files.texts.memos.text(files.destinations.transfers[destination].memo)) +
                "\n";
        }
        // Words that were mistyped both in their beginning and in their ending.
        EXPECT_LE(missed, alike.size() / 100) << alike.size() << '\n' << examples;
    }
}

TEST(PairFinder, with_a_model_leaves_out_only_what_has_too_little_weight) {
    for (const World& world : worlds()) {
        const Files files(world);
        const PairFinder finder(files.origins, files.destinations, files.texts, {});
        const std::vector<Pair> pairs = found_by(finder, files, nullptr);
        const auto count = files.destinations.transfers.size();
        Model model(finder.strangers(0, count, 1));
        Tally truths;
        Tally kept;
        for (const Pair& pair : pairs) {
            kept.add(pair, 1);
            if (files.truth.contains({pair.destination, pair.origin}))
                truths.add(pair, 1);
        }
        model.learn(truths, kept, static_cast<double>(files.origins.transfers.size()),
                    static_cast<double>(count));
        const std::vector<Pair> some = found_by(finder, files, &model);
        const Places left = places_of(some);
        std::size_t matter = 0;
        for (const Pair& pair : pairs) {
            if (model.weigh(pair) < static_cast<double>(weight_min))
                continue;
            ++matter;
            EXPECT_TRUE(left.contains({pair.destination, pair.origin}))
                << model.weigh(pair) << ": "
                << files.texts.memos.text(files.origins.transfers[pair.origin].memo) << " / "
                << files.texts.memos.text(files.destinations.transfers[pair.destination].memo);
        }
        EXPECT_GT(matter, 500U);
        EXPECT_LE(some.size(), pairs.size());
    }
}

} // namespace
} // namespace settled::record_linkage
