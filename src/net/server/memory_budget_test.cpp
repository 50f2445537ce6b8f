#include "net/server/memory_budget.h"

#include "net/bounds.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <thread>

namespace settled::net {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t whole = std::size_t{64} * 1024 * 1024;
constexpr std::size_t share = whole / 4;
constexpr std::size_t small = bounds::small_request_bytes_max;
constexpr std::size_t mebibyte = 1024 * 1024;
const std::string a = "192.0.2.1";
const std::string b = "192.0.2.2";

struct Budget {
    std::shared_ptr<MemoryBudget> memory = std::make_shared<MemoryBudget>(whole);
    std::vector<Room> rooms;

    bool take(const std::string& address, std::size_t bytes) {
        Room room;
        const bool taken = memory->take_now(room, address, bytes);
        rooms.push_back(std::move(room));
        return taken;
    }
    // As often as it goes.
    std::size_t fill(const std::string& address, std::size_t bytes) {
        std::size_t count = 0;
        while (take(address, bytes)) {
            ++count;
        }
        return count;
    }
};

TEST(MemoryBudget, one_address_gets_its_share_and_no_more) {
    Budget budget;
    EXPECT_EQ(budget.fill(a, mebibyte), share / 4 * 3 / mebibyte);
    EXPECT_TRUE(budget.take(b, mebibyte)) << "another address has its own";
    EXPECT_EQ(budget.fill(a, small), share / 4 / small) << "the last quarter is for small requests";
    EXPECT_FALSE(budget.take(a, 1));
}

TEST(MemoryBudget, large_requests_of_many_addresses_leave_a_quarter_to_small_ones) {
    Budget budget;
    std::size_t large = 0;
    for (int i = 0; i < 100; ++i) {
        large += budget.fill("192.0.2." + std::to_string(i), mebibyte);
    }
    EXPECT_EQ(large, whole / 4 * 3 / mebibyte);
    EXPECT_TRUE(budget.take("198.51.100.1", small));
    EXPECT_FALSE(budget.take("198.51.100.1", small + 1));
}

TEST(MemoryBudget, the_operators_socket_has_no_share_of_its_own) {
    Budget budget;
    EXPECT_EQ(budget.fill("", mebibyte), whole / 4 * 3 / mebibyte);
}

TEST(MemoryBudget, the_memory_of_an_ended_request_is_free_again) {
    Budget budget;
    const std::size_t first = budget.fill(a, mebibyte);
    budget.rooms.clear();
    EXPECT_EQ(budget.memory->used(), 0U);
    EXPECT_EQ(budget.fill(a, mebibyte), first);
}

TEST(MemoryBudget, existing_memory_is_counted_beyond_the_limit) {
    Budget budget;
    Room room;
    budget.memory->take_anyway(room, a, 2 * whole);
    EXPECT_FALSE(budget.take(b, 1));
    room.give_back();
    EXPECT_TRUE(budget.take(b, 1));
}

// Requests that wait, on one io_context.
class Waiting : public ::testing::Test {
  protected:
    void ask(const std::string& address, std::size_t bytes, std::string name,
             std::chrono::milliseconds wait = 30s) {
        boost::asio::co_spawn(io, run(address, bytes, std::move(name), wait),
                              boost::asio::detached);
        poll();
    }
    void poll() {
        io.restart();
        io.poll();
    }
    Task<> run(std::string address, std::size_t bytes, std::string name,
               std::chrono::milliseconds wait) {
        Room room;
        const bool taken = co_await budget.memory->take(io, room, address, bytes,
                                                        std::chrono::steady_clock::now() + wait);
        order.push_back((taken ? "" : "no ") + name);
        held.push_back(std::move(room));
    }

