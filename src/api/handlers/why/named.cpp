#include "api/handlers/why/named.h"

#include "store/queries/directory.h"
#include "store/queries/money/catch_ups.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"

namespace settled::api {

using store::Session;
using store::Step;

Step<std::optional<domain::Payment>> find_payment_named(Session& s, TenantId tenant,
                                                        std::string id) {
    if (const auto ours = parse_id<PaymentIdTag>(id)) {
        auto payment = co_await store::find_payment(s, tenant, *ours);
        if (payment)
            co_return payment;
    }
    auto registered = co_await store::find_payment_by_client_id(s, tenant, id);
    co_return registered ? std::optional(std::move(registered->payment)) : std::nullopt;
}

Step<std::optional<domain::Settlement>> find_settlement_named(Session& s, TenantId tenant,
                                                              std::string id) {
    if (const auto ours = parse_id<SettlementIdTag>(id))
        co_return co_await store::find_settlement(s, tenant, *ours);
    for (const store::ConnectorRow& connector : co_await store::list_connectors(s, tenant)) {
        const auto known = co_await store::find_bank_transaction(s, tenant, connector.id, id, true);
        if (known && known->subject != 0)
            co_return co_await store::find_settlement(s, tenant, SettlementId{known->subject});
    }
    co_return std::nullopt;
}

} // namespace settled::api
