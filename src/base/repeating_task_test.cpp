#include "base/repeating_task.h"

#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace settled {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr microseconds long_time = 1h; // a test that waits for it does not end

// Says after each round what it was given, and stops itself after so many.
class Rounds {
  public:
    Rounds(std::vector<microseconds> waits, std::size_t stops_after)
        : waits_(std::move(waits)), stops_after_(stops_after) {}

    Task<microseconds> round() {
        const microseconds wait = waits_[std::min(done, waits_.size() - 1)];
        if (++done == stops_after_)
            task.stop();
        co_return wait;
    }

    boost::asio::io_context io{1};
    std::size_t done = 0;
    RepeatingTask task{io, [this] { return round(); }};

  private:
    std::vector<microseconds> waits_;
    std::size_t stops_after_;
};

Task<> count(int& rounds) {
    ++rounds;
    co_return;
}

Task<> rest(RepeatingTask& task, bool& is_over) {
    co_await task.wait(long_time);
    is_over = true;
}

TEST(RepeatingTask, does_its_rounds_until_it_is_stopped) {
    Rounds rounds({0us, 1us, 0us}, 5);
    rounds.task.start();
    rounds.io.run();
    EXPECT_EQ(rounds.done, 5U);
}

TEST(RepeatingTask, does_not_wait_after_the_round_that_stops_it) {
    Rounds rounds({long_time}, 1);
    rounds.task.start();
    rounds.io.run();
    EXPECT_EQ(rounds.done, 1U);
    EXPECT_TRUE(rounds.task.is_stopped());
}

TEST(RepeatingTask, does_no_other_round_when_it_is_stopped_in_its_wait) {
    boost::asio::io_context io{1};
    int rounds = 0;
    RepeatingTask task(io, long_time, [&rounds] { return count(rounds); });
    task.start();
    io.poll();
    EXPECT_EQ(rounds, 1);
    task.stop();
    io.run();
    EXPECT_EQ(rounds, 1);
}

TEST(RepeatingTask, does_nothing_when_it_is_stopped_before_its_start) {
    Rounds rounds({long_time}, 9);
    rounds.task.stop();
    rounds.task.start();
    rounds.io.run();
    EXPECT_EQ(rounds.done, 0U);
}

TEST(RepeatingTask, ends_a_rest_within_a_round_when_it_is_stopped) {
    boost::asio::io_context io{1};
    bool is_over = false;
    RepeatingTask task(io, 0us, [&] { return rest(task, is_over); });
    task.start();
    io.poll();
    EXPECT_FALSE(is_over);
    task.stop();
    io.run();
    EXPECT_TRUE(is_over);
}

} // namespace
} // namespace settled
