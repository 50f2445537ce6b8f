#include "server/figures.h"

#include "api/handlers/why/status_ends.h"
#include "observe/exposition.h"
#include "observe/log.h"
#include "server/build.h"
#include "server/machine.h"
#include "store/queries/directory.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <limits>

namespace settled::server {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using observe::Exposition;

// How old figures may be, and how long a reader of the metrics waits for new ones.
constexpr auto fresh_for = 5s;
constexpr auto wait_max = 2s;
// Older ones would pass for what is true now.
constexpr auto shown_for = 2min;
// Each is a read of its own; an installation with more has figures of the first ones.
constexpr std::size_t tenants_max = 1000;
constexpr std::chrono::days api_keys_watched{30}; // the end of one that lasts longer is no figure
constexpr auto certificates_fresh_for = 60s;

void add_money(store::MoneyCount& sum, const store::MoneyCount& more) {
    std::int64_t minor = 0;
    if (__builtin_add_overflow(sum.amount.minor, more.amount.minor, &minor))
        minor = std::numeric_limits<std::int64_t>::max();
    if (more.count > 0)
        sum.amount = {minor, more.amount.currency};
    sum.count += more.count;
}

void keep_older(std::optional<Instant>& oldest, const std::optional<Instant>& other) {
    if (other && (!oldest || *other < *oldest))
        oldest = other;
}

std::int64_t seconds_since(const std::optional<Instant>& at, Instant now) {
    constexpr std::int64_t second_us = 1'000'000;
    return at && *at < now ? (now.us - at->us) / second_us : 0;
}

void expose_reviews(Exposition& out, const StoreFigures& figures, Instant now) {
    out.gauge("settled_reviews_open", "Reviews that wait for a person, by kind");
    for (const auto& [kind, count] : figures.reviews)
        out.sample({{"kind", kind}}, count);
    out.gauge("settled_review_oldest_seconds", "Since when the oldest open review waits; 0: none");
    out.sample({}, seconds_since(figures.oldest_review_at, now));
}

void expose_money(Exposition& out, const StoreFigures& figures) {
    out.gauge("settled_settlements_unmatched", "Settlements that no payment was found for");
    for (const auto& [currency, money] : figures.money)
        out.sample({{"currency", currency}}, money.unmatched.count);
    out.gauge("settled_settlements_unmatched_amount", "Their sum, in the currency's major unit");
    for (const auto& [currency, money] : figures.money)
        out.sample({{"currency", currency}},
                   money.unmatched.count > 0 ? decimal(money.unmatched.amount) : "0");
    out.gauge("settled_payments_overdue", "Payments that have not settled in their scheme's time");
    for (const auto& [currency, money] : figures.money)
        out.sample({{"currency", currency}}, money.overdue.count);
}

void expose_deliveries(Exposition& out, const StoreFigures& figures, Instant now) {
    out.gauge("settled_deliveries_owed", "Deliveries that are owed and not done");
    out.sample({}, figures.owed);
    out.gauge("settled_deliveries_dead", "Deliveries that were given up after the last attempt");
    out.sample({}, figures.dead);
    out.gauge("settled_delivery_oldest_seconds", "Since when the oldest one is owed; 0: none is");
    out.sample({}, seconds_since(figures.oldest_delivery_at, now));
}

void expose_connectors(Exposition& out, const StoreFigures& figures, Instant now) {
    out.gauge("settled_last_webhook_seconds", "Since when no webhook came that could be read");
    for (const auto& one : figures.connectors)
        if (one.last_webhook_at)
            out.sample({{"connector", one.name}}, seconds_since(one.last_webhook_at, now));
    out.gauge("settled_webhook_expected_seconds",
              "How often a webhook is expected, where the connector says so");
    for (const auto& one : figures.connectors)
        if (one.expect_every > 0s)
            out.sample({{"connector", one.name}}, std::int64_t{one.expect_every.count()});
}

Task<Result<std::vector<store::TenantRow>>> read_tenants(store::Store& store) {
    CO_TRY(std::vector<store::TenantRow> tenants,
           co_await store.read<std::vector<store::TenantRow>>(
               [](store::Session& s) { return store::list_tenants(s); }));
    tenants.resize(std::min(tenants.size(), tenants_max));
    co_return tenants;
}

// Of the first client certificate that ends, of all tenants.
Task<Result<std::optional<Instant>>> read_certificate_end(store::Store& store) {
    CO_TRY(const std::vector<store::TenantRow> tenants, co_await read_tenants(store));
    std::optional<Instant> first;
    for (const store::TenantRow& row : tenants) {
        CO_TRY(const std::optional<Instant> end,
               co_await store.read<std::optional<Instant>>([tenant = row.id](store::Session& s) {
                   return api::read_client_certificate_end(s, tenant);
               }));
        keep_older(first, end);
    }
    co_return first;
}

Task<Result<StoreFigures>> read_all(Installation& installation) {
    store::Store& store = installation.store();
    const Instant now = installation.clock.now();
    CO_TRY(const std::vector<store::TenantRow> tenants, co_await read_tenants(store));
    StoreFigures all;
    for (const store::TenantRow& row : tenants) {
        const TenantId tenant = row.id;
        CO_TRY(const api::StatusFigures one,
               co_await store.read<api::StatusFigures>([=](store::Session& s) {
                   return api::read_figures(s, tenant, api::ScopeSet::all(), now, std::nullopt);
               }));
        all.add(one);
        CO_TRY(const std::optional<Instant> key_end,
               co_await store.read<std::optional<Instant>>([=](store::Session& s) {
                   return api::read_api_key_end(s, tenant, now, api_keys_watched);
               }));
        keep_older(all.api_key_end, key_end);
    }
    co_return all;
}

} // namespace

