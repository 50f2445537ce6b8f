#include "demo/world.h"

#include "base/assert.h"
#include "demo/installation_files.h"
#include "demo/ports.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <filesystem>

namespace settled::demo {

namespace {

using namespace std::chrono_literals;

// How often a condition is looked at again. The latencies in the story come from the records of
// bank and partner, not from here.
constexpr auto look_interval = 2ms;
constexpr auto start_wait_max = 20s;
constexpr auto stop_wait_max = 15s;

// The bank's 5 s, 15 minutes and 24 hours, shortened.
constexpr sandbox::SenderTiming bank_timing{
    .answer_within = 1s, .retry_every = 300ms, .retry_for = 90s};

bool contains_port(const std::vector<ServerPlace>& places, std::uint16_t port) {
    return std::ranges::any_of(places,
                               [port](const ServerPlace& place) { return place.port == port; });
}

Result<> make_data_directory(const std::string& path) {
    std::error_code failed;
    std::filesystem::create_directory(path, failed);
    if (!failed)
        std::filesystem::permissions(path, std::filesystem::perms::owner_all, failed);
    if (failed)
        return fail(Code::io_failed, "cannot make " + path);
    return {};
}

Result<std::vector<ServerPlace>> places_of(const WorldPlan& plan, Rng& rng) {
    std::vector<ServerPlace> places;
    for (std::size_t i = 0; i < plan.nodes; ++i) {
        const std::string number = std::to_string(i + 1);
        ServerPlace place;
        place.data = plan.directory + (plan.nodes == 1 ? "/data" : "/node-" + number);
        place.config_file = plan.directory + "/settled.toml";
        place.log_file =
            plan.directory + (plan.nodes == 1 ? "/server.log" : "/node-" + number + ".log");
        place.port = i == 0 ? plan.port : 0;
        while (place.port == 0 || contains_port(places, place.port)) {
            TRY(place.port, free_port(rng));
        }
        places.push_back(std::move(place));
    }
    return places;
}

} // namespace

Money pounds(std::int64_t pence) {
    return {pence, *Currency::parse("GBP")};
}

Result<std::unique_ptr<World>> World::make(boost::asio::io_context& io, WorldPlan plan) {
    SystemRng rng;
    TRY(const std::vector<ServerPlace> places, places_of(plan, rng));
    std::unique_ptr<World> world(new World(io, std::move(plan), places));
    TRY_VOID(world->settle_in(places));
    return world;
}

Result<> World::settle_in(const std::vector<ServerPlace>& places) {
    sandbox::SandboxOptions options;
    options.directory = plan_.directory + "/sandbox";
    options.timing = bank_timing;
    TRY(options.partner_port, free_port(rng_));
    TRY(options.partner_tls_port, free_port(rng_));
    TRY(sandbox_, sandbox::Sandbox::start(io_, std::move(options)));

    for (const ServerPlace& place : places)
        TRY_VOID(make_data_directory(place.data));
    const BankPlace bank{"http://127.0.0.1:" + std::to_string(sandbox_->ports().bank),
                         sandbox_->accounts().real_account_id(),
                         "http://127.0.0.1:" + std::to_string(sandbox_->ports().platform)};
    TRY(api_key_,
        prepare_installation(place_, shared_store(), bank, sandbox_->key_files(), plan_.keys));

    net::Client::Options client;
    client.egress = {false, {"127.0.0.0/8", "::1/128"}};
    TRY(client_, net::Client::make(io_, std::move(client)));
    for (std::size_t i = 0; i < nodes_.count(); ++i)
        bank_aims_at_.push_back(i);
    TRY_VOID(spread_webhooks());
    return sandbox_->aim({"", server().url(), api_key_.copy()});
}

SharedStore World::shared_store() const {
    return {plan_.store_url, plan_.directory + "/master.key"};
}

Result<> World::add_core_bank() {
    const CoreBankPlace place{"http://127.0.0.1:" + std::to_string(sandbox_->ports().core_bank) +
                                  "/api",
                              sandbox_->accounts().real_account_iban()};
    TRY_VOID(demo::add_core_bank(place_, shared_store(), place, sandbox_->key_files()));
    sandbox::Targets targets;
    targets.core_bank_webhook_url = server().url() + "/hooks/" + std::string(core_bank_name);
    return sandbox_->aim(std::move(targets));
}

Result<> World::remove_core_bank() {
    return demo::remove_core_bank(place_, shared_store());
}

Task<Result<std::int64_t>> World::start_server(std::size_t node) {
    ServerProcess& server = nodes_.at(node);
    const Instant started = clock_.now();
    CO_TRY_VOID(server.start());
    const auto last = clock_.steady() + start_wait_max;
    while (clock_.steady() < last) {
        const bool ready = co_await is_ready(node);
        if (ready)
            co_return (clock_.now() - started).count();
        if (!server.is_running())
            co_return fail(Code::internal, "the server ended: " + server.last_words());
        co_await pause(look_interval);
    }
    co_return fail(Code::peer_timeout, "the server is not ready");
}

Task<> World::stop_servers() {
    nodes_.request_stop();
    co_await until([this] { return !nodes_.are_running(); }, stop_wait_max);
    nodes_.kill_now();
}

Result<> World::spread_webhooks() {
    std::vector<std::string> urls;
    for (const std::size_t node : bank_aims_at_)
        urls.push_back(nodes_.at(node).url() + "/hooks/clearbank");
    return sandbox_->spread_webhooks(urls);
}

void World::aim_bank() {
    auto awake = nodes_.awake();
    if (awake.empty())
        return;
    bank_aims_at_ = std::move(awake);
    SETTLED_ASSERT(spread_webhooks().has_value(), "the addresses of the nodes are ours");
}

void World::aim_provider() {
    if (!nodes_.are_several())
        return;
    // As WebhookSender::set_urls() says it of the first attempt at the webhook to come.
    const std::size_t turn = sandbox_->sender().summary().created + 2;
    const std::size_t taken = bank_aims_at_[turn % bank_aims_at_.size()];
    provider_node_ = nodes_.next();
    if (provider_node_ == taken)
        provider_node_ = nodes_.next(); // itself, when no other is awake
    const auto aimed = sandbox_->aim({"", nodes_.at(provider_node_).url(), api_key_.copy()});
    SETTLED_ASSERT(aimed.has_value(), "the addresses of the nodes are ours");
}

std::optional<std::size_t> World::node_of(const sandbox::WebhookRecord& webhook) const {
    return webhook.history.empty() ? std::nullopt : nodes_.on_port(webhook.history.back().port);
}

Task<> World::pause(std::chrono::milliseconds time) {
    boost::asio::steady_timer timer(io_, time);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

Task<bool> World::until(std::function<bool()> holds, std::chrono::milliseconds longest) {
    const auto last = clock_.steady() + longest;
    while (!holds()) {
        if (clock_.steady() > last)
            co_return false;
        co_await pause(look_interval);
    }
    co_return true;
}

Result<Sent> World::settle(sandbox::SettledPayment payment, std::size_t duplicates,
                           sandbox::Tamper tamper) {
    if (payment.account_iban.empty()) {
        payment.account_iban = iban;
        payment.account_owner = owner;
    }
    sandbox::Payload payload = sandbox_->payments().take_in(payment);
    Sent sent{{}, payload.label};
    const int attempts_max = tamper == sandbox::Tamper::none ? 0 : 1;
    TRY(sent.ids,
        sandbox_->sender().submit(std::move(payload), {duplicates, tamper, attempts_max}));
    return sent;
}

const sandbox::WebhookRecord& World::webhook(std::int64_t id) const {
    static const sandbox::WebhookRecord none;
    const sandbox::WebhookRecord* const found = sandbox_->sender().find(id);
    return found == nullptr ? none : *found;
}

bool World::acknowledged(std::int64_t webhook_id) const {
    return webhook(webhook_id).state == sandbox::WebhookState::acknowledged;
}

const ToldBook& World::told() {
    told_.read(sandbox_->partner().records());
    return told_;
}

} // namespace settled::demo
