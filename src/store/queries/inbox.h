// The inbox's rows: webhooks that were accepted.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "store/bite.h"
#include "store/queries/feeds.h"
#include "store/session.h"
#include "store/step.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

// The status of a webhook.
inline constexpr std::string_view webhook_processed = "processed"; // it has had its effect
inline constexpr std::string_view webhook_archived = "archived";   // it has no effect
inline constexpr std::string_view webhook_in_review = "review";

using DedupeKey = std::array<std::uint8_t, 16>;

struct WebhookRow {
    WebhookId id;
    ConnectorId connector;
    std::string type;
    std::string composite_key;
    std::string suffix;
    std::string status;
    std::string body; // empty when only the list is wanted, or when it was released
    Instant received_at;
};

struct NewWebhook {
    TenantId tenant;
    WebhookId id;
    ConnectorId connector;
    std::string_view type;
    std::string_view composite_key;
    std::string_view suffix;
    std::string_view status;
    std::string_view body;
    Instant received_at;
};

// Claims a dedupe key for a webhook. nullopt: `webhook` has the key now; otherwise the earlier
// webhook that has it.
struct EarlierWebhook {
    WebhookId id;
    std::int64_t digest = 0; // of its payload
    std::string status;      // its own; empty: its row was released
};
Step<std::optional<EarlierWebhook>> claim_webhook_key(Session& s, TenantId tenant,
                                                      const DedupeKey& key, WebhookId webhook,
                                                      std::int64_t digest);

// Stores the digest of the same webhook's payload, as the connector's present mapping reads it.
Step<> update_webhook_digest(Session& s, TenantId tenant, const DedupeKey& key,
                             std::int64_t digest);

Step<> insert_webhook(Session& s, const NewWebhook& webhook);
// What a webhook was read as.
struct WebhookReading {
    std::string_view type;
    std::string_view composite_key;
    std::string_view suffix;
    std::string_view status;
};
Step<> update_webhook(Session& s, TenantId tenant, WebhookId id, WebhookReading reading);
// Another webhook's.
Step<bool> reversal_exists(Session& s, TenantId tenant, std::string_view composite_key,
                           WebhookId except);

Step<std::optional<WebhookRow>> find_webhook(Session& s, TenantId tenant, WebhookId id);
Step<std::optional<std::string>> find_webhook_status(Session& s, TenantId tenant, WebhookId id);
// Webhooks in review or archived, oldest first, from `first` and below `end`: an index has these
// alone.
struct WaitingWebhook {
    WebhookId id;
    ConnectorId connector;
};
Step<std::vector<WaitingWebhook>> list_waiting_webhooks(Session& s, TenantId tenant,
                                                        std::string_view status, std::int64_t first,
                                                        std::int64_t end, std::size_t limit);
// Newest first, below `before`.
Step<std::vector<WebhookRow>> list_webhooks(Session& s, TenantId tenant, std::int64_t before,
                                            std::size_t limit);

// Deletes webhooks of a connector that were received before `until`, oldest first. Webhooks in
// review stay, and so do the dedupe keys.
Step<Bitten> release_webhooks(Session& s, TenantId tenant, ConnectorId connector, Instant until,
                              Bite bite);

// Forward, in the order of the feed, without bodies; released webhooks are not there any more.
Step<FeedPage<WebhookRow>> webhooks_after(Session& s, TenantId tenant, FeedPlace after,
                                          std::size_t limit);

} // namespace settled::store
