// Which program this is, in words.
#pragma once

#include <string>

namespace settled::cli {

// "settled 0.1.0 (8787229, 2026-11-23)"
std::string version_text();
// The same as JSON, with the store's engines and the libraries that it runs with.
std::string version_json();

} // namespace settled::cli
