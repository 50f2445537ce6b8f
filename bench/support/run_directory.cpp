#include "bench/support/run_directory.h"

#include "base/assert.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace settled::bench {

RunDirectory::RunDirectory() {
    ::umask(077); // a server refuses a data directory that is open to others
    const char* const temporary = std::getenv("TMPDIR");
    std::string pattern = temporary == nullptr ? "/tmp" : temporary;
    pattern += "/settled-bench-" + std::string(6, 'X'); // what mkdtemp replaces
    SETTLED_ASSERT(::mkdtemp(pattern.data()) != nullptr, "a directory can be made: {}", pattern);
    path_ = std::move(pattern);
}

RunDirectory::~RunDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace settled::bench