void StoreFigures::add(const api::StatusFigures& tenant) {
    for (const auto& [kind, count] : tenant.reviews.by_kind)
        reviews[kind] += count;
    keep_older(oldest_review_at, tenant.reviews.all.oldest_at);
    for (const auto& [currency, sums] : tenant.money) {
        api::CurrencyFigures& own = money[currency];
        add_money(own.unmatched, sums.unmatched);
        add_money(own.overdue, sums.overdue);
    }
    if (tenant.deliveries) {
        owed += tenant.deliveries->count;
        keep_older(oldest_delivery_at, tenant.deliveries->oldest_at);
    }
    if (tenant.dead)
        dead += tenant.dead->count;
    if (tenant.connectors)
        for (const api::ConnectorFigures& one : *tenant.connectors)
            connectors.push_back({one.name, one.last_webhook_at, one.expect_every});
}

std::string exposed(const StoreFigures& figures, Instant now) {
    Exposition out;
    expose_reviews(out, figures, now);
    expose_money(out, figures);
    expose_deliveries(out, figures, now);
    expose_connectors(out, figures, now);
    return std::move(out).text();
}

std::string exposed_machine(const Config& config) {
    Exposition out;
    if (const auto disk = data_disk(config)) {
        out.gauge("settled_data_free_bytes", "Room that is left on the data directory's disk");
        out.sample({}, static_cast<std::int64_t>(disk->free_bytes));
        out.gauge("settled_data_bytes", "The size of that disk");
        out.sample({}, static_cast<std::int64_t>(disk->bytes));
    }
    out.gauge("settled_build_info", "1; the labels say what this program was built from");
    out.sample({{"version", std::string(version)}, {"commit", std::string(commit)}}, 1);
    return std::move(out).text();
}

Task<> Figures::read(Installation& installation, std::shared_ptr<State> state) {
    Result<StoreFigures> figures = co_await read_all(installation);
    if (!figures)
        log::lasting("metrics.figures_unreadable", figures.error(), {});
    else
        co_await read_certificates(installation, *state);
    const std::lock_guard lock(state->mutex);
    state->is_reading = false;
    if (!figures)
        co_return;
    state->figures = *std::move(figures);
    state->read_at = installation.clock.steady();
}

// By the one that reads.
Task<> Figures::read_certificates(Installation& installation, State& state) {
    const auto now = installation.clock.steady();
    {
        const std::lock_guard lock(state.mutex);
        if (state.certificates_read_at &&
            now - *state.certificates_read_at < certificates_fresh_for)
            co_return;
    }
    const auto end = co_await read_certificate_end(installation.store());
    if (!end)
        log::lasting("metrics.figures_unreadable", end.error(), {});
    const std::lock_guard lock(state.mutex);
    if (!end)
        co_return;
    state.certificate_end = *end;
    state.certificates_read_at = now;
}

std::vector<KeyEnd> Figures::key_ends() const {
    const std::lock_guard lock(state_->mutex);
    std::vector<KeyEnd> ends;
    if (state_->figures && state_->figures->api_key_end)
        ends.push_back({"api_key", *state_->figures->api_key_end});
    if (state_->certificate_end)
        ends.push_back({"client_certificate", *state_->certificate_end});
    return ends;
}

Task<std::string> Figures::text() {
    bool begins = false;
    {
        const std::lock_guard lock(state_->mutex);
        const bool is_fresh =
            state_->figures && installation_.clock.steady() - state_->read_at < fresh_for;
        begins = !is_fresh && !state_->is_reading;
        state_->is_reading = state_->is_reading || begins;
    }
    if (begins) {
        const auto executor = co_await asio::this_coro::executor;
        const auto waited = std::make_shared<asio::steady_timer>(executor, wait_max);
        asio::co_spawn(executor, read(installation_, state_),
                       [waited](const std::exception_ptr&) { waited->cancel(); });
        boost::system::error_code ended;
        co_await waited->async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }
    const std::lock_guard lock(state_->mutex);
    if (!state_->figures || installation_.clock.steady() - state_->read_at > shown_for)
        co_return std::string();
    co_return exposed(*state_->figures, installation_.clock.now());
}

} // namespace settled::server
