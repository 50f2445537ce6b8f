#include "store/job_queue.h"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
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

using ::testing::ElementsAre;
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
        auto made = std::make_unique<NoJob>(Submission{io.get_executor(), priority});
        made->number = next_++;
        std::unique_ptr<Job> job = std::move(made);
        const bool taken = queue.push(job);
        EXPECT_EQ(job == nullptr, taken) << "a job that is refused stays with the caller";
        return taken;
    }
    static std::vector<int> numbers(const JobQueue::Jobs& jobs) {
        std::vector<int> all;
        for (const auto& job : jobs)
            all.push_back(static_cast<const NoJob&>(*job).number);
        return all;
    }
    boost::asio::io_context io;
    JobQueue queue;

  private:
    int next_ = 0;
};

TEST_F(Queue, gives_at_most_what_is_asked_for_in_order) {
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(push());
    EXPECT_EQ(queue.size(), 5);
    EXPECT_THAT(numbers(queue.take(1, 0us, 3)), ElementsAre(0, 1, 2));
    EXPECT_EQ(queue.size(), 2);
    EXPECT_THAT(numbers(queue.take(1, 0us, 3)), ElementsAre(3, 4));
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
        EXPECT_EQ(queue_.size(), foreground_.size() + background_.size() - taken.size());
        if (taken.front()->priority() == Priority::background)
            check_background(taken);
        else
            check_foreground(taken, most);
        for (const auto& job : taken)
            check_is_first(static_cast<const NoJob&>(*job));
    }
    // None was dropped.
    void check_all_taken() const {
        EXPECT_EQ(taken_, next_);
        EXPECT_TRUE(foreground_.empty() && background_.empty());
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
        ++taken_;
    }

    JobQueue& queue_;
    Executor executor_;
    std::mt19937_64 random_;
    std::deque<int> foreground_, background_;
    std::size_t passed_over_ = 0;
    int next_ = 0;
    int taken_ = 0;
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
        model.check_all_taken();
    }
}

// Exactly so many commits, neither more nor less: counted anew for each background job.
TEST_F(Queue, lets_a_background_job_wait_for_so_many_commits_and_no_more) {
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 2; ++i) // that went before it came do not count
            EXPECT_TRUE(push());
        EXPECT_EQ(queue.take(1, 0us, 1).size(), 1);
        EXPECT_TRUE(push(Priority::background));
        for (std::size_t i = 0; i <= background_passed_over_max; ++i)
            EXPECT_TRUE(push());
        for (std::size_t i = 0; i < background_passed_over_max; ++i)
            EXPECT_EQ(queue.take(1, 0us, 1).front()->priority(), Priority::foreground) << i;
        EXPECT_EQ(queue.take(1, 0us, 1).front()->priority(), Priority::background);
        while (queue.size() > 0)
            EXPECT_EQ(queue.take(1, 0us, 10).front()->priority(), Priority::foreground);
    }
}

TEST_F(Queue, is_bounded) {
    for (std::size_t i = 0; i < limits::units_queued_max; ++i)
        ASSERT_TRUE(push(i % 2 == 0 ? Priority::foreground : Priority::background));
    EXPECT_EQ(queue.size(), limits::units_queued_max);
    EXPECT_FALSE(push());
    EXPECT_FALSE(push(Priority::background));
    EXPECT_EQ(queue.take(1, 0us, 1).size(), 1);
    EXPECT_TRUE(push());
    EXPECT_FALSE(push());
}

TEST_F(Queue, a_closed_queue_gives_its_jobs_and_takes_no_more) {
    EXPECT_TRUE(push());
    EXPECT_TRUE(push(Priority::background));
    EXPECT_FALSE(queue.closed());
    EXPECT_FALSE(queue.drained());
    queue.close();
    EXPECT_TRUE(queue.closed());
    EXPECT_FALSE(push());
    EXPECT_FALSE(push(Priority::background));
    EXPECT_FALSE(queue.drained());
    // It waits for no company, which cannot come.
    EXPECT_THAT(numbers(queue.take(64, std::chrono::hours(1), 10)), ElementsAre(0));
    EXPECT_FALSE(queue.drained()) << "the background job is still there";
    EXPECT_THAT(numbers(queue.take(64, std::chrono::hours(1), 10)), ElementsAre(1));
    EXPECT_TRUE(queue.drained());
    EXPECT_TRUE(queue.take(1, 0us, 10).empty());
    EXPECT_FALSE(push()) << "also when it is drained";
}

