// How a connection reads the body of a request: with room for it, or with a place for a file.
#include "net/bounds.h"
#include "net/server/connection.h"
#include "net/server/request_policy.h"

#include "base/assert.h"

#include <algorithm>

namespace settled::net {

bool Connection::take_room(std::size_t body_bytes) {
    const std::size_t held = body_room_ == 0 ? 0 : bounds::request_cost(body_room_);
    const bool taken =
        state_->options.memory->take_now(room_, account_, bounds::request_cost(body_bytes) - held);
    body_room_ = taken ? body_bytes : body_room_;
    return taken;
}

Task<Connection::Step> Connection::wait_for_room(std::size_t body_bytes) {
    const std::size_t held = body_room_ == 0 ? 0 : bounds::request_cost(body_room_);
    phase_ = Phase::waiting;
    Deadlines::clear(*this);
    const bool taken = co_await state_->options.memory->take(
        state_->io, room_, account_, bounds::request_cost(body_bytes) - held,
        std::chrono::steady_clock::now() + state_->options.room_wait);
    if (cut_ || state_->handler == nullptr) {
        co_return Step::gone;
    }
    if (!taken) {
        co_return refuse_with({Code::server_busy, "too much is under way; try again later"});
    }
    body_room_ = body_bytes;
    co_return Step::done;
}

Task<Connection::Step> Connection::admit_file() {
    phase_ = Phase::waiting;
    Deadlines::clear(*this);
    Result<Handler::FilePlace> place = fail(Code::internal, {});
    try {
        place = co_await state_->handler->admit_file(request_);
    } catch (...) {
        place = fail(Code::internal, {}); // what it was is the handler's to log
    }
    if (cut_ || state_->handler == nullptr) {
        co_return Step::gone;
    }
    if (!place) {
        co_return refuse_with(std::move(place).error());
    }
    file_place_ = *std::move(place);
    body_room_ = *parser_->content_length();
    parser_->body.reserve(body_room_);
    co_return Step::done;
}

Task<Connection::Step> Connection::read_body() {
    bool waiting = false;
    const auto body_wait =
        file_place_
            ? std::max<std::chrono::milliseconds>(bounds::file_body_wait, state_->options.body_wait)
            : state_->options.body_wait;
    std::size_t needed = parser_->content_length().value_or(bounds::chunked_body_step);
    while (!parser_->complete()) {
        if (needed > body_room_ && !take_room(needed)) {
            const Step step = co_await wait_for_room(needed);
            if (step != Step::done) {
                co_return step;
            }
            waiting = false;
        }
        const auto used = parser_->parse_body(buffer_.view());
        if (!used) {
            co_return refuse_with(used.error());
        }
        buffer_.use(*used);
        if (parser_->complete()) {
            break;
        }
        if (parser_->body.size() > needed) { // it is chunked
            needed = 2 * parser_->body.size();
            continue;
        }
        // What is left is an incomplete chunk line or trailer: these are as short as a header.
        if (buffer_.view().size() >= limits::header_bytes_max) {
            co_return refuse_with({Code::headers_too_large, "a chunk or its trailer is too long"});
        }
        if (!waiting) {
            waiting = true;
            enter(Phase::body, body_wait);
            if (buffer_.empty() && parser_->body.empty() &&
                expects_continue(request_.fields, parser_->version)) {
                const SystemError error = co_await stream_.write("HTTP/1.1 100 Continue\r\n\r\n");
                if (error || cut_) {
                    co_return Step::gone;
                }
            }
        }
        const auto left = parser_->content_length_remaining();
        const std::size_t wanted = std::clamp<std::size_t>(left.value_or(buffer_bytes_first),
                                                           read_bytes_min, buffer_bytes_max);
        const auto room = buffer_.room(wanted, buffer_bytes_max);
        SETTLED_ASSERT(!room.empty(), "a full buffer is asked for more");
        const Stream::Read read = co_await stream_.read_some(room);
        const Step step = after_read(read);
        if (step != Step::done) {
            co_return step;
        }
    }
    request_.body = std::move(parser_->body);
    buffer_.shrink(buffer_bytes_kept);
    co_return Step::done;
}

} // namespace settled::net
