#include "custody/key_desk.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

namespace settled::custody {
namespace {

Task<> ask(KeyDesk& desk, std::function<Result<int>()> work, std::vector<Result<int>>& answers) {
    answers.push_back(co_await desk.run<int>(std::move(work)));
}

TEST(KeyDesk, the_desk_works_on_its_own_thread_and_answers_on_the_asking_thread) {
    KeyDesk desk;
    boost::asio::io_context io(1);
    const auto asker = std::this_thread::get_id();
    std::latch other_work_done(1);
    std::vector<Result<int>> answers;
    boost::asio::co_spawn(
        io,
        ask(
            desk,
            [&]() -> Result<int> {
                other_work_done.wait(); // would wait for ever on the asker's thread
                return std::this_thread::get_id() == asker ? 1 : 2;
            },
            answers),
        boost::asio::detached);
    boost::asio::post(io, [&] { other_work_done.count_down(); });
    io.run(); // goes on while an answer is to come
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers.front().value(), 2);
}

TEST(KeyDesk, refuses_when_too_many_wait) {
    KeyDesk desk;
    boost::asio::io_context io(1);
    std::latch all_asked(1);
    std::vector<Result<int>> answers;
    for (int i = 0; i < KeyDesk::asks_max + 1; ++i)
        boost::asio::co_spawn(io,
                              ask(
                                  desk,
                                  [&, i]() -> Result<int> {
                                      all_asked.wait();
                                      return i;
                                  },
                                  answers),
                              boost::asio::detached);
    boost::asio::post(io, [&] { all_asked.count_down(); });
    io.run();
    ASSERT_EQ(answers.size(), static_cast<std::size_t>(KeyDesk::asks_max) + 1);
    EXPECT_EQ(answers.front().error().code, Code::key_unavailable);
    for (int i = 0; i < KeyDesk::asks_max; ++i)
        EXPECT_EQ(answers[static_cast<std::size_t>(i) + 1].value(), i) << "in their order";
}

} // namespace
} // namespace settled::custody