TEST_F(Queue, a_taker_waits_in_vain_no_longer_than_its_limit) {
    EXPECT_TRUE(queue.take(1, 0us, 1, 1ms).empty());
    EXPECT_FALSE(queue.drained());
}

TEST_F(Queue, lets_a_few_wait_for_company_but_not_for_ever) {
    EXPECT_TRUE(push());
    EXPECT_EQ(queue.take(64, 500us, 64).size(), 1);
}

// A background job whose turn it is goes at once, whatever waits for company.
TEST_F(Queue, lets_no_background_job_wait_for_the_company_of_others) {
    EXPECT_TRUE(push(Priority::background));
    for (std::size_t i = 0; i <= background_passed_over_max; ++i)
        EXPECT_TRUE(push());
    for (std::size_t i = 0; i < background_passed_over_max; ++i)
        EXPECT_EQ(queue.take(1, 0us, 1).size(), 1);
    EXPECT_EQ(queue.take(64, std::chrono::hours(1), 64).front()->priority(), Priority::background);
}

// Whether the thread sleeps, as one does that waits for a job.
bool is_asleep(pid_t thread) {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string line;
    std::getline(file, line);
    return line.contains(") S ");
}

// Takes on a thread of its own. One that is forgotten fails the test and is woken by the end of the queue.
class Taker {
  public:
    Taker(JobQueue& queue, std::size_t enough, std::chrono::microseconds patience)
        : queue_(queue), thread_([this, enough, patience] {
              own_ = ::gettid();
              taken_ = queue_.take(enough, patience, 64);
              done_ = true;
          }) {}
    void fall_asleep() const {
        while (own_ == 0 || !is_asleep(own_))
            std::this_thread::yield();
    }
    JobQueue::Jobs taken() {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (!done_ && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        EXPECT_TRUE(done_) << "nothing has woken it";
        if (!done_)
            queue_.close();
        thread_.join();
        return std::move(taken_);
    }

  private:
    JobQueue& queue_;
    JobQueue::Jobs taken_;
    std::atomic<pid_t> own_ = 0;
    std::atomic<bool> done_ = false;
    std::thread thread_;
};

TEST_F(Queue, wakes_a_taker_for_what_comes) {
    for (const Priority priority : {Priority::foreground, Priority::background}) {
        Taker taker(queue, 1, 0us);
        taker.fall_asleep();
        EXPECT_TRUE(push(priority));
        EXPECT_EQ(taker.taken().size(), 1);
    }
}

TEST_F(Queue, wakes_a_taker_as_soon_as_its_company_is_there) {
    EXPECT_TRUE(push());
    Taker taker(queue, 3, std::chrono::hours(1));
    taker.fall_asleep();
    EXPECT_TRUE(push());
    EXPECT_TRUE(push());
    EXPECT_EQ(taker.taken().size(), 3);
}

TEST_F(Queue, wakes_takers_when_it_is_nudged_or_closed) {
    Taker nudged(queue, 1, 0us);
    nudged.fall_asleep();
    queue.nudge();
    EXPECT_TRUE(nudged.taken().empty());
    // A nudge counts once.
    EXPECT_TRUE(queue.take(1, 0us, 1, 1ms).empty());
    Taker again(queue, 1, 0us);
    again.fall_asleep();
    EXPECT_TRUE(push());
    EXPECT_EQ(again.taken().size(), 1);
    EXPECT_TRUE(push());
    Taker patient(queue, 3, std::chrono::hours(1));
    Taker waiting(queue, 1, 0us);
    patient.fall_asleep();
    queue.close();
    EXPECT_EQ(patient.taken().size() + waiting.taken().size(), 1);
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
