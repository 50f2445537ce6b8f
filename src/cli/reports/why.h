// Why something is matched or not, what has happened to it, how the installation fares, and what was found, for a
// terminal. Each value is as the API shows it. Pure.
#pragma once

#include "cli/look.h"
#include "wire/json.h"

#include <string>

namespace settled::cli {

// The verdict, up to three of the nearest, and what to do. `review`: the open one of a settlement; empty: none.
std::string explain_report(const wire::Json& explained, const std::string& review,
                           const Look& look);
std::string timeline_report(const wire::Json& timeline, const Look& look);
std::string find_report(const wire::Json& found, const Look& look);
// A line for an entry of the feed, as the API sends it.
std::string feed_line(const std::string& entry, const Look& look);
std::string status_report(const wire::Json& status, const Look& look);

} // namespace settled::cli
