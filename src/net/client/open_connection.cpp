#include "net/client/open_connection.h"

#include "base/limits.h"

#include <algorithm>

namespace settled::net {

Task<Result<std::unique_ptr<ClientConnection>>>
open_connection(std::shared_ptr<DialContext> context, std::shared_ptr<Pool> pool,
                const OutboundRequest& request, std::string key, TimePoint deadline) {
    const Url& url = request.url;
    auto socket = co_await dial(context, url, request.owner, deadline);
    if (!socket) {
        co_return std::unexpected(std::move(socket).error());
    }
    if (pool->is_closed()) {
        co_return fail(Code::connect_failed, "the client is closed");
    }
    auto connection =
        std::make_unique<ClientConnection>(pool, Stream(*std::move(socket)), std::move(key));
    if (!url.tls) {
        co_return connection;
    }
    TlsSession session = make_client_session(*context->tls, url.host, request.tls.get());
    if (!session) {
        co_return fail(Code::tls_failed, "no TLS session");
    }
    connection->stream.secure(std::move(session));
    // A peer that accepts and then says nothing must not use up the whole call.
    const TimePoint until =
        std::min(deadline, std::chrono::steady_clock::now() + limits::tls_handshake_max);
    pool->deadlines().set(*connection, until);
    const std::string error = co_await connection->stream.handshake();
    if (connection->late) {
        co_return fail(Code::peer_timeout, "no TLS handshake in time");
    }
    if (!error.empty() || connection->closed) {
        co_return fail(Code::tls_failed, error);
    }
    co_return connection;
}

} // namespace settled::net
