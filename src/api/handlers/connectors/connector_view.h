// A connector as the API shows it: its settings, and whether its calls are made.
#pragma once

#include "custody/key_facts.h"
#include "domain/connector.h"
#include "store/queries/calls.h"
#include "store/queries/directory.h"
#include "store/session.h"
#include "store/step.h"
#include "wire/json_writer.h"

#include <map>
#include <optional>
#include <string>

namespace settled::api {

struct ConnectorDetail {
    store::ConnectorRow row;
    store::ConnectorState state;
    ConnectorId id; // of the row, for pages
    Instant now;
    // The key that it signs with; nullopt: it signs with none, or that cannot be opened.
    std::optional<custody::KeyFacts> signing_key = std::nullopt;
    std::map<std::string, Instant> key_uses = {}; // when each key of the bank last proved a webhook
};
store::Step<ConnectorDetail> connector_detail(store::Session& s, store::ConnectorRow row,
                                              Instant now,
                                              std::optional<custody::KeyFacts> signing_key);

// Of the key with that fingerprint.
std::optional<Instant> last_use(const std::map<std::string, Instant>& uses,
                                const std::string& fingerprint);

domain::ConnectorSettings settings_of(const store::ConnectorRow& connector);
void write_connector(wire::JsonWriter& w, const ConnectorDetail& connector);
std::string shown(const ConnectorDetail& connector);

} // namespace settled::api
