// GET /v1/signing-keys: every key and secret that the tenant's connectors use, where each is kept, and
// whether this node can use it.
#include "api/core.h"
#include "api/handlers/connectors/connector_view.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "connectors/key_uses.h"
#include "store/queries/keys.h"
#include "wire/json_writer.h"
#include "wire/time.h"

namespace settled::api {

namespace {

using store::ConnectorRow;
using LastUses = std::map<std::string, Instant>;
using wire::JsonWriter;

class KeyWriter {
  public:
    KeyWriter(JsonWriter& w, const ConnectorRow& row, bool is_operator)
        : w_(w), row_(row), is_operator_(is_operator) {}

    void signing_key(const std::string& uri, const std::optional<custody::KeyFacts>& open) {
        begin("signing_key", uri);
        open ? w_.member("fingerprint", open->fingerprint) : w_.key("fingerprint").null();
        open ? w_.member("algorithm", open->algorithm) : w_.key("algorithm").null();
        w_.member("available", open && !open->trouble);
        if (open && !open->weakness.empty())
            w_.member("weakness", open->weakness);
        if (open && open->trouble && is_operator_) // the network is not shown our devices
            w_.member("reason",
                      std::string(info(open->trouble->code).token) + ": " + open->trouble->detail);
        w_.end();
    }
    void other(const connectors::KeyUse& key, const LastUses& uses) {
        begin(key.use, key.uri);
        if (key.uri.empty())
            w_.member("fingerprint", key.fingerprint);
        else
            w_.key("fingerprint").null();
        if (key.expires_at)
            w_.member("expires_at", wire::to_rfc3339(*key.expires_at));
        if (key.uri.empty())
            write_time(w_, "last_used_at", last_use(uses, key.fingerprint));
        w_.end();
    }

  private:
    void begin(std::string_view use, const std::string& uri) {
        w_.object().member("connector", row_.name).member("use", use);
        if (uri.empty()) { // it is public, and is in the store
            w_.key("uri").null().key("custody").null();
            return;
        }
        w_.member("uri", uri).member("custody", custody::custody_of(uri));
    }

    JsonWriter& w_;
    const ConnectorRow& row_;
    bool is_operator_;
};

void write_keys(JsonWriter& w, const ConnectorRow& row, const LastUses& uses,
                const std::optional<custody::KeyFacts>& open, bool is_operator) {
    KeyWriter keys(w, row, is_operator);
    for (const connectors::KeyUse& key : connectors::key_uses(row.kind, settings_of(row)))
        if (key.use == "signing_key")
            keys.signing_key(key.uri, open);
        else
            keys.other(key, uses);
}

struct Listed {
    ConnectorRow row;
    LastUses uses; // of the bank's keys
};

store::Step<std::vector<Listed>> read_listed(store::Session& s, TenantId tenant) {
    std::vector<Listed> all;
    auto rows = co_await store::list_connectors(s, tenant);
    for (ConnectorRow& row : rows) {
        auto uses = co_await store::bank_key_uses(s, tenant, row.id);
        all.push_back({std::move(row), std::move(uses)});
    }
    co_return all;
}

} // namespace

Task<Result<Answer>> list_signing_keys(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const auto listed = co_await core.store.read<std::vector<Listed>>(
        [tenant](store::Session& s) { return read_listed(s, tenant); });
    if (!listed)
        co_return std::unexpected(listed.error());
    JsonWriter w;
    w.object().key("data").array();
    for (const Listed& each : *listed)
        write_keys(w, each.row, each.uses, core.signing_key_of(tenant, each.row.id),
                   call.request.trusted_peer);
    w.end().key("next").null().end(); // connectors are few: there is one page
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
