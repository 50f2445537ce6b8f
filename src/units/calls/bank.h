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
    std::string kind;
    domain::ConnectorSettings settings;
};

// Of a bank's kind. A core banking system's API is called, too, but it pays nothing.
inline bool is_bank(const Bank& bank) {
    return bank.kind == domain::connector_clearbank;
}

// Of a platform's, whose calls fetch the content of notifications.
inline bool is_platform(const Bank& bank) {
    return bank.kind == domain::connector_clearmatch;
}

// nullopt: the tenant has none of that name; another tenant's is unknown, too.
store::Step<std::optional<Bank>> find_bank(store::Session& s, TenantId tenant,
                                           std::string_view name);
store::Step<std::optional<Bank>> find_bank(store::Session& s, TenantId tenant, ConnectorId id);

} // namespace settled::units
