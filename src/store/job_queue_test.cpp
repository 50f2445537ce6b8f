#include "store/job_queue.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

namespace settled::store {
namespace {

using namespace std::chrono_literals;

class NoJob final : public Job {
  public:
    using Job::Job;
    void start(Session&) override {}
    bool done() const override { return true; }
    void abandon() override {}
    void deliver() override {}
};

class Queue : public ::testing::Test {
  protected:
    bool push() {
        std::unique_ptr<Job> job = std::make_unique<NoJob>(io.get_executor());
        return queue.push(job);
    }
    boost::asio::io_context io;
    JobQueue queue;
};

TEST_F(Queue, gives_at_most_what_is_asked_for_in_order) {
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(push());
    EXPECT_EQ(queue.take(1, 0us, 3).size(), 3);
    EXPECT_EQ(queue.take(1, 0us, 3).size(), 2);
    EXPECT_EQ(queue.size(), 0);
}

TEST_F(Queue, is_bounded) {
    for (std::size_t i = 0; i < limits::units_queued_max; ++i)
        ASSERT_TRUE(push());
    EXPECT_FALSE(push());
    EXPECT_EQ(queue.take(1, 0us, 1).size(), 1);
    EXPECT_TRUE(push());
}

TEST_F(Queue, a_closed_queue_gives_its_jobs_and_takes_no_more) {
    EXPECT_TRUE(push());
    queue.close();
    EXPECT_FALSE(push());
    EXPECT_FALSE(queue.drained());
    EXPECT_EQ(queue.take(1, 0us, 10).size(), 1);
    EXPECT_TRUE(queue.take(1, 0us, 10).empty());
    EXPECT_TRUE(queue.drained());
}

TEST_F(Queue, a_taker_waits_in_vain_no_longer_than_its_limit) {
    EXPECT_TRUE(queue.take(1, 0us, 1, 1ms).empty());
    EXPECT_FALSE(queue.drained());
}

TEST_F(Queue, lets_a_few_wait_for_company_but_not_for_ever) {
    EXPECT_TRUE(push());
    EXPECT_EQ(queue.take(64, 500us, 64).size(), 1);
}

// Whether the thread sleeps, as one does that waits for a job.
bool is_asleep(pid_t thread) {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string line;
    std::getline(file, line);
    return line.contains(") S ");
}

// One arrival wakes one taker; two must not leave the second job behind the first taker's work.
TEST_F(Queue, wakes_a_second_taker_for_a_second_job) {
    for (int round = 0; round < 50; ++round) {
        std::atomic<pid_t> takers[2] = {0, 0};
        std::atomic<int> busy = 0;
        std::atomic<bool> over = false;
        const auto taker = [&](std::atomic<pid_t>& own) {
            own = ::gettid();
            EXPECT_EQ(queue.take(1, 0us, 1).size(), 1);
            ++busy;
            while (!over)
                std::this_thread::yield();
        };
        std::thread first(taker, std::ref(takers[0]));
        std::thread second(taker, std::ref(takers[1]));
        for (const std::atomic<pid_t>& each : takers)
            while (each == 0 || !is_asleep(each))
                std::this_thread::yield();
        push();
        push();
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (busy < 2 && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        const bool together = busy == 2;
        if (!together)
            queue.close(); // wakes the one that was forgotten
        over = true;
        first.join();
        second.join();
        ASSERT_TRUE(together) << "round " << round;
    }
}

} // namespace
} // namespace settled::store
