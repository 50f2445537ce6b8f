// Time zones by name, from the database of the system (/usr/share/zoneinfo, the package tzdata).
#pragma once

#include "base/error.h"
#include "wire/time_zone.h"

#include <string_view>

namespace settled::custody {

// "Europe/London"; "UTC" needs no file. Reads it: may wait for the disk. Fails with value_invalid:
// there is no such zone here.
Result<wire::TimeZone> open_time_zone(std::string_view name);

} // namespace settled::custody
