#include "net/server/connection.h"

#include "base/assert.h"
#include "net/bounds.h"
#include "net/server/forwarded.h"
#include "net/server/request_policy.h"
#include "net/server/response_text.h"

#include <boost/asio/error.hpp>

#include <algorithm>

namespace settled::net {

namespace {

constexpr std::size_t input_dropped_bytes_max = 4 * 1024 * 1024;
constexpr auto parting_wait = std::chrono::seconds(1);

// The request line around the target: the longest method, the version, two spaces.
constexpr HeadLimits head_limits = {.bytes_max = limits::header_bytes_max,
                                    .first_line_bytes_max = limits::target_bytes_max + 17,
                                    .fields_max = limits::header_fields_max};

// Whether a proxy was called by https: only a proxy of ours may say so.
constexpr std::string_view forwarded_proto = "X-Forwarded-Proto";

} // namespace

Connection::Connection(std::shared_ptr<ServerState> state, Socket socket, Peer peer,
                       ConnectionPlace place)
    : state_(std::move(state)), stream_(std::move(socket)), peer_(std::move(peer)),
      place_(std::move(place)) {
    state_->connections.insert(this);
    state_->deadlines->add(*this);
}

Connection::~Connection() {
    state_->connections.erase(this);
    state_->deadlines->remove(*this);
}

void Connection::enter(Phase phase, std::chrono::milliseconds wait) {
    phase_ = phase;
    late_ = false;
    state_->deadlines->set(*this, std::chrono::steady_clock::now() + wait);
}

void Connection::expired() {
    late_ = true;
    switch (phase_) {
    case Phase::idle:
    case Phase::header:
    case Phase::body:
        // The read ends; who reads decides what to say.
        stream_.cancel();
        return;
    case Phase::handling:
        // The handler goes on to its end, since what it does may not be left half done; but the
        // peer is not kept waiting for it.
        if (state_->handler != nullptr) {
            const Response response = refusal({Code::answer_late, {}});
            out_.clear();
            append_response(out_, response, {state_->date(), request_.request_id, true, false});
            stream_.write_now(out_);
        }
        cut();
        return;
    case Phase::waiting: // ends by itself
        return;
    case Phase::handshake:
    case Phase::writing:
    case Phase::streaming:
    case Phase::parting:
        cut();
        return;
    }
}

void Connection::end_if_idle() {
    if (phase_ == Phase::idle || phase_ == Phase::handshake || phase_ == Phase::streaming) {
        cut();
    }
}

void Connection::cut() {
    cut_ = true;
    stream_.cut();
}

Connection::Step Connection::refuse_with(Error error) {
    error_ = std::move(error);
    return Step::refused;
}

Connection::Step Connection::after_read(const Stream::Read& read) {
    buffer_.filled(read.size);
    if (cut_ || state_->handler == nullptr) {
        return Step::gone;
    }
    if (read.size > 0) {
        return Step::done;
    }
    if (phase_ == Phase::idle) {
        return Step::gone;
    }
    if (late_) {
        return refuse_with({Code::request_timeout, {}});
    }
    if (read.error == boost::asio::error::eof) {
        return refuse_with({Code::request_malformed, "the request ends too early"});
    }
    return Step::gone;
}

Task<Connection::Step> Connection::read_head(std::size_t& head_size) {
    HeadScan scan(head_limits);
    const auto header_wait = place_.is_spare()
                                 ? std::min<std::chrono::milliseconds>(state_->options.header_wait,
                                                                       bounds::spare_head_wait)
                                 : state_->options.header_wait;
    enter(Phase::idle, served_ == 0 ? header_wait : state_->options.idle_wait);
    while (true) {
        const std::string_view bytes = buffer_.view();
        // A method begins with a capital letter; a TLS hello on a plain port does not.
        if (!bytes.empty() && (bytes.front() < 'A' || bytes.front() > 'Z')) {
            co_return refuse_with({Code::request_malformed, "this is not HTTP"});
        }
        auto found = scan.scan(bytes);
        if (!found) {
            co_return refuse_with(std::move(found).error());
        }
        if (*found) {
            head_size = **found;
            co_return Step::done;
        }
        if (!bytes.empty() && phase_ == Phase::idle) {
            enter(Phase::header, header_wait);
        }
        if (bytes.empty() && state_->draining) {
            co_return Step::gone;
        }
        const auto room =
            buffer_.room(bytes.empty() ? buffer_bytes_first : read_bytes_min, buffer_bytes_max);
        SETTLED_ASSERT(!room.empty(), "a full buffer is asked for more");
        const Stream::Read read = co_await stream_.read_some(room);
        const Step step = after_read(read);
        if (step != Step::done) {
            co_return step;
        }
    }
}

Connection::Step Connection::judge_head(std::string_view head) {
    if (auto parsed = parser_->parse_head(head); !parsed) {
        return refuse_with(std::move(parsed).error());
    }
    request_.method = std::move(parser_->method);
    request_.target = std::move(parser_->target);
    request_.fields = std::move(parser_->fields);
    if (const auto id = request_id_of(request_.fields); !id.empty()) {
        request_.request_id = id;
    }
    if (auto good = check_method(request_.method); !good) {
        return refuse_with(std::move(good).error());
    }
    const auto host = request_.fields.find("Host").value_or("");
    auto target = read_target(request_.target, host);
    if (!target) {
        return refuse_with(std::move(target).error());
    }
    request_.path = std::move(target->path);
    request_.query = std::move(target->query);
    if (auto good = check_fields(request_.fields, parser_->version); !good) {
        return refuse_with(std::move(good).error());
    }
    account_ = peer_.counted_as;
    if (peer_.is_proxy) {
        const auto client =
            client_behind(request_.fields, peer_.address, state_->options.trusted_proxies);
        request_.peer = client.to_string();
        account_ = counted_as(client);
    } else if (request_.fields.find(forwarded_proto)) {
        request_.fields = without_field(request_.fields, forwarded_proto);
    }
    if (place_.is_spare() && !state_->handler->is_vital(request_.method, request_.path)) {
        return refuse_with({Code::too_many_requests, "too many connections"});
    }
    const auto length = parser_->content_length();
    // A file says how long it is: then its memory is taken once, and none is copied as it grows.
    file_bytes_max_ = state_->handler->file_bytes_max(request_.method, request_.path);
    if (file_bytes_max_ > 0 && !length) {
        return refuse_with({Code::body_too_large, "say how long the file is: Content-Length is "
                                                  "required"});
    }
    const std::size_t body_max =
        file_bytes_max_ > 0 ? file_bytes_max_
                            : state_->handler->body_bytes_max(request_.method, request_.path);
    if (length && *length > body_max) {
        return refuse_with({Code::body_too_large, {}});
    }
    parser_->body_bytes_max(body_max);
    return Step::done;
}

Task<Connection::Step> Connection::read_request() {
    parser_.emplace();
    request_ = Request();
    request_.peer = peer_.name;
    request_.trusted_peer = peer_.is_operator;
    body_room_ = 0;
    file_bytes_max_ = 0;
    std::size_t head_size = 0;
    Step step = co_await read_head(head_size);
    if (step == Step::gone) {
        co_return step;
    }
    since_ = state_->clock.steady();
    if (step == Step::done) {
        phase_ = Phase::header;
        step = judge_head(buffer_.view().substr(0, head_size));
        buffer_.use(head_size);
    }
    keeps_alive_ = parser_->keeps_alive && step == Step::done;
    if (step == Step::done && file_bytes_max_ > 0) {
        step = co_await admit_file();
    }
    if (step == Step::done && !parser_->complete()) {
        step = co_await read_body();
    }
    if (request_.request_id.empty()) {
        request_.request_id = state_->mint_request_id();
    }
    const auto trace = traceparent_of(request_.fields);
    request_.traceparent = trace.empty() ? state_->mint_traceparent() : std::string(trace);
    co_return step;
}

void Connection::tell_answered(const Request& request, const Response& response,
                               Clock::Steady since) {
    if (state_->handler != nullptr) {
        state_->handler->answered(
            request, response,
            std::chrono::duration_cast<std::chrono::microseconds>(state_->clock.steady() - since));
    }
}

Response Connection::refusal(const Error& error) {
    Response response;
    try {
        response = state_->handler->refuse(error, request_.request_id);
    } catch (...) {
        response.status = info(error.code).http_status;
    }
    if (!is_sendable(response)) {
        response = Response();
        response.status = info(Code::internal).http_status;
    }
    return response;
}

void Connection::take_room(Response& response) {
    const std::size_t bytes = response.body.size();
    if (bytes <= bounds::answer_bytes_free ||
        state_->options.memory->take_now(room_, account_, bytes)) {
        return;
    }
    // What was changed is answered in any case; what was only read can be read again.
    if (request_.method == "GET" || request_.method == "HEAD") {
        response = refusal({Code::server_busy, "too much is under way; try again later"});
    } else {
        state_->options.memory->take_anyway(room_, account_, bytes);
    }
}

Task<bool> Connection::answer() {
    Request handed = request_;
    handed.body = std::move(request_.body);
    request_.body.clear();
    enter(Phase::handling, file_place_ ? std::max<std::chrono::milliseconds>(
                                             bounds::file_answer_wait, state_->options.answer_wait)
                                       : state_->options.answer_wait);
    Response response;
    bool failed = false;
    try {
        response = co_await state_->handler->handle(std::move(handed));
    } catch (...) {
        failed = true; // what it was is the handler's to log
    }
    file_place_.reset(); // the handler has let the file go
    if (state_->handler == nullptr) {
        co_return false;
    }
    if (late_) {
        tell_answered(request_, refusal({Code::answer_late, {}}), since_);
        co_return false;
    }
    if (failed || !is_sendable(response)) {
        response = refusal({Code::internal, {}});
    }
    const bool cut_short = response.cut_after.has_value() || response.reset;
    const bool chunked = parser_->version == 11;
    const bool close = !keeps_alive_ || response.close || (response.source && !chunked) ||
                       state_->draining || place_.is_spare() ||
                       served_ + 1 >= limits::requests_per_connection_max;
    room_.give_back();
    take_room(response);
    out_.clear();
    append_response(
        out_, response,
        {state_->date(), request_.request_id, close, request_.method == "HEAD", chunked});
    response.body = std::string();
    if (response.cut_after && *response.cut_after < out_.size()) {
        out_.resize(*response.cut_after);
    }
    enter(Phase::writing, limits::reply_wait_max);
    SystemError error = stream_.begin_write(out_);
    if (stream_.is_write_pending()) {
        error = co_await stream_.finish_write();
    }
    if (response.source && !error && !cut_ && request_.method != "HEAD") {
        const bool sent = co_await send_parts(response.source, chunked);
        if (!sent) {
            cut_ = true;
        }
    }
    room_.give_back();
    if (out_.capacity() > bounds::answer_bytes_free) {
        out_ = std::string();
    }
    tell_answered(request_, response, since_);
    ++served_;
    if (response.reset) {
        cut_ = true;
        stream_.reset();
    }
    co_return !close && !cut_short && !error && !cut_;
}

Task<bool> Connection::send_parts(std::shared_ptr<BodySource> source, bool chunked) {
    bool is_whole = false;
    while (!is_whole && !cut_ && state_->handler != nullptr) {
        enter(Phase::streaming, bounds::part_wait_max);
        if (state_->draining) {
            co_return false;
        }
        std::optional<std::string> part;
        try {
            part = co_await source->next(cut_);
        } catch (...) {
            co_return false;
        }
        if (cut_ || state_->handler == nullptr) {
            co_return false;
        }
        is_whole = !part;
        out_.clear();
        if (part && chunked) {
            append_chunk(out_, *part);
        } else if (part) {
            out_ = *std::move(part);
        } else if (chunked) {
            out_ = "0\r\n\r\n";
        }
        enter(Phase::writing, limits::reply_wait_max);
        const SystemError error = co_await stream_.write(out_);
        if (error) {
            co_return false;
        }
    }
    co_return is_whole;
}

Task<> Connection::send_refusal() {
    const Response response = refusal(error_);
    out_.clear();
    append_response(out_, response,
                    {state_->date(), request_.request_id, true, request_.method == "HEAD"});
    enter(Phase::writing, limits::reply_wait_max);
    room_.give_back();
    file_place_.reset();
    const SystemError error = co_await stream_.write(out_);
    static_cast<void>(error); // the connection ends either way
    tell_answered(request_, response, since_);
}

Task<> Connection::part() {
    if (!cut_) {
        enter(Phase::parting, parting_wait);
        stream_.finish_sending();
        co_await stream_.drop_input(input_dropped_bytes_max);
    }
    stream_.close();
}

Task<> Connection::serve() {
    const bool is_open = co_await open();
    if (!is_open) {
        co_return;
    }
    while (!cut_ && state_->handler != nullptr) {
        Step step = co_await read_request();
        if (step == Step::gone && place_.is_spare() && !cut_ && state_->handler != nullptr) {
            // The peer has sent nothing, and is answered anyway.
            since_ = state_->clock.steady();
            request_.request_id = state_->mint_request_id();
            step = refuse_with({Code::too_many_requests, "too many connections"});
        }
        if (step == Step::gone) {
            break;
        }
        if (step == Step::refused) {
            co_await send_refusal();
            break;
        }
        const bool goes_on = co_await answer();
        if (!goes_on) {
            break;
        }
    }
    co_await part();
}

} // namespace settled::net
