#include "units/postings/core_bank.h"

namespace settled::units {

namespace {

using store::Session;
using store::Step;

Step<std::optional<CoreBank>> open(Session& s, TenantId tenant,
                                   std::optional<store::ConnectorRow> row) {
    if (!row || row->kind != domain::connector_mambu)
        co_return std::nullopt;
    const auto connector = domain::parse_connector_settings(row->settings);
    if (!connector)
        co_return std::nullopt;
    auto settings = connectors::mambu::parse_settings(connector->core_bank);
    if (!settings)
        co_return std::nullopt;
    auto bank = co_await find_bank(s, tenant, settings->bank_connector);
    if (!bank)
        co_return std::nullopt;
    co_return CoreBank{row->id, std::move(row->name), row->created_at, *std::move(settings),
                       *std::move(bank)};
}

} // namespace

Step<std::optional<CoreBank>> find_core_bank(Session& s, TenantId tenant, std::string_view name) {
    auto row = co_await store::find_connector_by_name(s, tenant, name);
    co_return co_await open(s, tenant, std::move(row));
}

Step<std::optional<CoreBank>> find_core_bank(Session& s, TenantId tenant, ConnectorId id) {
    auto row = co_await store::find_connector(s, tenant, id);
    co_return co_await open(s, tenant, std::move(row));
}

Step<std::optional<CoreBank>> core_bank_of(Session& s, TenantId tenant, const Bank& bank) {
    auto rows = co_await store::list_connectors(s, tenant);
    for (store::ConnectorRow& row : rows) {
        auto core = co_await open(s, tenant, std::move(row));
        if (core && core->bank.id == bank.id)
            co_return core;
    }
    co_return std::nullopt;
}

Step<store::Locks> locks_of_calls(Session& s, TenantId tenant, const std::optional<Bank>& connector,
                                  ConnectorId id) {
    store::Locks locks{store::Lock::calls(tenant, id)};
    if (!connector || connector->kind != domain::connector_mambu)
        co_return locks;
    const auto core = co_await find_core_bank(s, tenant, id);
    if (core)
        locks.add(store::Lock::calls(tenant, core->bank.id));
    co_return locks;
}

} // namespace settled::units
