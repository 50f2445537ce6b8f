// What this program was built from.
#pragma once

#include <string_view>

namespace settled::server {

extern const std::string_view version; // "0.1.0"
// Written by each build (cmake/commit.cmake).
extern const std::string_view commit; // "8787229"; "unknown" where it was built outside git
extern const std::string_view
    commit_date; // "2026-11-23"; "" likewise. Never the time of the build.

} // namespace settled::server
