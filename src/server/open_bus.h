// The connection to Kafka that the configuration names.
#pragma once

#include "base/error.h"
#include "kafka/bus.h"
#include "server/installation.h"

#include <memory>

namespace settled::server {

// None where no Kafka is configured. A node that takes no webhooks reads no topics: a member of a group
// that reads nothing would hold its partitions up. Fails with config_invalid when a consumer names a tenant
// that does not exist.
Result<std::unique_ptr<kafka::Bus>> open_bus(Installation& installation);

} // namespace settled::server
