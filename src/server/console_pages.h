// The console as files: the page at /console/, a partner's page at /portal/, and what both load.
//
// Whatever stands below /console/ and is no file is the page, which knows its own addresses. A page is
// never kept by a browser; what it loads has a name that changes with its content, and is kept for
// ever. Files come compressed where the browser takes that: each is there as NAME and as NAME.gz.
//
// Immutable: all threads share one.
#pragma once

#include "base/error.h"
#include "net/http.h"

#include <span>
#include <string_view>

namespace settled::server {

struct ConsoleFile {
    std::string_view path; // "index.html", "assets/console.1A2B3C4D.js.gz"
    std::string_view content;
};

// Those that this program holds; none: it was built without the console.
std::span<const ConsoleFile> console_files();
bool has_console();

class ConsolePages {
  public:
    explicit ConsolePages(std::span<const ConsoleFile> files) : files_(files) {}

    static bool serves(std::string_view path);
    // Fails with route_unknown and method_not_allowed.
    Result<net::Response> answer(const net::Request& request) const;

  private:
    const ConsoleFile* find(std::string_view path) const;
    net::Response shown(const net::Request& request, const ConsoleFile& file) const;

    std::span<const ConsoleFile> files_;
};

} // namespace settled::server
