#include "server/trace_export.h"

#include "custody/custody.h"
#include "custody/schemes.h"
#include "net/client/name_server.h"
#include "net/server/response_text.h"
#include "server/build.h"

#include <fmt/format.h>

#include <utility>

namespace settled::server {

namespace {

// The collector is named by the operator, who may have it anywhere: what keeps partners' URLs from the
// operator's own network is not for it.
Result<std::unique_ptr<net::Client>> make_client(boost::asio::io_context& io,
                                                 const Config& config) {
    net::Client::Options options;
    options.egress = {false, {"0.0.0.0/0", "::/0"}};
    options.extra_trusted_certificates = config.trusted_certificates;
    for (const std::string& server : config.name_servers) {
        TRY(const auto endpoint, net::parse_name_server(server));
        options.name_servers.push_back(endpoint);
    }
    return net::Client::make(io, std::move(options));
}

Result<net::Fields> read_headers(const Config& config) {
    net::Fields fields;
    for (const auto& [name, uri] : config.traces_headers) {
        TRY(const Secret value, custody::read_secret(custody::secret_uri(uri)));
        std::string_view text = value.reveal();              // it is sent
        while (text.ends_with('\n') || text.ends_with('\r')) // as files of secrets end
            text.remove_suffix(1);
        if (!net::is_field(name, text))
            return fail(Code::key_unsuitable,
                        fmt::format("traces.headers: the value of {} cannot be sent", name));
        fields.add(name, text);
    }
    return fields;
}

Task<Result<net::Fields>> ask_for_headers(Installation& installation) {
    if (installation.config().traces_headers.empty())
        co_return net::Fields();
    const Config& config = installation.config();
    co_return co_await installation.key_desk.run<net::Fields>(
        [&config] { return read_headers(config); });
}

worker::TraceExporterDeps deps_of(Installation& installation, worker::EventTracer& events,
                                  net::Url endpoint, std::unique_ptr<net::Client> client) {
    return {*installation.traces,
            std::move(client),
            std::move(endpoint),
            {{"service.name", "settled"}, {"service.version", std::string(version)}},
            installation.clock,
            [&installation] { return ask_for_headers(installation); },
            [&events] { return events.run_once(); }};
}

} // namespace

Result<std::unique_ptr<TraceExport>> TraceExport::open(boost::asio::io_context& io,
                                                       Installation& installation) {
    TRY(net::Url endpoint, net::Url::parse(installation.config().traces_endpoint));
    TRY(auto client, make_client(io, installation.config()));
    return std::unique_ptr<TraceExport>(
        new TraceExport(io, installation, std::move(endpoint), std::move(client)));
}

TraceExport::TraceExport(boost::asio::io_context& io, Installation& installation, net::Url endpoint,
                         std::unique_ptr<net::Client> client)
    : events_(installation.store(), installation.clock, installation.membership(),
              installation.config().lease, *installation.traces),
      exporter_(io, deps_of(installation, events_, std::move(endpoint), std::move(client))) {}

} // namespace settled::server
