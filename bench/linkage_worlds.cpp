// Files for `settled bench match` whose truth is known: made worlds of the tests of record linkage,
// larger and more crowded. A part of bench/linkage.py.
//
//   linkage_worlds                                  prints the names of the worlds, a line each
//   linkage_worlds --world NAME --dir DIR [--seed N] writes sent.csv, arrived.csv and truth.csv
#include "record_linkage/testing_world.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using settled::record_linkage::testing::World;
using settled::record_linkage::testing::WorldMaker;

struct NamedWorld {
    std::string_view name;
    World world;
};

// About 45,000 pairs, unless the name says otherwise: 5,600 payers with eight payments each.
std::vector<NamedWorld> worlds() {
    const World usual{.people = 5'600};
    std::vector<NamedWorld> out;
    const auto add = [&](std::string_view name, auto change) {
        World world = usual;
        change(world);
        out.push_back({name, world});
    };
    add("usual", [](World&) {});
    add("changed_by_a_rate", [](World& w) { w.equal = 0, w.rate_spread = 0.03; });
    add("a_third_without_partner",
        [](World& w) { w.origins_missing = w.destinations_missing = 0.3; });
    add("same_amounts_every_month", [](World& w) { w.monthly = 0.8, w.round = 0.6; });
    add("initials_only", [](World& w) { w.initials = 1, w.numbered = 0; });
    add("cut_behind_ten", [](World& w) { w.cut = 0.9, w.cut_at = 10; });
    add("words_lost_and_recoded",
        [](World& w) { w.recode = 1, w.shorten = 0.5, w.drop_word = 0.4; });
    add("half_of_the_ids_dropped",
        [](World& w) { w.accounts = 20, w.ids = 0.5, w.several_currencies = true; });
    // The same in ten days, so that each window holds all of it.
    add("crowded", [](World& w) { w.days = 10; });
    add("crowded_round_amounts", [](World& w) { w.days = 10, w.round = 0.8, w.equal = 0.9; });
    add("crowded_initials_only",
        [](World& w) { w.days = 10, w.initials = 1, w.numbered = 0, w.cut_at = 12; });
    add("crowded_a_third_without_partner",
        [](World& w) { w.days = 10, w.origins_missing = w.destinations_missing = 0.3; });
    add("100k_in_300_days", [](World& w) { w.people = 12'500, w.days = 300; });
    add("100k_in_10_days", [](World& w) { w.people = 12'500, w.days = 10; });
    add("1m_in_300_days", [](World& w) { w.people = 126'000, w.days = 300; });
    return out;
}

bool write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    return file.good();
}

} // namespace

int main(int argc, char** argv) {
    std::string name, directory;
    std::uint64_t seed = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view option = argv[i];
        if (option == "--world")
            name = argv[i + 1];
        else if (option == "--dir")
            directory = argv[i + 1];
        else if (option == "--seed")
            seed = std::stoull(argv[i + 1]);
    }
    for (NamedWorld& known : worlds()) {
        if (name.empty())
            fmt::print("{}\n", known.name);
        if (name.empty() || known.name != name)
            continue;
        known.world.seed = seed;
        const WorldMaker made(known.world);
        const bool is_written = write_file(directory + "/sent.csv", made.origins()) &&
                                write_file(directory + "/arrived.csv", made.destinations()) &&
                                write_file(directory + "/truth.csv", made.truth());
        return is_written ? 0 : 1;
    }
    return name.empty() ? 0 : 2;
}
