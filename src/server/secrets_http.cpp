#include "server/secrets_http.h"

#include "custody/env/kept_variables.h"
#include "custody/schemes.h"
#include "net/client/client.h"
#include "net/client/name_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <mutex>
#include <optional>

namespace settled::server {

namespace {

namespace asio = boost::asio;
using custody::aws::HttpCall;
using custody::aws::HttpReply;

// A secret has 64 KiB at most, and its JSON escapes may be six bytes for one.
constexpr std::size_t reply_bytes_max = 512 * 1024;

constexpr std::chrono::seconds connect_wait_max{2};

Task<> keep_reply(net::Client& client, net::OutboundRequest request,
                  std::optional<Result<net::Reply>>& into) {
    into.emplace(co_await client.send(std::move(request)));
}

Result<HttpReply> taken(Result<net::Reply> reply) {
    if (!reply)
        return std::unexpected(std::move(reply).error());
    HttpReply out;
    out.status = reply->status;
    out.body = Secret(std::move(reply->body));
    if (reply->body_cut)
        return fail(Code::reply_malformed, "the reply is larger than a secret can be");
    for (const auto& [name, value] : reply->fields)
        out.fields.emplace_back(name, value);
    return out;
}

class SecretsHttp final : public custody::aws::Http {
  public:
    explicit SecretsHttp(Config config) : config_(std::move(config)) {}

    Result<HttpReply> send(const HttpCall& call) override {
        const std::lock_guard lock(mutex_);
        TRY_VOID(open());
        net::OutboundRequest request;
        request.method = call.method;
        TRY(request.url, net::Url::parse(call.url));
        for (const auto& [name, value] : call.fields)
            request.fields.add(name, value);
        request.body = std::string(call.body.reveal()); // it is sent
        request.deadline = call.wait;
        request.reply_bytes_max = reply_bytes_max;
        request.safe_to_repeat = true; // all of them only read
        return run(std::move(request));
    }

  private:
    Result<> open() {
        if (client_)
            return {};
        net::Client::Options options;
        options.egress = {false, {"0.0.0.0/0", "::/0"}};
        options.extra_trusted_certificates = config_.trusted_certificates;
        for (const std::string& server : config_.name_servers) {
            TRY(const auto endpoint, net::parse_name_server(server));
            options.name_servers.push_back(endpoint);
        }
        // Calls are minutes apart: a connection that waited would be closed by then.
        options.connections_per_host_max = 0;
        options.connections_idle_max = 0;
        options.connect_wait_max = connect_wait_max;
        TRY(client_, net::Client::make(io_, std::move(options)));
        return {};
    }
    Result<HttpReply> run(net::OutboundRequest request) {
        std::optional<Result<net::Reply>> reply;
        asio::co_spawn(io_, keep_reply(*client_, std::move(request), reply), asio::detached);
        io_.restart();
        while (!reply)
            io_.run_one(); // the client's timers are work that does not end
        return taken(*std::move(reply));
    }

    const Config config_;
    std::mutex mutex_;
    asio::io_context io_{1};
    std::unique_ptr<net::Client> client_;
};

} // namespace

std::shared_ptr<custody::aws::Http> make_secrets_http(const Config& config) {
    return std::make_shared<SecretsHttp>(config);
}

void open_custody(const Config& config) {
    custody::keep_variables(secret_variables(config));
    custody::configure(custody_settings(config), make_secrets_http(config));
}

} // namespace settled::server
