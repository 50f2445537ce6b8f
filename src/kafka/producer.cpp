#include "kafka/producer.h"

#include "kafka/bounds.h"
#include "observe/log.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <functional>
#include <mutex>
#include <optional>

namespace settled::kafka {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr int poll_ms = 100;
constexpr int flush_ms = 5000;

Owned<rd_kafka_headers_t> headers_of(const NewRecord& record) {
    Owned<rd_kafka_headers_t> headers(rd_kafka_headers_new(record.headers.size()));
    for (const Header& header : record.headers)
        rd_kafka_header_add(headers.get(), header.name.data(),
                            static_cast<ssize_t>(header.name.size()),
                            header.value ? header.value->data() : nullptr,
                            header.value ? static_cast<ssize_t>(header.value->size()) : 0);
    return headers;
}

// The library takes bytes that it does not change as void*.
void* bytes_of(const std::optional<std::string>& text) {
    return text ? const_cast<char*>(text->data()) : nullptr;
}
std::size_t size_of(const std::optional<std::string>& text) {
    return text ? text->size() : 0;
}

} // namespace

// A record on its way. The library's message carries one reference to it.
struct Producer::Order {
    Executor executor;
    std::optional<Result<Placed>> result;
    std::move_only_function<void()> waiter;
};

struct Producer::Park {
    Producer& producer;
    const NewRecord& record;
    std::shared_ptr<Order> order;
    template <class Handler>
    void operator()(Handler&& handler) {
        order->waiter = std::forward<Handler>(handler);
        producer.write(record, order);
    }
};

Result<std::unique_ptr<Producer>> Producer::open(const Settings& settings,
                                                 const Credentials& credentials, const Clock& clock,
                                                 const Probe& probe) {
    std::unique_ptr<Producer> producer(new Producer(settings, credentials, clock, probe));
    TRY(producer->handle_, producer->open_handle());
    producer->thread_ = std::thread([&p = *producer] { p.serve(); });
    return producer;
}

Producer::~Producer() {
    stop();
}

Result<Owned<rd_kafka_t>> Producer::open_handle() {
    const std::chrono::milliseconds wait = bounds::produce_wait_max;
    return open_client(Role::producer, settings_, credentials_,
                       {{"enable.idempotence", "true"},
                        {"acks", "all"},
                        {"message.timeout.ms", fmt::to_string(wait.count())},
                        {"message.max.bytes", fmt::to_string(bounds::written_record_bytes_max)},
                        {"linger.ms", "2"}},
                       *this);
}

Task<Result<Placed>> Producer::send(NewRecord record) {
    const auto order = std::make_shared<Order>();
    order->executor = co_await asio::this_coro::executor;
    const Clock::Steady begin = clock_.steady();
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(Park{*this, record, order},
                                                                         asio::use_awaitable);
    if (*order->result)
        probe_.produced(
            std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - begin));
    else
        probe_.produce_failed(order->result->error().code);
    co_return std::move(*order->result);
}

void Producer::write(const NewRecord& record, const std::shared_ptr<Order>& order) {
    const std::shared_lock lock(mutex_);
    if (stopping_)
        return complete(order, fail(Code::shutting_down));
    Owned<rd_kafka_headers_t> headers = headers_of(record);
    auto reference = std::make_unique<std::shared_ptr<Order>>(order);
    const rd_kafka_resp_err_t code = rd_kafka_producev(
        handle_.get(), RD_KAFKA_V_TOPIC(record.topic.c_str()),
        RD_KAFKA_V_KEY(bytes_of(record.key), size_of(record.key)),
        RD_KAFKA_V_VALUE(bytes_of(record.body), size_of(record.body)),
        RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_OPAQUE(reference.get()), RD_KAFKA_V_END);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return complete(order, std::unexpected(error_of(code)));
    (void)headers.release(); // the message's now
    (void)reference.release();
}

// Not from within the call that started it: the coroutine must have come to rest first.
void Producer::complete(const std::shared_ptr<Order>& order, Result<Placed> result) {
    order->result = std::move(result);
    asio::post(order->executor, [order] { std::exchange(order->waiter, {})(); });
}

void Producer::delivered(const rd_kafka_message_t& message) {
    const std::unique_ptr<std::shared_ptr<Order>> reference(
        static_cast<std::shared_ptr<Order>*>(message._private));
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return complete(*reference, std::unexpected(error_of(message.err)));
    set_reach(Reach::reachable);
    complete(*reference, Placed{message.partition, message.offset});
}

void Producer::failed(rd_kafka_resp_err_t, bool fatal) {
    if (fatal)
        fatal_ = true;
}

void Producer::serve() {
    while (!stopping_) {
        rd_kafka_poll(handle_.get(), poll_ms);
        if (fatal_.exchange(false))
            replace();
    }
}

void Producer::replace() {
    auto fresh = open_handle();
    if (!fresh) {
        fatal_ = true; // tried again at the next turn: the old one will never send anything
        return log::lasting("kafka.producer_lost", fresh.error(), {});
    }
    {
        const std::unique_lock lock(mutex_);
        std::swap(handle_, *fresh);
    }
    rd_kafka_purge(fresh->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(fresh->get()) > 0)
        rd_kafka_poll(fresh->get(), poll_ms);
    fatal_ = false; // what the old one still said
    log::warn("kafka.producer_replaced", {});
}

void Producer::stop() {
    {
        const std::unique_lock lock(mutex_);
        if (stopping_.exchange(true))
            return;
    }
    if (thread_.joinable())
        thread_.join();
    if (!handle_)
        return;
    rd_kafka_flush(handle_.get(), flush_ms);
    rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(handle_.get()) > 0)
        rd_kafka_poll(handle_.get(), poll_ms);
}

} // namespace settled::kafka
