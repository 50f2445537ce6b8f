// Secrets that came in environment variables.
//
// They are read once, at start, erased from the environment (also from /proc/PID/environ), and kept
// under their names until the process ends; they change by a restart only. Which: every variable
// whose name begins with SETTLED_SECRET_, and those that the configuration names. No other can be
// read, and nothing that is asked for later touches the environment, which has no lock.
#pragma once

#include "base/error.h"
#include "base/secret.h"

#include <span>
#include <string>
#include <string_view>

namespace settled::custody {

// Before the process has a second thread. Called again, it adds; what is kept stays as it is.
void keep_variables(std::span<const std::string> names);

// Any thread. Fails with key_unreadable.
Result<Secret> kept_variable(std::string_view name);

} // namespace settled::custody
