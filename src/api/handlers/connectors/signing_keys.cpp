// GET /v1/signing-keys: every key and secret that the tenant's connectors use, where each is kept, and
// whether this node can use it; and, for those who look after the installation, the keys of its settings.
#include "api/core.h"
#include "api/handlers/connectors/connector_view.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "connectors/key_uses.h"
#include "store/queries/keys.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <algorithm>

namespace settled::api {

namespace {

using store::ConnectorRow;
using LastUses = std::map<std::string, Instant>;
using wire::JsonWriter;

// Of one connector.
struct Known {
    std::optional<custody::KeyFacts> signing_key; // nullopt: it is not open
    std::string warning;                          // of its device
    std::vector<KeyState> states;                 // of the whole tenant
};

class KeyWriter {
  public:
    KeyWriter(JsonWriter& w, const ConnectorRow& row, const Known& known, bool is_operator)
        : w_(w), row_(row), known_(known), is_operator_(is_operator) {}

    void signing_key(const connectors::KeyUse& key) {
        const auto& open = known_.signing_key;
        begin(key.use, key.uri);
        open ? w_.member("fingerprint", open->fingerprint) : w_.key("fingerprint").null();
        open ? w_.member("algorithm", open->algorithm) : w_.key("algorithm").null();
        w_.member("available", open && !open->trouble);
        if (open && !open->weakness.empty())
            w_.member("weakness", open->weakness);
        if (const KeyState* const state = state_of(key); state != nullptr)
            stale(*state);
        if (!known_.warning.empty())
            w_.member("warning", known_.warning);
        if (open && open->trouble && is_operator_) // the network is not shown our devices
            w_.member("reason",
                      std::string(info(open->trouble->code).token) + ": " + open->trouble->detail);
        w_.end();
    }
    void secret(const connectors::KeyUse& key) {
        begin(key.use, key.uri);
        w_.key("fingerprint").null();
        if (const KeyState* const state = state_of(key); state != nullptr) {
            w_.member("available", state->is_available);
            stale(*state);
        }
        ends(key.expires_at);
        w_.end();
    }
    // It is in the store.
    void public_key(const connectors::KeyUse& key, const LastUses& uses) {
        begin(key.use, key.uri);
        w_.member("fingerprint", key.fingerprint);
        ends(key.expires_at);
        write_time(w_, "last_used_at", last_use(uses, key.fingerprint));
        w_.end();
    }

  private:
    void begin(std::string_view use, const std::string& uri) {
        w_.object().member("connector", row_.name).member("use", use);
        if (uri.empty()) {
            w_.key("uri").null().key("custody").null();
            return;
        }
        w_.member("uri", uri).member("custody", custody::custody_of(uri));
    }
    void stale(const KeyState& state) {
        if (state.stale_for)
            w_.member("stale_seconds", std::int64_t{state.stale_for->count()});
    }
    void ends(const std::optional<Instant>& at) {
        if (at)
            w_.member("expires_at", wire::to_rfc3339(*at));
    }
    // nullptr: this node does not know it.
    const KeyState* state_of(const connectors::KeyUse& key) const {
        const auto found = std::ranges::find_if(known_.states, [&](const KeyState& state) {
            return state.connector == row_.id && state.use == key.use && state.uri == key.uri;
        });
        return found == known_.states.end() ? nullptr : &*found;
    }

    JsonWriter& w_;
    const ConnectorRow& row_;
    const Known& known_;
    bool is_operator_;
};

void write_keys(KeyWriter keys, const ConnectorRow& row, const LastUses& uses) {
    for (const connectors::KeyUse& key : connectors::key_uses(row.kind, settings_of(row)))
        if (key.use == "signing_key")
            keys.signing_key(key);
        else if (key.uri.empty())
            keys.public_key(key, uses);
        else
            keys.secret(key);
}

// The installation's, which are no connector's.
void write_own_key(JsonWriter& w, const OwnKey& key) {
    w.object().key("connector").null().member("use", key.use).member("uri", key.uri);
    w.member("custody", custody::custody_of(key.uri));
    w.key("fingerprint");
    key.fingerprint.empty() ? w.null() : w.value(key.fingerprint);
    if (key.expires_at)
        w.member("expires_at", wire::to_rfc3339(*key.expires_at));
    w.end();
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

// A device is asked, which may take a while.
Task<std::string> warning_of(const Core& core, TenantId tenant, ConnectorId connector) {
    auto warning = co_await core.key_desk.run<std::string>([&core, tenant, connector] {
        return Result<std::string>(core.signing_key_warning(tenant, connector));
    });
    co_return warning ? *std::move(warning) : std::string();
}

} // namespace

Task<Result<Answer>> list_signing_keys(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const auto listed = co_await core.store.read<std::vector<Listed>>(
        [tenant](store::Session& s) { return read_listed(s, tenant); });
    if (!listed)
        co_return std::unexpected(listed.error());
    const bool is_operator = call.request.trusted_peer;
    Known known{std::nullopt, "", core.key_states_of(tenant)};
    JsonWriter w;
    w.object().key("data").array();
    for (const Listed& each : *listed) {
        known.signing_key = core.signing_key_of(tenant, each.row.id);
        if (is_operator)
            known.warning = co_await warning_of(core, tenant, each.row.id);
        write_keys(KeyWriter(w, each.row, known, is_operator), each.row, each.uses);
    }
    if (call.caller.looks_after_installation())
        for (const OwnKey& key : core.look_at_machine().keys)
            write_own_key(w, key);
    w.end().key("next").null().end(); // connectors are few: there is one page
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
