// Many units of one kind, some of them under way at a time, so that the store's groups are full.
#pragma once

#include "base/assert.h"
#include "store/store.h"

#include <cstddef>
#include <deque>

namespace settled::bench {

inline constexpr std::size_t under_way_default = 512;
inline constexpr auto any_result = [](const auto&) { return true; };

// `make(number)` gives the unit of each number in [from, to); none may fail, and `is_good` must
// hold for each result. What is given must live until the end. Other work of the store, such as the
// renewal of a lease, waits behind all that is under way.
template <class T, class Make, class Check = decltype(any_result)>
Task<> run_many(store::Store& store, std::size_t from, std::size_t to, const Make& make,
                const Check& is_good = any_result, std::size_t under_way = under_way_default) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    std::deque<store::Pending<T>> pending;
    for (std::size_t number = from; number < to || !pending.empty(); ++number) {
        if (number < to)
            pending.push_back(store.write<T>(executor, make(number)));
        if (pending.size() < under_way && number < to)
            continue;
        const Result<T> done = co_await pending.front().wait();
        SETTLED_ASSERT(done.has_value() && is_good(done), "it is done");
        pending.pop_front();
    }
}

} // namespace settled::bench
