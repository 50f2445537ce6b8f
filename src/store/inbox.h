// The inbox's rows: webhooks that were taken in.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "store/feeds.h"
#include "store/session.h"
#include "store/step.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace settled::store {

using DedupeKey = std::array<std::uint8_t, 16>;

struct WebhookRow {
    WebhookId id;
    SourceId source;
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
    SourceId source;
    std::string_view type;
    std::string_view composite_key;
    std::string_view suffix;
    std::string_view status;
    std::string_view body;
    Instant received_at;
};

// Claims a dedupe key for a webhook. nullopt: it is claimed now; otherwise the webhook that had it.
struct EarlierWebhook {
    WebhookId id;
    std::int64_t digest = 0; // of its payload
};
Step<std::optional<EarlierWebhook>> claim_webhook_key(Session& s, TenantId tenant,
                                                      const DedupeKey& key, WebhookId webhook,
                                                      std::int64_t digest);

Step<> insert_webhook(Session& s, const NewWebhook& webhook);
Step<bool> reversal_exists(Session& s, TenantId tenant, std::string_view composite_key);

Step<std::optional<WebhookRow>> find_webhook(Session& s, TenantId tenant, WebhookId id);
// Newest first, below `before`.
Step<std::vector<WebhookRow>> list_webhooks(Session& s, TenantId tenant, std::int64_t before,
                                            std::size_t limit);

// Deletes webhooks received before `until`, oldest first, at most `limit`; returns how many. What
// is in review stays, and so do the dedupe keys.
Step<std::int64_t> release_webhooks(Session& s, TenantId tenant, SourceId source, Instant until,
                                    std::size_t limit);

// Forward, in the order of the feed, without bodies; what was released is not there any more.
Step<FeedPage<WebhookRow>> webhooks_after(Session& s, TenantId tenant, FeedPlace after,
                                          std::size_t limit);

} // namespace settled::store
