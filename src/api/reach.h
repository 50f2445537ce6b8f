// Where endpoints may be, and how many a tenant may have.
#pragma once

#include "base/limits.h"
#include "net/client/egress.h"

#include <string>
#include <vector>

namespace settled::api {

struct Reach {
    net::EgressPolicy egress; // by HTTP; deliveries check it again, with the addresses resolved
    std::vector<std::string> topics; // of Kafka
    std::size_t endpoints_max = limits::endpoints_per_tenant_default;
    std::string public_url; // of this server; empty: partners do not reach it
};

} // namespace settled::api
