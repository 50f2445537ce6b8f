#include "intake/batch_signer.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace settled::intake {

namespace {

// Some milliseconds of RSA before the thread looks at its sockets again.
constexpr std::size_t signatures_per_turn = 32;

} // namespace

boost::asio::execution_context::id BatchSigner::id;

struct BatchSigner::Park {
    BatchSigner& desk;
    std::shared_ptr<Order> order;
    Executor executor;

    template <class Handler>
    void operator()(Handler&& handler) {
        order->waiter = std::forward<Handler>(handler);
        desk.waiting_.push_back(std::move(order));
        desk.schedule(executor);
    }
};

// The key is in another device: its own threads sign, and this one goes on.
struct BatchSigner::Elsewhere {
    std::shared_ptr<Order> order;
    Executor executor;

    template <class Handler>
    void operator()(Handler&& handler) {
        auto guard = boost::asio::make_work_guard(executor);
        order->signer->sign_later(
            {order->message}, [order = order, executor = executor, guard = std::move(guard),
                               handler = std::forward<Handler>(handler)](
                                  Result<std::vector<Bytes>> signatures) mutable {
                if (signatures)
                    order->signature = std::move(signatures->front());
                else
                    order->signature = std::unexpected(std::move(signatures).error());
                boost::asio::post(
                    executor, [handler = std::move(handler)]() mutable { std::move(handler)(); });
            });
    }
};

BatchSigner& BatchSigner::of(const Executor& executor) {
    return boost::asio::use_service<BatchSigner>(
        boost::asio::query(executor, boost::asio::execution::context));
}

Task<Result<Bytes>> BatchSigner::sign(std::shared_ptr<crypto::Signer> signer, std::string message) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    const auto order = std::make_shared<Order>();
    order->signer = std::move(signer);
    order->message = std::move(message);
    if (order->signer->waits()) {
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
            Elsewhere{order, executor}, boost::asio::use_awaitable);
        co_return std::move(order->signature);
    }
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        Park{*this, order, executor}, boost::asio::use_awaitable);
    co_return std::move(order->signature);
}

// Behind whatever the thread has still to read.
void BatchSigner::schedule(const Executor& executor) {
    if (scheduled_)
        return;
    scheduled_ = true;
    boost::asio::post(executor, [this, executor] { sign_waiting(executor); });
}

void BatchSigner::sign_waiting(const Executor& executor) {
    scheduled_ = false;
    const std::size_t count = std::min(waiting_.size(), signatures_per_turn);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    const std::vector<std::shared_ptr<Order>> batch(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
    if (!waiting_.empty())
        schedule(executor);

    for (auto from = batch.begin(); from != batch.end();) {
        const auto& signer = (*from)->signer;
        const auto to = std::find_if(from, batch.end(),
                                     [&](const auto& order) { return order->signer != signer; });
        std::vector<std::string_view> messages;
        for (auto it = from; it != to; ++it)
            messages.emplace_back((*it)->message);
        Result<std::vector<Bytes>> signatures = signer->sign(messages);
        for (std::size_t i = 0; from != to; ++from, ++i) {
            if (signatures)
                (*from)->signature = std::move((*signatures)[i]);
            else
                (*from)->signature = std::unexpected(signatures.error());
        }
    }
    for (const auto& order : batch)
        std::exchange(order->waiter, {})();
}

} // namespace settled::intake
