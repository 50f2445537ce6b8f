// A connector whose API is called, as the store has it.
#pragma once

#include "domain/connector.h"
#include "store/queries/directory.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::units {

struct Bank {
    ConnectorId id;
    std::string name;
    domain::ConnectorSettings settings;
};

// nullopt: the tenant has none of that name; another tenant's is unknown, too.
store::Step<std::optional<Bank>> find_bank(store::Session& s, TenantId tenant,
                                           std::string_view name);
store::Step<std::optional<Bank>> find_bank(store::Session& s, TenantId tenant, ConnectorId id);

} // namespace settled::units
