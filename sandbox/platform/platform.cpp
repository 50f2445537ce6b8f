#include "sandbox/platform/platform.h"

#include "sandbox/bounds.h"

#include <fmt/format.h>

namespace settled::sandbox {

Platform::Platform(boost::asio::io_context& io, Options& options,
                   std::shared_ptr<net::Client> client, const Clock& clock, Rng& rng)
    : pauses_(std::make_shared<Pauses>(io)),
      content_(std::move(options.client_secret), pauses_, clock, rng),
      notifier_(Notifier::make(io, std::move(client), clock)) {}

Result<std::unique_ptr<Platform>> Platform::start(boost::asio::io_context& io, Options options,
                                                  std::shared_ptr<net::Client> client,
                                                  const Clock& clock, Rng& rng) {
    std::unique_ptr<Platform> platform(new Platform(io, options, std::move(client), clock, rng));
    net::ServerOptions plain;
    plain.port = options.port;
    plain.answer_wait = bounds::api_answer_wait; // a reply may be kept back on purpose
    TRY(platform->plain_, net::Server::listen(io, plain, platform->content_, clock, rng));
    net::ServerOptions tls = plain;
    tls.port = options.tls_port;
    TRY(tls.tls, net::open_server_tls(options.tls_files));
    TRY(platform->tls_, net::Server::listen(io, tls, platform->content_, clock, rng));
    platform->plain_->start();
    platform->tls_->start();
    return platform;
}

std::string Platform::url_of(std::string_view id, bool over_tls) const {
    return over_tls ? fmt::format("https://localhost:{}{}{}", tls_port(), platform_content_path, id)
                    : fmt::format("http://127.0.0.1:{}{}{}", port(), platform_content_path, id);
}

Task<> Platform::stop() {
    notifier_->stop();
    content_.end_faults();
    co_await plain_->drain(bounds::stop_wait_max);
    co_await tls_->drain(bounds::stop_wait_max);
}

} // namespace settled::sandbox
