// Catch-ups, and calls that are held, for a terminal. Each value is as the API shows it. Pure.
#pragma once

#include "wire/json.h"

#include <string>
#include <vector>

namespace settled::cli {

std::string held_report(const wire::Json& held);
std::string catch_up_table(const std::vector<wire::Json>& catch_ups);
std::string catch_up_report(const wire::Json& catch_up);
// "clearbank: fps_transactions, at 2026-11-22T00:00:00Z, 1,200 seen".
std::string catch_up_progress(const wire::Json& catch_up);

} // namespace settled::cli
