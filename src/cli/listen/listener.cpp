#include "cli/listen/listener.h"

#include "cli/client/query.h"
#include "cli/json_text.h"
#include "net/pause.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

using namespace std::chrono_literals;

// The server writes a comment every 15 s: one that is silent for so long is gone.
constexpr auto quiet_max = 40s;
constexpr auto return_wait_first = 500ms;
constexpr auto return_wait_max = 10'000ms;
constexpr std::size_t refusal_bytes_max = 64 * 1024;

} // namespace

Result<net::OutboundRequest> Listener::request() const {
    const std::string root = plan_.remote ? plan_.remote->url : "http://localhost";
    std::string target = plan_.stream;
    const auto add = [&](std::string_view name, const std::string& value) {
        target += fmt::format("{}{}={}", target.contains('?') ? '&' : '?', name, query_text(value));
    };
    if (!plan_.after.empty())
        add("after", plan_.after);
    if (!plan_.remote)
        add("tenant", plan_.tenant);
    net::OutboundRequest request;
    request.method = "GET";
    TRY(request.url, net::Url::parse(root + target));
    request.fields.add("Accept", "text/event-stream");
    if (!last_id_.empty())
        request.fields.add("Last-Event-ID", last_id_);
    if (plan_.remote) // over TLS
        request.fields.add("Authorization", fmt::format("Bearer {}", plan_.remote->key.reveal()));
    request.deadline = quiet_max;
    return request;
}

Task<Result<std::unique_ptr<net::ReplyStream>>> Listener::open() {
    CO_TRY(net::OutboundRequest request, this->request());
    if (!plan_.remote)
        co_return co_await net::ReplyStream::open_socket(io_, plan_.socket_path,
                                                         std::move(request));
    net::Client::Options options;
    options.egress = {false, {"0.0.0.0/0", "::/0"}}; // the user names the server
    options.extra_trusted_certificates = plan_.remote->authorities;
    co_return co_await net::ReplyStream::open(io_, std::move(options), std::move(request));
}

Task<Result<>> Listener::run() {
    bool has_begun = false;
    auto wait = std::chrono::milliseconds(return_wait_first);
    while (!is_full()) {
        auto stream = co_await open();
        if (!stream && !has_begun)
            co_return std::unexpected(std::move(stream).error());
        // A server that is starting or has too many readers is asked again.
        const bool is_busy = stream && has_begun && (*stream)->status() >= 429;
        if (stream && (*stream)->status() != 200 && !is_busy) {
            co_await refuse(**stream);
            co_return Result<>();
        }
        Result<> ended = stream ? Result<>() : std::unexpected(stream.error());
        if (stream && !is_busy) {
            if (!has_begun)
                hooks_.ready();
            has_begun = true;
            wait = return_wait_first;
            ended = co_await read(**stream);
        }
        if (is_full())
            break;
        hooks_.broken(ended ? Error{Code::peer_closed, ""} : ended.error());
        co_await net::pause(wait);
        wait = std::min<std::chrono::milliseconds>(2 * wait, return_wait_max);
    }
    co_return Result<>();
}

Task<> Listener::refuse(net::ReplyStream& stream) {
    net::Response refusal;
    refusal.status = stream.status();
    while (refusal.body.size() < refusal_bytes_max) {
        const auto part = co_await stream.next();
        if (!part || !*part)
            break;
        refusal.body += **part;
    }
    hooks_.refused(refusal);
}

Task<Result<>> Listener::read(net::ReplyStream& stream) {
    EventParser parser;
    while (!is_full()) {
        CO_TRY(const auto part, co_await stream.next());
        if (!part)
            break;
        CO_TRY(const std::vector<StreamedEvent> events, parser.push(*part));
        for (const StreamedEvent& event : events)
            if (!is_full())
                co_await take(event);
    }
    co_return Result<>();
}

bool Listener::is_wanted(const StreamedEvent& event) const {
    if (!plan_.types.empty() && std::ranges::find(plan_.types, event.type) == plan_.types.end())
        return false;
    if (plan_.since.us == 0)
        return true;
    const auto document = wire::JsonDocument::parse(event.body);
    const auto at = document ? wire::parse_rfc3339(text_at(document->root(), "timestamp"))
                             : Result<Instant>(Instant{});
    return !at || *at >= plan_.since;
}

Task<> Listener::take(StreamedEvent event) {
    last_id_ = event.id;
    if (event.body.empty() || !is_wanted(event))
        co_return;
    ++taken_;
    if (!forwarder_) {
        hooks_.event(event, nullptr);
        co_return;
    }
    const Forwarder::Outcome outcome = co_await forwarder_->forward(event);
    hooks_.event(event, &outcome);
}

} // namespace settled::cli
