// How an installation fares, as its store shows it, and what of that wants a person's attention.
#pragma once

#include "api/call.h"
#include "api/handlers/why/status_ends.h"
#include "api/machine.h"
#include "api/refused_webhooks.h"
#include "api/scope.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/attention.h"
#include "store/money_sums.h"
#include "store/queries/nodes.h"
#include "store/queries/overview.h"
#include "store/session.h"
#include "store/step.h"
#include "store/store.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace settled::api {

// More are not counted: then a number is at least that much.
inline constexpr std::int64_t counted_max = 10'000;

struct ConnectorFigures {
    ConnectorId id;
    std::string name;
    std::string kind;
    std::optional<Instant> last_webhook_at = std::nullopt;
    std::int64_t calls_waiting = 0;
    bool is_failing = false;
    std::chrono::seconds expect_every{0}; // a webhook comes at least that often; 0: or not
    Instant created_at = {};
    int retention_days = limits::retention_days_default; // of its webhooks
    RefusedWebhooks refused = {};                        // of this node

    // Since when a webhook has been missed; nullopt: none is.
    std::optional<Instant> silent_since(Instant now) const;
};

struct EndpointFigures {
    std::int64_t active = 0, failing = 0, paused = 0, disabled = 0;
};

struct CurrencyFigures {
    store::MoneyCount expected, unmatched, overdue, in_review;
};

struct StatusFigures {
    std::string tenant;
    Instant now;
    // Of the whole installation: only for those who look after it.
    std::optional<store::Health> store;
    bool store_is_shared = false;
    std::optional<std::int64_t> store_bytes;
    std::optional<Disk> disk; // that the store is on; nullopt: a database's, or it cannot be asked
    std::optional<Instant> last_backup_at;
    std::vector<store::NodeRow> nodes;

    std::optional<std::vector<ConnectorFigures>> connectors; // nullopt: the reader may not see them
    std::optional<EndpointFigures> endpoints;
    std::optional<store::CountSince> deliveries, dead;
    std::optional<std::int64_t> due_tasks; // of the server, that are not done yet
    std::optional<Instant> unsealed_since; // of what no seal covers yet; nullopt: all is sealed
    store::OpenReviews reviews;
    store::OpenMoney open_money;
    std::map<std::string, CurrencyFigures, std::less<>> money; // the same, by currency
    std::optional<store::OldestSettlement> oldest_unmatched;
    std::optional<std::vector<Expiring>> expiring; // soonest first; may have ended
    std::optional<bool> calls_held;
    std::optional<std::int64_t> orders_in_doubt;
};
// `expiry`: what ends within it is expiring; nullopt: that is not asked for.
store::Step<StatusFigures> read_figures(store::Session& s, TenantId tenant, ScopeSet scopes,
                                        Instant now, std::optional<std::chrono::days> expiry);

// What is in no row of the store: webhooks that this node refused and, for those who look after the
// installation, whether the store can commit, the room that it has, and the server's certificate.
void add_node_figures(StatusFigures& figures, const Core& core, const Caller& caller);

// As `settled doctor` has them, under the same ids.
struct AttentionItem {
    std::string_view check;
    bool is_failure = false; // else a warning
    std::string subject;
    std::string sentence;
    std::string cause;
    std::optional<std::string> command; // nullopt: no command of ours mends it
};
std::vector<AttentionItem> attention_of(const StatusFigures& figures,
                                        const domain::Attention& limits = {});
// ok, attention, failing.
std::string_view state_of(const std::vector<AttentionItem>& attention);

} // namespace settled::api
