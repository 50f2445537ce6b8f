// What an asynchronous function returns. Runs on the io_context it was spawned on; one co_await a
// statement; no lock is held over one (docs/decisions/0002-coroutines.md).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace settled {

template <class T = void>
using Task = boost::asio::awaitable<T>;
using Executor = boost::asio::any_io_executor;

} // namespace settled
