// Runs one coroutine to its end on an io_context of its own: for start-up, the end and the command
// line. Main thread only.
#pragma once

#include "base/task.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <utility>

namespace settled::server {

namespace detail {

template <class T>
Task<> keep_result(Task<T> task, std::optional<T>& into) {
    into.emplace(co_await std::move(task));
}

} // namespace detail

inline void run_to_end(Task<> task) {
    // Never destroyed: the store's thread may still be on its way out of post() when the result is
    // here already.
    static boost::asio::io_context& io = *new boost::asio::io_context(1);
    boost::asio::co_spawn(io, std::move(task), boost::asio::detached);
    io.restart();
    io.run();
}

template <class T>
T run_to_end(Task<T> task) {
    std::optional<T> result;
    run_to_end(detail::keep_result(std::move(task), result));
    return std::move(*result);
}

} // namespace settled::server
