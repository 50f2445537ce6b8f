// What deliveries send that is not their event as it stands: another format, or a batch. Kept by
// the task's id, written once.
//
// `head` is the Content-Type, then further fields of the request ("ce-id: evt_…"), a line each.
#pragma once

#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>

namespace settled::store {

struct DeliveryBody {
    std::string head;
    std::string body;
};

Step<> insert_delivery_body(Session& s, TenantId tenant, TaskId task, const DeliveryBody& body);
Step<std::optional<DeliveryBody>> find_delivery_body(Session& s, TenantId tenant, TaskId task);

} // namespace settled::store
