// What the API shows of this machine (api/machine.h), read from its disk at each call.
#pragma once

#include "api/machine.h"
#include "server/config.h"
#include "server/own_keys.h"

namespace settled::server {

api::Machine look_at_machine(const Config& config, const OwnKeys& keys);
// Of the data directory; nullopt: it cannot be asked.
std::optional<api::Disk> data_disk(const Config& config);

} // namespace settled::server
