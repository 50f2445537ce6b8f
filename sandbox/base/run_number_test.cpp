#include "sandbox/base/run_number.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace settled::sandbox {
namespace {

class RunNumber : public testing::Test {
  protected:
    RunNumber() : directory_(::mkdtemp(pattern_.data())) {}
    ~RunNumber() override { std::filesystem::remove_all(directory_); }

    std::string pattern_ = std::filesystem::temp_directory_path() / "runs-XXXXXX";
    std::string directory_;
};

TEST_F(RunNumber, is_another_one_each_time) {
    for (std::uint64_t run = 0; run < 12; ++run)
        EXPECT_EQ(take_run_number(directory_).value(), run);
}

TEST_F(RunNumber, a_count_that_cannot_be_read_is_no_new_beginning) {
    std::ofstream(directory_ + "/runs") << "";
    EXPECT_FALSE(take_run_number(directory_).has_value());
    std::ofstream(directory_ + "/runs") << "many";
    EXPECT_FALSE(take_run_number(directory_).has_value());
}

TEST_F(RunNumber, the_first_run_has_the_seed_and_no_two_have_the_same) {
    std::set<std::uint64_t> seeds;
    for (std::uint64_t seed = 0; seed < 100; ++seed)
        for (std::uint64_t run = 1; run < 100; ++run)
            EXPECT_TRUE(seeds.insert(seed_of_run(seed, run)).second);
    EXPECT_EQ(seed_of_run(7, 0), 7U);
}

} // namespace
} // namespace settled::sandbox
