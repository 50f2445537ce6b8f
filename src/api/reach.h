// Where endpoints may be.
#pragma once

#include "net/client/egress.h"

#include <string>
#include <vector>

namespace settled::api {

struct Reach {
    net::EgressPolicy egress; // by HTTP; deliveries check it again, with the addresses resolved
    std::vector<std::string> topics; // of Kafka
};

} // namespace settled::api
