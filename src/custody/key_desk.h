// Opens keys on a thread of its own, one after the other: a file may lie on a disk that is slow,
// and parsing a private key takes a millisecond, in which an io thread would serve no request.
//
// Any thread may ask; the answer arrives on the asker's executor. At most asks_max requests wait; a
// further request fails with key_unavailable.
#pragma once

#include "base/error.h"
#include "base/task.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace settled::custody {

class KeyDesk {
  public:
    // An ask is one call of an operator or a reload of all connectors: hundreds are a mistake.
    static constexpr int asks_max = 256;

    ~KeyDesk() { thread_.join(); }

    template <class T>
    Task<Result<T>> run(std::function<Result<T>()> work) {
        if (asked_.fetch_add(1) >= asks_max) {
            --asked_;
            co_return fail(Code::key_unavailable, "too many keys are being opened; try again");
        }
        const Executor executor = co_await boost::asio::this_coro::executor;
        auto outcome = std::make_shared<std::optional<Result<T>>>();
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
            Post<T>{*this, executor, std::move(work), outcome}, boost::asio::use_awaitable);
        co_return std::move(**outcome);
    }

  private:
    template <class T>
    struct Post {
        KeyDesk& desk;
        Executor executor;
        std::function<Result<T>()> work;
        std::shared_ptr<std::optional<Result<T>>> outcome;

        template <class Handler>
        void operator()(Handler&& handler) {
            auto guard = boost::asio::make_work_guard(executor);
            boost::asio::post(desk.thread_, [&desk = desk, executor = executor,
                                             work = std::move(work), outcome = outcome,
                                             guard = std::move(guard),
                                             handler = std::forward<Handler>(handler)]() mutable {
                outcome->emplace(work());
                --desk.asked_;
                boost::asio::post(
                    executor, [handler = std::move(handler)]() mutable { std::move(handler)(); });
            });
        }
    };

    boost::asio::thread_pool thread_{1};
    std::atomic<int> asked_{0};
};

} // namespace settled::custody
