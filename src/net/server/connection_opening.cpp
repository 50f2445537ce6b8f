// What comes before the first request: a proxy's word for the client, and TLS.
#include "net/server/connection.h"
#include "net/server/forwarded.h"
#include "net/server/proxy_header.h"

namespace settled::net {

// Byte by byte: what follows it is TLS's, or the request's.
Task<bool> Connection::take_proxy_header() {
    if (!state_->options.proxy_protocol || peer_.is_operator) {
        co_return true;
    }
    if (!peer_.is_proxy) {
        co_return false;
    }
    enter(Phase::handshake, limits::tls_handshake_max);
    std::string bytes;
    while (bytes.size() < proxy_header_bytes_max) {
        char next = 0;
        const Stream::Read read = co_await stream_.read_some({&next, 1});
        if (cut_ || read.size == 0) {
            co_return false;
        }
        bytes += next;
        const auto header = read_proxy_header(bytes);
        if (!header) {
            co_return false;
        }
        if (*header) {
            believe(**header);
            co_return true;
        }
    }
    co_return false;
}

void Connection::believe(const ProxyHeader& header) {
    if (!header.client) {
        return; // the proxy's own
    }
    peer_ = {.address = *header.client,
             .name = header.client->to_string(),
             .counted_as = counted_as(*header.client)};
}

Task<bool> Connection::open() {
    const bool begins_well = co_await take_proxy_header();
    if (!begins_well) {
        stream_.close();
        co_return false;
    }
    if (!state_->options.tls) {
        co_return true;
    }
    TlsSession session = state_->options.tls->make_session();
    if (!session) {
        co_return false;
    }
    stream_.secure(std::move(session));
    enter(Phase::handshake, limits::tls_handshake_max);
    const std::string error = co_await stream_.handshake();
    co_return error.empty();
}

} // namespace settled::net
