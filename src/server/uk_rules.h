// What the settings say of UK payments, read with the files that they name: the calendar and the
// table of the modulus check.
#pragma once

#include "base/error.h"
#include "domain/uk/calendar.h"
#include "domain/uk/modulus.h"
#include "server/config.h"

#include <memory>

namespace settled::server {

// [calendar]. Fails with io_failed and value_invalid; the detail names the setting.
Result<domain::Calendar> load_calendar(const Config& config);
// [modulus]. Null: none is configured.
Result<std::shared_ptr<const domain::ModulusTable>> load_modulus(const Config& config);

} // namespace settled::server
