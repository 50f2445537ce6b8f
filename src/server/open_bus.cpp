#include "server/open_bus.h"

#include "server/run.h"
#include "store/queries/directory.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

namespace settled::server {

namespace {

// Each consumer's tenant, by its name.
Result<std::vector<TenantId>> tenants_of(Installation& installation,
                                         const std::vector<kafka::ConsumerSettings>& consumers) {
    using Found = std::optional<store::TenantRow>;
    std::vector<TenantId> tenants;
    for (const kafka::ConsumerSettings& consumer : consumers) {
        auto found = run_to_end(
            installation.store().read<Found>([name = consumer.tenant](store::Session& s) {
                return store::find_tenant_by_name(s, name);
            }));
        TRY(const Found tenant, std::move(found));
        if (!tenant)
            return fail(
                Code::config_invalid,
                fmt::format("kafka_consumer.tenant: there is no tenant \"{}\"", consumer.tenant));
        tenants.push_back(tenant->id);
    }
    return tenants;
}

} // namespace

Result<std::unique_ptr<kafka::Bus>> open_bus(Installation& installation) {
    const Config& config = installation.config();
    if (!config.kafka.configured())
        return std::unique_ptr<kafka::Bus>();
    const auto consumers = installation.roles().intake ? config.kafka_consumers
                                                       : std::vector<kafka::ConsumerSettings>();
    TRY(const std::vector<TenantId> tenants, tenants_of(installation, consumers));
    return kafka::Bus::open(config.kafka, consumers, tenants,
                            {installation.store(), installation.context(), installation.clock,
                             installation.metrics,
                             [&installation] { return installation.membership().is_member(); }});
}

} // namespace settled::server
