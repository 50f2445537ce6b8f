#include "worker/trace_exporter.h"

#include "domain/delivery.h"
#include "observe/log.h"
#include "worker/bounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace settled::worker {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds interval = 1s; // how late spans are sent
constexpr std::chrono::milliseconds wait_first = 1s;
constexpr std::chrono::milliseconds wait_max = 60s;
constexpr auto headers_kept = 300s;
constexpr std::size_t reply_bytes_max = 16 * 1024; // of a partial success

bool is_retryable(int status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

} // namespace

TraceExporter::TraceExporter(boost::asio::io_context& io, TraceExporterDeps deps)
    : deps_(std::move(deps)), task_(io, [this] { return round(); }) {}

Task<std::chrono::microseconds> TraceExporter::round() {
    co_await deps_.look_for_events();
    if (task_.is_stopped())
        co_return interval;
    const bool taken = co_await run_once(bounds::trace_wait_max);
    co_return taken ? interval : wait_;
}

Task<> TraceExporter::close() {
    if (!is_failing_ && batch_.empty())
        (void)co_await run_once(bounds::trace_last_wait_max);
    deps_.client->close();
}

Task<bool> TraceExporter::run_once(std::chrono::milliseconds deadline) {
    bool goes_on = true;
    while (goes_on) {
        const bool is_again = !batch_.empty(); // others have come meanwhile
        if (!is_again)
            batch_ = deps_.traces.take(bounds::trace_batch_max);
        if (batch_.empty())
            co_return true;
        const bool is_full = batch_.size() == bounds::trace_batch_max;
        const bool done = co_await send(deadline);
        if (!done)
            co_return false;
        batch_.clear();
        goes_on = (is_full || is_again) && !task_.is_stopped();
    }
    co_return true;
}

Task<Result<>> TraceExporter::read_headers() {
    const Clock::Steady now = deps_.clock.steady();
    if (now < headers_until_)
        co_return Result<>();
    CO_TRY(headers_, co_await deps_.headers());
    headers_until_ = now + headers_kept;
    co_return Result<>();
}

// True: the batch is done with, taken or refused.
Task<bool> TraceExporter::send(std::chrono::milliseconds deadline) {
    if (const auto read = co_await read_headers(); !read) {
        failed(read.error());
        set_wait(nullptr);
        co_return false;
    }
    net::OutboundRequest request;
    request.url = deps_.endpoint;
    request.fields = headers_;
    request.fields.add("Content-Type", "application/json");
    request.body = observe::otlp_request(deps_.resource, batch_);
    request.deadline = deadline;
    request.reply_bytes_max = reply_bytes_max;
    request.safe_to_repeat = true; // a span that comes twice has the same id
    const auto reply = co_await deps_.client->send(std::move(request));
    if (!reply) {
        failed(reply.error());
        set_wait(nullptr);
        co_return false;
    }
    co_return taken(*reply);
}

bool TraceExporter::taken(const net::Reply& reply) {
    if (reply.status / 100 == 2) {
        const std::size_t rejected = std::min(observe::rejected_spans(reply.body), batch_.size());
        deps_.traces.rejected(rejected);
        deps_.traces.exported(batch_.size() - rejected);
        is_failing_ = false;
        wait_ = {};
        return true;
    }
    failed(
        {Code::reply_unreadable, fmt::format("the traces' collector answered {}", reply.status)});
    if (is_retryable(reply.status)) {
        set_wait(&reply);
        return false;
    }
    if (reply.status == 401 || reply.status == 403)
        headers_until_ = {};
    deps_.traces.rejected(batch_.size());
    return true;
}

void TraceExporter::failed(const Error& error) {
    is_failing_ = true;
    deps_.traces.failed();
    log::lasting("traces.unsent", error, {{"host", deps_.endpoint.host}});
}

void TraceExporter::set_wait(const net::Reply* reply) {
    wait_ = std::clamp(2 * wait_, wait_first, wait_max);
    const auto field = reply == nullptr ? std::nullopt : reply->fields.find("Retry-After");
    const auto asked = field ? domain::parse_retry_after(*field, deps_.clock.wall()) : std::nullopt;
    if (asked)
        wait_ = std::clamp<std::chrono::milliseconds>(*asked, wait_, wait_max);
}

} // namespace settled::worker