    boost::asio::io_context io;
    Budget budget;
    std::vector<std::string> order;
    std::vector<Room> held;
};

TEST_F(Waiting, small_ones_go_first_and_each_kind_in_its_order) {
    budget.fill(a, mebibyte);
    budget.fill(a, small);
    ask(a, mebibyte, "large 1");
    ask(a, mebibyte, "large 2");
    ask(a, small, "small 1");
    ask(a, small, "small 2");
    EXPECT_TRUE(order.empty());
    EXPECT_EQ(budget.memory->waiting(), 4U);
    budget.rooms.clear();
    poll();
    EXPECT_EQ(order, (std::vector<std::string>{"small 1", "small 2", "large 1", "large 2"}));
}

TEST_F(Waiting, addresses_that_wait_are_served_in_turn) {
    for (int i = 0; i < 4; ++i) {
        budget.fill("198.51.100." + std::to_string(i), mebibyte);
    }
    for (int i = 0; i < 3; ++i) {
        ask(a, mebibyte, "a");
    }
    ask(b, mebibyte, "b");
    for (int i = 0; i < 3; ++i) {
        budget.rooms.pop_back(); // the last of each was not taken
    }
    budget.rooms.clear();
    poll();
    EXPECT_EQ(order, (std::vector<std::string>{"a", "b", "a", "a"}));
}

TEST_F(Waiting, no_request_overtakes_another_that_waits_for_as_much) {
    budget.fill(a, mebibyte);
    ask(a, 2 * mebibyte, "first");
    budget.rooms.erase(budget.rooms.begin());
    EXPECT_FALSE(budget.take(a, mebibyte));
    EXPECT_TRUE(budget.take(a, small)) << "a small one does not wait behind a large one";
    budget.rooms.erase(budget.rooms.begin(), budget.rooms.begin() + 2);
    poll();
    EXPECT_EQ(order, std::vector<std::string>{"first"});
}

TEST_F(Waiting, a_request_that_waits_too_long_is_refused_and_leaves_the_line) {
    budget.fill(a, mebibyte);
    ask(a, mebibyte, "late", 1ms);
    while (order.empty()) {
        io.restart();
        io.run_one_for(100ms);
    }
    EXPECT_EQ(order, std::vector<std::string>{"no late"});
    EXPECT_EQ(budget.memory->waiting(), 0U);
    budget.rooms.clear();
    held.clear();
    EXPECT_EQ(budget.memory->used(), 0U);
}

TEST_F(Waiting, a_request_that_ends_while_it_waits_takes_nothing_with_it) {
    budget.fill(a, mebibyte);
    {
        boost::asio::io_context gone;
        Room room;
        boost::asio::co_spawn(
            gone,
            [](Budget& of, boost::asio::io_context& on, Room& into) -> Task<> {
                co_await of.memory->take(on, into, a, mebibyte,
                                         std::chrono::steady_clock::now() + 30s);
            }(budget, gone, room),
            boost::asio::detached);
        gone.poll();
        EXPECT_EQ(budget.memory->waiting(), 1U);
        budget.rooms.clear(); // granted, but its request is gone
    }
    EXPECT_EQ(budget.memory->waiting(), 0U);
    EXPECT_EQ(budget.memory->used(), 0U);
}

// Rounds of several threads: in the end no memory is held and no request waits.
TEST(MemoryBudget, holds_with_several_threads) {
    const auto memory = std::make_shared<MemoryBudget>(whole);
    std::vector<std::thread> threads;
    std::atomic<int> refused = 0;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            boost::asio::io_context io;
            for (int i = 0; i < 40; ++i) {
                boost::asio::co_spawn(
                    io,
                    [](auto& of, auto& on, std::string address, auto& no) -> Task<> {
                        for (int round = 0; round < 50; ++round) {
                            Room room;
                            if (!co_await of.take(on, room, address, 2 * mebibyte,
                                                  std::chrono::steady_clock::now() + 30s)) {
                                ++no;
                            }
                        }
                    }(*memory, io, thread % 2 == 0 ? a : b, refused),
                    boost::asio::detached);
            }
            io.run();
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(refused, 0);
    EXPECT_EQ(memory->used(), 0U);
    EXPECT_EQ(memory->waiting(), 0U);
}

} // namespace
} // namespace settled::net
