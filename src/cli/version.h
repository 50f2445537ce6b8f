// Which program this is.
#pragma once

#include <string>
#include <string_view>

namespace settled::cli {

extern const std::string_view version; // "0.1.0"
// Written by each build (cmake/commit.cmake).
extern const std::string_view commit; // "8787229"; "unknown" where it was built outside git
extern const std::string_view
    commit_date; // "2026-11-23"; "" likewise. Never the time of the build.

// "settled 0.1.0 (8787229, 2026-11-23)"
std::string version_text();
// The same as JSON, with the store's engines and the libraries that it runs with.
std::string version_json();

} // namespace settled::cli
