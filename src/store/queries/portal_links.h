// Links with which a partner sees its endpoint. Their tokens are known by hashes.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

struct PortalLinkRow {
    TenantId tenant;
    PortalLinkId id;
    Bytes hash;
    EndpointId endpoint;
    std::string can; // of "read redeliver ping"
    std::string created_by;
    Instant created_at;
    Instant expires_at;
    std::optional<Instant> revoked_at;

    bool is_live(Instant now) const { return !revoked_at && now < expires_at; }
};
Step<> insert_portal_link(Session& s, const PortalLinkRow& link);
Step<std::optional<PortalLinkRow>> find_portal_link(Session& s, TenantId tenant, PortalLinkId id);
Step<std::optional<PortalLinkRow>> find_portal_link_by_hash(Session& s, BytesView hash);
// Of an endpoint, newest first, below that id.
Step<std::vector<PortalLinkRow>> list_portal_links(Session& s, TenantId tenant, EndpointId endpoint,
                                                   std::int64_t before, std::size_t limit);
// False: there is no such link that was not revoked.
Step<bool> revoke_portal_link(Session& s, TenantId tenant, PortalLinkId id, Instant now);

} // namespace settled::store
