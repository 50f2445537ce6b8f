// What is kept about keys that are in use: when a bank's key last proved a webhook, which ends of keys
// were published, and which keys cannot be used now.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

// `at` to a minute; an older time than the one that is there changes nothing.
Step<> note_bank_key_use(Session& s, TenantId tenant, ConnectorId connector,
                         std::string fingerprint, Instant at);
// By fingerprint.
Step<std::map<std::string, Instant>> bank_key_uses(Session& s, TenantId tenant,
                                                   ConnectorId connector);

// The end of a key, as it is published so many days before.
struct KeyEnd {
    TenantId tenant;
    std::int64_t subject_id = 0; // a connector, an API key or an endpoint; 0: the server
    std::string used_for;
    std::string fingerprint; // empty: it has none
    Instant expires_at;
    int days = 0; // 30, 7, 1; 0: it has ended
};
// False: it was published already.
Step<bool> note_key_end(Session& s, const KeyEnd& end, Instant now);

struct KeyOutage {
    TenantId tenant;
    ConnectorId connector;
    std::string used_for;
    Instant since;
    Instant seen_at; // when a node last reported it
};
// Of all tenants.
Step<std::vector<KeyOutage>> list_key_outages(Session& s);
// False: it is there already, and is marked as seen.
Step<bool> note_key_outage(Session& s, const KeyOutage& outage);
// False: another node has ended it, or has seen it after `outage.seen_at`.
Step<bool> end_key_outage(Session& s, const KeyOutage& outage);

// With the connector.
Step<> remove_keys_of(Session& s, TenantId tenant, ConnectorId connector);

} // namespace settled::store
