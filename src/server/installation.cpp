#include "server/installation.h"

#include "crypto/fips.h"
#include "custody/schemes.h"
#include "domain/delivery.h"
#include "observe/log.h"
#include "server/build.h"
#include "server/key_metrics.h"
#include "server/machine.h"
#include "server/run.h"
#include "server/uk_rules.h"
#include "store/queries/directory.h"
#include "store/queries/installation.h"
#include "store/queries/tasks.h"
#include "units/calls/hold.h"
#include "units/catch_up/catch_up.h"
#include "units/watching/lost_nodes.h"

#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <cstdlib>

namespace settled::server {

namespace {

// For people who look at the table of nodes.
std::string instance_name() {
    std::array<char, 256> host{};
    (void)::gethostname(host.data(), host.size() - 1);
    return fmt::format("{}:{}", host.data(), ::getpid());
}

// Waits between tries to fetch the content of a notification.
std::vector<std::chrono::seconds> fetch_waits(const Config& config) {
    const auto defaults = domain::default_schedule();
    return config.fetch_retry_after.empty() ? std::vector(defaults.begin(), defaults.end())
                                            : config.fetch_retry_after;
}

double in_seconds(std::chrono::microseconds time) {
    return std::chrono::duration<double>(time).count();
}

Task<> load_books(Installation& installation) {
    co_await installation.reload_connectors();
    co_await installation.reload_endpoints();
    co_await installation.reload_rules();
    co_await installation.reload_profiles();
}

struct ConnectorsAndTenants {
    std::vector<store::ConnectorRow> connectors;
    std::vector<store::TenantRow> tenants;
    bool calls_held = false;
};

store::Step<ConnectorsAndTenants> read_connectors(store::Session& s) {
    auto connectors = co_await store::all_connectors(s);
    auto tenants = co_await store::list_tenants(s);
    const bool held = co_await units::is_any_held(s);
    co_return ConnectorsAndTenants{std::move(connectors), std::move(tenants), held};
}

// True: calls are held since now. A mark that stands already is the same restore.
store::Step<bool> begin_after(store::Session& s, const units::Context& context, Instant now,
                              bool was_restored) {
    const bool held = co_await units::is_any_held(s);
    const bool marks = was_restored && !held;
    if (marks)
        co_await units::mark_restored(s, now);
    co_await units::begin_owed_catch_ups(s, context, now);
    co_return marks;
}

} // namespace

Result<std::unique_ptr<Installation>> Installation::open(const Config& config, node::Roles roles,
                                                         IfMissing if_missing) {
    std::unique_ptr<Installation> installation(new Installation(config, roles));
    TRY_VOID(installation->open_parts(if_missing));
    run_to_end(load_books(*installation));
    return installation;
}

Installation::~Installation() {
    close();
}

void Installation::close() {
    stop_counting_key_operations();
    if (node_lease_)
        run_to_end(node_lease_->leave());
    if (store_)
        store_->stop();
}

Result<> Installation::open_parts(IfMissing if_missing) {
    if (config_.fips)
        TRY_VOID(crypto::use_fips());
    TRY(OpenedStore opened, open_store(config_, rng, if_missing, &clock));
    is_new_ = opened.is_new;
    store_ = std::move(opened.store);
    master_ = std::move(opened.master);
    TRY_VOID(take_place());
    TRY(auto key_versions, read_key_versions(*store_));
    keys_ = std::make_unique<units::TenantKeys>(master_.copy(), std::move(key_versions));
    profiles_ = std::make_unique<units::ProfileCache>(
        *keys_, clock, [this] { return clock.steady() < membership_.standing().look_until; });
    TRY_VOID(open_derived_ids());
    TRY(domain::Calendar calendar, load_calendar(config_));
    TRY(modulus_, load_modulus(config_));
    context_ = std::make_unique<units::Context>(
        *ids_, *keys_, config_.unmatched_after, roles_.worker ? &claims_ : nullptr, profiles_.get(),
        config_.watermark, &rule_cache_, config_.suggested_reviews, derived_ids_.get(),
        config_.calls, std::move(calendar), modulus_.get(), config_.public_url,
        fetch_waits(config_));
    endpoints_ = std::make_unique<worker::EndpointCache>(master_.copy());
    endpoint_loader_ = std::make_unique<worker::EndpointLoader>(*store_, *endpoints_);
    if (!config_.traces_endpoint.empty())
        traces = std::make_unique<observe::Traces>(config_.traces_ratio, config_.traces_to_partners,
                                                   metrics);
    hooks_ = std::make_unique<intake::Hooks>(*store_, *context_, connectors_, key_desk, clock,
                                             metrics, traces.get());
    api_ = std::make_unique<api::Api>(api::ApiDeps{
        *store_,
        *context_,
        clock,
        rng,
        master_,
        metrics,
        key_desk,
        [this](TenantId tenant, ConnectorId id) { return reader_of(tenant, id); },
        tenant_secrets_directory(config_),
        [this] { return reload_connectors(); },
        [this](TenantId tenant, EndpointId id) { return reload_endpoint(tenant, id); },
        [this] { return reload_rules(); },
        {{config_.https_only, config_.allow},
         config_.kafka.event_topics,
         config_.endpoints_per_tenant,
         config_.public_url},
        [this] { return reload_profiles(); },
        [this](TenantId tenant, ConnectorId id) { return connectors_.signing_key(tenant, id); },
        [this](TenantId tenant, ConnectorId id) {
            const auto signer = connectors_.signer(tenant, id);
            return signer ? signer->warning() : std::string();
        },
        [this](TenantId tenant) { return key_states_of(tenant); },
        [this](ConnectorId id) {
            const intake::Refused refused = hooks_->refused_of(id);
            return api::RefusedWebhooks{refused.last_hour, refused.is_refusing,
                                        info(refused.code).token, refused.at};
        },
        config_.attention,
        [this] { return look_at_machine(config_, own_keys_); },
        !config_.tls_certificate.empty(),
        traces.get()});
    show_gauges();
    count_key_operations(metrics);
    return {};
}

Result<units::BodyReader> Installation::reader_of(TenantId tenant, ConnectorId id) const {
    const auto connector = connectors_.find(tenant, id);
    if (!connector)
        return fail(Code::not_found, "the connector that it came from is gone");
    if (!connector->dialect)
        return fail(Code::key_unavailable,
                    "a key of its connector cannot be opened now; try again");
    return [connector](std::string_view body) { return connector->dialect->read(body); };
}

std::vector<api::KeyState> Installation::key_states_of(TenantId tenant) const {
    std::vector<api::KeyState> states;
    for (const intake::KeyStanding& key : connectors_.keys()) {
        if (key.tenant != tenant || key.uri.empty())
            continue;
        api::KeyState state{key.connector, key.use, key.uri,
                            key.is_available.value_or(false) || key.kept_since};
        if (key.kept_since)
            state.stale_for =
                std::chrono::duration_cast<std::chrono::seconds>(clock.steady() - *key.kept_since);
        states.push_back(std::move(state));
    }
    return states;
}

// The key is made once for the store's life, and is in its backups.
Result<> Installation::open_derived_ids() {
    Bytes fresh(units::DerivedIds::key_bytes);
    rng.fill(fresh);
    const auto shared = std::make_shared<const Bytes>(std::move(fresh));
    auto kept = run_to_end(store_->write<Bytes>([shared](store::Session& s) {
        return store::keep_installation_value(s, store::installation_derived_id_key, *shared);
    }));
    TRY(const Bytes key, std::move(kept));
    derived_ids_ = std::make_unique<units::DerivedIds>(key);
    return {};
}

Result<> Installation::begin(AfterRestore mark) {
    const units::Context& context = *context_;
    const Instant now = clock.now();
    auto begun = run_to_end(store_->write<bool>([&context, now, mark](store::Session& s) {
        return begin_after(s, context, now, mark == AfterRestore::yes);
    }));
    TRY(const bool marked, std::move(begun));
    if (marked)
        log::warn("calls.held", {{"why", "the store was put back to an older state"}});
    run_to_end(reload_connectors());
    return {};
}

Result<> Installation::take_place() {
    ids_ = std::make_unique<IdMint>(clock, 0);
    node_lease_ = std::make_unique<node::NodeLease>(node::KeeperDeps{
        *store_, clock, *ids_, membership_, node_probe_, instance_name(), roles_, config_.lease,
        !store_->is_shared(), store_->is_shared() ? &clock : nullptr,
        [this](store::Session& s, const store::NodeRow& node) {
            return units::publish_lost_node(s, *context_,
                                            {node.holder, node.number, node.instance, node.roles,
                                             node.started_at, node.lease_until},
                                            clock.now());
        },
        std::string(version)});
    return run_to_end(node_lease_->join());
}

void Installation::show_gauges() {
    store::Store& store = *store_;
    metrics.gauge("settled_store_queued_units", "Units of work that wait for the writer",
                  [&store] { return static_cast<double>(store.stats().queued); });
    metrics.gauge("settled_store_commits", "Commits since the start",
                  [&store] { return static_cast<double>(store.stats().commits); });
    metrics.gauge("settled_store_units", "Units of work committed since the start",
                  [&store] { return static_cast<double>(store.stats().units); });
    metrics.gauge("settled_store_can_commit", "1 while the store takes changes",
                  [&store] { return store.health().can_commit ? 1.0 : 0.0; });
    metrics.gauge("settled_clock_steps", "Times since the start that the clock was set",
                  [this] { return static_cast<double>(clock.state().steps); });
    metrics.gauge("settled_clock_ahead_seconds",
                  "How far the time inside is ahead of the clock, which was set back",
                  [this] { return in_seconds(clock.state().ahead); });
    metrics.gauge("settled_machine_clock_ahead_seconds",
                  "How far the machine's clock is ahead of the store's, where that is another",
                  [this] { return in_seconds(clock.state().machine_ahead); });
    metrics.gauge("settled_connectors_unavailable",
                  "Connectors whose webhooks are refused since a key cannot be opened",
                  [this] { return static_cast<double>(connectors_.unavailable().size()); });
    metrics.gauge("settled_aws_clock_offset_seconds",
                  "By how much AWS's clock is ahead of this machine's",
                  [] { return static_cast<double>(custody::clock_offset().count()); });
    metrics.gauge("settled_node_member", "1 while this process has a place among the nodes",
                  [this] { return membership_.is_member() ? 1.0 : 0.0; });
    metrics.gauge("settled_node_workers", "Nodes that call partners, as this one sees them",
                  [this] { return static_cast<double>(membership_.standing().workers); });
}

Task<> Installation::reload_connectors() {
    const std::uint64_t edition = connectors_.next_edition();
    const auto found = co_await store_->read<ConnectorsAndTenants>(read_connectors);
    if (!found) {
        log::lasting("connectors.unreadable", found.error(), {});
        co_return;
    }
    calls_held_ = found->calls_held;
    auto list = std::make_shared<intake::ConnectorList>();
    list->rows = found->connectors;
    list->at = clock.steady();
    for (const store::TenantRow& tenant : found->tenants)
        list->directories[tenant.id] = tenant_secrets_directory(config_) + "/" + tenant.name;
    const auto loaded = co_await key_desk.run<bool>([this, list, edition] {
        connectors_.load(*list, edition);
        return Result<bool>(true);
    });
    if (!loaded)
        log::lasting("connectors.unreadable", loaded.error(), {});
}

Task<bool> Installation::is_secret_due() {
    const auto due = co_await key_desk.run<bool>([] { return Result<bool>(custody::take_due()); });
    const std::int64_t apart = std::abs(custody::clock_offset().count());
    if (apart >= custody::clock_offset_warned.count())
        log::lasting("aws.clock",
                     {Code::aws_clock_skew, fmt::format("the clock is {} s off", apart)}, {});
    co_return due && *due;
}

Task<> Installation::reload_rules() {
    const auto rows = co_await store_->read<std::vector<store::RuleSetRow>>(
        [](store::Session& s) { return store::present_rule_sets(s); });
    if (rows)
        for (const auto& unreadable : rule_cache_.load(*rows))
            log::failure("rules.unreadable", unreadable.error, {{"name", unreadable.name}});
    else
        log::lasting("rules.unreadable", rows.error(), {});
}

Task<> Installation::reload_profiles() {
    profiles_->invalidate();
    const std::uint64_t edition = profiles_->edition();
    const auto rows = co_await store_->read<store::PlanBookRows>(
        [](store::Session& s) { return store::read_plan_book(s); });
    if (rows)
        profiles_->load(*rows, edition);
    else
        log::lasting("profiles.unreadable", rows.error(), {});
}

Task<> Installation::reload_endpoints() {
    co_await endpoint_loader_->load_all();
    if (endpoints_listener_)
        endpoints_listener_(std::nullopt);
}

Task<> Installation::reload_endpoint(TenantId tenant, EndpointId id) {
    co_await endpoint_loader_->load_one(tenant, id);
    if (endpoints_listener_)
        endpoints_listener_(id);
}

} // namespace settled::server
