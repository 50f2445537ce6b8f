#include "sandbox/control/control.h"
#include "sandbox/control/orders.h"
#include "sandbox/control/show.h"

#include "sandbox/sandbox.h"
#include "wire/json_writer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <memory>

namespace settled::sandbox {

namespace {

using Answer = Result<net::Response>;

constexpr std::size_t batch_lanes = 16;

Task<Answer> create(Sandbox& sandbox, const std::string& body) {
    CO_TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    CO_TRY_VOID(input.only({"id", "institution_id", "scheme", "amount", "currency", "reference",
                            "end_to_end_id", "payee", "payer", "format", "register"}));
    CO_TRY(const ProviderOrder order, read_provider_order(input));
    RegisteredPayment registered{sandbox.provider().complete(order.payment), 0, {}};
    if (order.registers) {
        CO_TRY(RegisteredPayment answered,
               co_await sandbox.provider().register_payment(registered.payment, order.as_yapily));
        registered = std::move(answered);
    }
    const std::string shown = order.as_yapily ? yapily_json(registered.payment, sandbox.rng())
                                              : native_json(registered.payment);
    co_return json_answer(201, show_registered(registered, shown));
}

// A batch on its way: the lanes share it and the last one ends the wait.
struct Batch {
    Batch(Sandbox& in, ProviderOrder what, Series how_many)
        : sandbox(in), order(std::move(what)), series(how_many),
          done(in.io(), boost::asio::steady_timer::time_point::max()) {}

    Sandbox& sandbox;
    ProviderOrder order;
    Series series;
    std::size_t next = 0;
    std::size_t lanes = 0;
    std::map<int, std::uint64_t> by_status; // 0: no answer
    boost::asio::steady_timer done;
};

Task<> run_lane(std::shared_ptr<Batch> batch) {
    while (batch->next < batch->series.count) {
        const std::int64_t number = batch->series.first + static_cast<std::int64_t>(batch->next++);
        ProviderPayment payment = item_of(batch->order, batch->series, number);
        const Result<RegisteredPayment> registered =
            co_await batch->sandbox.provider().register_payment(std::move(payment),
                                                                batch->order.as_yapily);
        ++batch->by_status[registered ? registered->status : 0];
    }
    if (--batch->lanes == 0)
        batch->done.cancel();
}

Task<Answer> create_batch(Sandbox& sandbox, const std::string& body) {
    CO_TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    CO_TRY_VOID(input.only({"id", "institution_id", "scheme", "amount", "currency", "reference",
                            "end_to_end_id", "payee", "payer", "format", "count", "first",
                            "amount_spread"}));
    CO_TRY(ProviderOrder order, read_provider_order(input));
    CO_TRY(const Series series, read_series(input));
    if (!sandbox.provider().has_target())
        co_return fail(Code::state_conflict, "the address of settled is not set");

    const auto batch = std::make_shared<Batch>(sandbox, std::move(order), series);
    batch->lanes = std::min(batch_lanes, series.count);
    for (std::size_t i = 0; i < std::min(batch_lanes, series.count); ++i)
        boost::asio::co_spawn(sandbox.io(), run_lane(batch), boost::asio::detached);
    if (batch->lanes != 0) {
        boost::system::error_code cancelled;
        co_await batch->done.async_wait(
            boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    }
    wire::JsonWriter writer;
    writer.object().member("count", std::uint64_t{series.count}).key("statuses").object();
    for (const auto& [status, count] : batch->by_status)
        writer.member(std::to_string(status), count);
    writer.end().end();
    co_return json_answer(201, std::move(writer).text());
}

} // namespace

Task<net::Response> control_provider(Sandbox& sandbox, const net::Request& request, Path path) {
    Answer answer = fail(Code::route_unknown);
    if (path == Path{"payments"} && request.method == "POST")
        answer = co_await create(sandbox, request.body);
    else if (path == Path{"payments", "batch"} && request.method == "POST")
        answer = co_await create_batch(sandbox, request.body);
    co_return answer ? *std::move(answer) : problem(answer.error());
}

} // namespace settled::sandbox
