#include "store/job_queue.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <fstream>
#include <random>
#include <string>
#include <thread>

namespace settled::store {
namespace {

using namespace std::chrono_literals;

class NoJob final : public Job {
  public:
    using Job::Job;
    int number = 0; // in the order in which they were submitted
    void start(Session&) override {}
    bool done() const override { return true; }
    void abandon() override {}
    void deliver() override {}
};

class Queue : public ::testing::Test {
  protected:
    bool push(Priority priority = Priority::foreground) {
        std::unique_ptr<Job> job = std::make_unique<NoJob>(Submission{io.get_executor(), priority});
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

TEST_F(Queue, gives_background_jobs_one_by_one_when_no_other_waits) {
    EXPECT_TRUE(push(Priority::background));
    EXPECT_TRUE(push(Priority::background));
    EXPECT_TRUE(push());
    const auto first = queue.take(1, 0us, 10);
    ASSERT_EQ(first.size(), 1);
    EXPECT_EQ(first.front()->priority(), Priority::foreground);
    EXPECT_EQ(queue.take(1, 0us, 10).size(), 1);
    EXPECT_EQ(queue.take(1, 0us, 10).size(), 1);
    EXPECT_EQ(queue.size(), 0);
}

TEST_F(Queue, lets_no_background_job_wait_for_company) {
    EXPECT_TRUE(push(Priority::background));
    EXPECT_EQ(queue.take(64, std::chrono::hours(1), 64).size(), 1);
}

// Submits and takes at random, and remembers what waits.
class QueueModel {
  public:
    QueueModel(JobQueue& queue, const Executor& executor, std::uint64_t seed)
        : queue_(queue), executor_(executor), random_(seed) {}

    void submit() {
        const auto priority = below(3) == 0 ? Priority::background : Priority::foreground;
        auto job = std::make_unique<NoJob>(Submission{executor_, priority});
        job->number = next_++;
        waiting(priority).push_back(job->number);
        std::unique_ptr<Job> pushed = std::move(job);
        ASSERT_TRUE(queue_.push(pushed));
    }
    void take() {
        if (foreground_.empty() && background_.empty())
            return;
        const std::size_t most = 1 + below(4);
        const auto taken = queue_.take(1, 0us, most);
        ASSERT_FALSE(taken.empty());
        if (taken.front()->priority() == Priority::background)
            check_background(taken);
        else
            check_foreground(taken, most);
        for (const auto& job : taken)
            check_is_first(static_cast<const NoJob&>(*job));
    }
    std::uint64_t below(std::uint64_t end) { return random_() % end; }

  private:
    std::deque<int>& waiting(Priority priority) {
        return priority == Priority::background ? background_ : foreground_;
    }
    void check_background(const JobQueue::Jobs& taken) {
        EXPECT_EQ(taken.size(), 1) << "others wait in its commit";
        EXPECT_TRUE(foreground_.empty() || passed_over_ >= background_passed_over_max)
            << "it went before one that waited";
        passed_over_ = 0;
    }
    void check_foreground(const JobQueue::Jobs& taken, std::size_t most) {
        EXPECT_LE(taken.size(), most);
        passed_over_ += background_.empty() ? 0 : 1;
        EXPECT_LE(passed_over_, background_passed_over_max) << "it starves";
    }
    void check_is_first(const NoJob& job) {
        auto& line = waiting(job.priority());
        ASSERT_FALSE(line.empty());
        EXPECT_EQ(job.number, line.front());
        line.pop_front();
    }

    JobQueue& queue_;
    Executor executor_;
    std::mt19937_64 random_;
    std::deque<int> foreground_, background_;
    std::size_t passed_over_ = 0;
    int next_ = 0;
};

TEST_F(Queue, lets_callers_go_before_the_background_and_starves_neither) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE(seed);
        JobQueue fresh;
        QueueModel model(fresh, io.get_executor(), seed);
        // Between one that drains and one under more load than it bears.
        const std::uint64_t load = 20 + 15 * (seed % 5);
        for (int i = 0; i < 500 && !HasFailure(); ++i)
            model.below(100) < load ? model.submit() : model.take();
        while (fresh.size() > 0 && !HasFailure())
            model.take();
    }
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
