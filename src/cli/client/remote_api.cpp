#include "cli/client/remote_api.h"

#include "cli/client/control_client.h"
#include "net/client/client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

namespace settled::cli {

namespace {

constexpr std::size_t answer_bytes_max = 16 * 1024 * 1024; // as over the control socket

using Answer = Result<net::Reply>;

Task<> send(net::Client& client, net::OutboundRequest request, std::optional<Answer>& into) {
    into.emplace(co_await client.send(std::move(request)));
}

} // namespace

struct RemoteApi::Parts {
    explicit Parts(RemoteServer given) : server(std::move(given)) {}

    RemoteServer server;
    boost::asio::io_context io{1};
    std::unique_ptr<net::Client> client; // made at the first call
};

RemoteApi::RemoteApi(RemoteServer server) : parts_(std::make_unique<Parts>(std::move(server))) {}
RemoteApi::~RemoteApi() = default;

const std::string& RemoteApi::url() const {
    return parts_->server.url;
}

Result<net::Response> RemoteApi::call(const ApiCall& call) {
    const RemoteServer& server = parts_->server;
    if (!parts_->client) {
        net::Client::Options options;
        // The user names the server: it may be anywhere. TLS was asked for when the URL was read.
        options.egress = {false, {"0.0.0.0/0", "::/0"}};
        options.extra_trusted_certificates = server.authorities;
        TRY(parts_->client, net::Client::make(parts_->io, std::move(options)));
    }
    net::OutboundRequest request;
    request.method = call.method;
    TRY(request.url, net::Url::parse(server.url + call.target));
    if (!server.key.empty()) // over TLS
        request.fields.add("Authorization", fmt::format("Bearer {}", server.key.reveal()));
    if (!call.body.empty())
        request.fields.add("Content-Type", "application/json");
    if (!call.idempotency_key.empty())
        request.fields.add("Idempotency-Key", call.idempotency_key);
    request.body = call.body;
    request.deadline = control_wait_max;
    request.reply_bytes_max = answer_bytes_max;
    request.safe_to_repeat = call.method == "GET";
    std::optional<Answer> answer;
    boost::asio::co_spawn(parts_->io, send(*parts_->client, std::move(request), answer),
                          boost::asio::detached);
    while (!answer) // a connection that is kept open would keep run() from ending
        parts_->io.run_one();
    TRY(net::Reply reply, *std::move(answer));
    if (reply.body_cut)
        return fail(Code::reply_too_large, "the server's answer is longer than an answer can be");
    net::Response response;
    response.status = reply.status;
    response.fields = std::move(reply.fields);
    response.body = std::move(reply.body);
    return response;
}

} // namespace settled::cli
