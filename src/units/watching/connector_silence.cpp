#include "units/watching/connector_silence.h"

#include "domain/connector.h"
#include "domain/operating_event.h"
#include "store/queries/calls.h"
#include "store/queries/directory.h"
#include "store/queries/overview.h"
#include "store/queries/silences.h"
#include "units/deliveries/publish.h"

namespace settled::units {

namespace {

using store::ConnectorRow;
using store::Session;
using store::Step;

std::chrono::seconds expectation_of(const ConnectorRow& row) {
    const auto settings = domain::parse_connector_settings(row.settings);
    return std::chrono::seconds(settings ? settings->expect_every_seconds : 0);
}

Step<std::optional<Instant>> missed_since_of(Session& s, const ConnectorRow& row, Instant now) {
    const auto settings = domain::parse_connector_settings(row.settings);
    if (!settings)
        co_return std::nullopt;
    const auto last = co_await store::last_webhook_at(s, row.tenant, row.id);
    co_return missed_since(last, known_since(row.created_at, settings->retention_days, now),
                           std::chrono::seconds(settings->expect_every_seconds), now);
}

} // namespace

Instant known_since(Instant created_at, int retention_days, Instant now) {
    return std::max(created_at, now - std::chrono::days(retention_days));
}

std::optional<Instant> missed_since(std::optional<Instant> last_webhook_at, Instant known_since,
                                    std::chrono::seconds expect_every, Instant now) {
    const Instant last = last_webhook_at.value_or(known_since);
    const bool is_silent = expect_every > std::chrono::seconds(0) && last + expect_every < now;
    return is_silent ? std::optional(last) : std::nullopt;
}

Step<std::vector<ConnectorId>> silence_changes(Session& s, TenantId tenant, Instant now) {
    std::vector<ConnectorId> changed;
    for (const ConnectorRow& row : co_await store::list_connectors(s, tenant)) {
        const auto missed = co_await missed_since_of(s, row, now);
        const auto published = co_await store::published_silence(s, tenant, row.id);
        if (missed.has_value() != published.has_value())
            changed.push_back(row.id);
    }
    co_return changed;
}

Step<> publish_silence(Session& s, const Context& context, TenantId tenant, ConnectorId connector,
                       Instant now) {
    co_await s.lock({store::Lock::calls(tenant, connector)});
    const auto row = co_await store::find_connector(s, tenant, connector);
    if (!row)
        co_return;
    const auto missed = co_await missed_since_of(s, *row, now);
    const auto published = co_await store::published_silence(s, tenant, connector);
    if (missed.has_value() == published.has_value())
        co_return;
    const Instant since = missed ? *missed : *published;
    const bool is_heard = !missed && expectation_of(*row) > std::chrono::seconds(0);
    auto state = co_await store::find_connector_state(s, tenant, connector);
    if (missed || is_heard) // else nothing is expected of it any more
        ++state.version;
    co_await store::put_connector_state(s, state);
    co_await store::put_published_silence(s, tenant, connector, missed);
    const domain::WatchedConnector watched{connector, row->name, state.version};
    if (missed)
        co_await publish_event(s, context, tenant,
                               domain::connector_silent_event(context.ids.next<EventId>(), watched,
                                                              since, expectation_of(*row), now));
    else if (is_heard)
        co_await publish_event(
            s, context, tenant,
            domain::connector_heard_event(context.ids.next<EventId>(), watched, since, now));
}

} // namespace settled::units
