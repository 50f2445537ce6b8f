#include "store/queries/delivery_bodies.h"

namespace settled::store {

namespace {

const Statement insert{
    "INSERT INTO delivery_body (tenant_id, id, head, body) VALUES ($1, $2, $3, $4)"};
const Statement find{"SELECT head, body FROM delivery_body WHERE tenant_id = $1 AND id = $2"};

} // namespace

Step<> insert_delivery_body(Session& s, TenantId tenant, TaskId task, const DeliveryBody& body) {
    co_await s.send(insert, tenant, task, body.head, body.body);
}

Step<std::optional<DeliveryBody>> find_delivery_body(Session& s, TenantId tenant, TaskId task) {
    const Rows rows = co_await s.run(find, tenant, task);
    if (rows.empty())
        co_return std::nullopt;
    co_return DeliveryBody{rows.front().string(0), rows.front().string(1)};
}

} // namespace settled::store
