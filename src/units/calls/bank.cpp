#include "units/calls/bank.h"

namespace settled::units {

namespace {

std::optional<Bank> read(std::optional<store::ConnectorRow> row) {
    if (!row)
        return std::nullopt;
    auto settings = domain::parse_connector_settings(row->settings);
    if (!settings)
        return std::nullopt;
    return Bank{row->id, std::move(row->name), std::move(row->kind), *std::move(settings)};
}

} // namespace

store::Step<std::optional<Bank>> find_bank(store::Session& s, TenantId tenant,
                                           std::string_view name) {
    auto row = co_await store::find_connector_by_name(s, tenant, name);
    co_return read(std::move(row));
}

store::Step<std::optional<Bank>> find_bank(store::Session& s, TenantId tenant, ConnectorId id) {
    auto row = co_await store::find_connector(s, tenant, id);
    co_return read(std::move(row));
}

} // namespace settled::units
