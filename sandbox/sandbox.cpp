#include "sandbox/sandbox.h"

#include "sandbox/base/run_number.h"
#include "sandbox/bounds.h"
#include "sandbox/control/control.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <utility>

namespace settled::sandbox {

struct Sandbox::Parts {
    boost::asio::io_context& io;
    SandboxOptions options;
    Keys keys;
    std::shared_ptr<net::Client> client;
    std::uint64_t run;
};

Sandbox::Sandbox(Parts parts)
    : io_(parts.io), options_(std::move(parts.options)), rng_(options_.seed),
      keys_(std::move(parts.keys)), client_(std::move(parts.client)), accounts_(clock_, rng_),
      sender_(WebhookSender::make({io_, client_, keys_.bank, keys_.institution, clock_, rng_,
                                   options_.timing, options_.connections})),
      later_(Later::make(io_, clock_)), pauses_(std::make_shared<Pauses>(io_)),
      payments_({accounts_, ledger_, payment_rules_, *sender_, later_, clock_, rng_, calendar_}),
      bacs_({ledger_, *sender_, calendar_, rng_}),
      statements_({accounts_, ledger_, *sender_, later_, clock_, rng_}),
      bank_api_({accounts_, ledger_, payments_, bacs_, account_rules_, statements_, *sender_,
                 later_, keys_.api_token, keys_.institution, pauses_, clock_, rng_}),
      core_webhooks_(CoreWebhooks::make({io_, client_, later_,
                                         std::string(keys_.core_bank_webhook.reveal()), // is sent
                                         options_.core_bank_first_wait, options_.connections})),
      core_books_(clock_, rng_),
      core_api_({core_books_, *core_webhooks_, keys_.core_bank_key, pauses_, clock_}),
      provider_(client_, clock_, rng_), control_(std::make_unique<Control>(*this)) {
    // The account at the bank, which is named already, is the same in every run.
    if (parts.run > 0)
        rng_ = SeededRng(seed_of_run(options_.seed, parts.run));
}

Sandbox::~Sandbox() {
    later_->stop();
    pauses_->end_all();
    sender_->stop();
    if (platform_)
        platform_->notifier().stop();
    core_webhooks_->stop();
    client_->close();
}

Result<std::unique_ptr<Sandbox>> Sandbox::start(boost::asio::io_context& io,
                                                SandboxOptions options) {
    TRY(Keys keys, prepare_keys(options.directory));
    TRY(const std::uint64_t run, take_run_number(options.directory));
    net::Client::Options client_options;
    client_options.egress.https_only = false;
    client_options.egress.allow = {"127.0.0.0/8", "::1/128"};
    // A server of a test may have the certificate of this machine that is made here.
    client_options.extra_trusted_certificates = options.trusted_certificates.empty()
                                                    ? keys.files.partner_authority
                                                    : options.trusted_certificates;
    client_options.connections_per_host_max = options.connections;
    TRY(std::shared_ptr<net::Client> client, net::Client::make(io, client_options));
    std::unique_ptr<Sandbox> sandbox(
        new Sandbox({io, std::move(options), std::move(keys), std::move(client), run}));
    TRY_VOID(sandbox->listen());
    return sandbox;
}

Result<> Sandbox::listen() {
    net::ServerOptions bank;
    bank.port = options_.bank_port;
    bank.answer_wait = bounds::api_answer_wait;           // a reply may be kept back on purpose
    bank.connections_per_peer_max = bank.connections_max; // and then holds its connection
    TRY(bank_server_, net::Server::listen(io_, bank, bank_api_, clock_, system_rng_));
    net::ServerOptions core_bank = bank;
    core_bank.port = options_.core_bank_port;
    TRY(core_bank_server_, net::Server::listen(io_, core_bank, core_api_, clock_, system_rng_));
    net::ServerOptions control;
    control.port = options_.control_port;
    TRY(control_server_, net::Server::listen(io_, control, *control_, clock_, system_rng_));
    Partner::Options partner{options_.partner_port,
                             options_.partner_tls_port,
                             {keys_.files.partner_certificate, keys_.files.partner_private_key}};
    TRY(partner_, Partner::start(io_, std::move(partner), clock_, system_rng_));
    Platform::Options platform{
        options_.platform_port,
        options_.platform_tls_port,
        {keys_.files.partner_certificate, keys_.files.partner_private_key}, // of this machine
        keys_.platform_client_secret.copy()};
    TRY(platform_, Platform::start(io_, std::move(platform), client_, clock_, system_rng_));
    bank_server_->start();
    core_bank_server_->start();
    control_server_->start();
    return {};
}

Ports Sandbox::ports() const {
    return {control_server_->port(), bank_server_->port(), core_bank_server_->port(),
            partner_->port(),        partner_->tls_port(), platform_->port(),
            platform_->tls_port()};
}

Result<> Sandbox::aim(Targets targets) {
    if (!targets.webhook_url.empty()) {
        TRY(net::Url url, net::Url::parse(targets.webhook_url));
        sender_->set_url(std::move(url));
    }
    if (!targets.core_bank_webhook_url.empty()) {
        TRY(net::Url url, net::Url::parse(targets.core_bank_webhook_url));
        core_webhooks_->set_url(std::move(url));
    }
    if (!targets.settled_url.empty()) {
        TRY(net::Url url, net::Url::parse(targets.settled_url));
        provider_.set_target(std::move(url), std::move(targets.api_key));
    }
    return {};
}

Result<> Sandbox::spread_webhooks(const std::vector<std::string>& urls) {
    std::vector<net::Url> places;
    for (const std::string& url : urls) {
        TRY(net::Url place, net::Url::parse(url));
        places.push_back(std::move(place));
    }
    sender_->set_urls(std::move(places));
    return {};
}

Task<> Sandbox::stop() {
    later_->stop();
    pauses_->end_all();
    sender_->stop();
    core_webhooks_->stop();
    client_->close();
    co_await partner_->stop();
    co_await platform_->stop();
    co_await bank_server_->drain(bounds::stop_wait_max);
    co_await core_bank_server_->drain(bounds::stop_wait_max);
    co_await control_server_->drain(bounds::stop_wait_max);
}

namespace {

Task<> stop_on_signal(Sandbox& sandbox) {
    boost::asio::signal_set signals(sandbox.io(), SIGINT, SIGTERM);
    co_await signals.async_wait(boost::asio::use_awaitable);
    co_await sandbox.stop();
    sandbox.io().stop();
}

} // namespace

Result<> run_sandbox(SandboxOptions options, const std::function<void(Sandbox&)>& ready) {
    boost::asio::io_context io(1);
    TRY(const std::unique_ptr<Sandbox> sandbox, Sandbox::start(io, std::move(options)));
    ready(*sandbox);
    boost::asio::co_spawn(io, stop_on_signal(*sandbox), boost::asio::detached);
    io.run();
    return {};
}

} // namespace settled::sandbox
