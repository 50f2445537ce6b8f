#include "custody/file/watched_files.h"

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <mutex>

namespace settled::custody {

namespace {

// More than all connectors of a store can name; beyond it a file changes when its connector does.
constexpr std::size_t files_max = 10'000;

struct Look {
    bool is_there = false;
    std::uint64_t device = 0;
    std::uint64_t number = 0;
    std::int64_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;

    bool operator==(const Look&) const = default;
};

Look look_at(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
        return {};
    return {true,           status.st_dev,         status.st_ino,
            status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

struct Watched {
    std::mutex mutex;
    std::map<std::string, Look> files;
};

Watched& watched() {
    static Watched all;
    return all;
}

} // namespace

void watch_file(const std::string& path) {
    const Look look = look_at(path);
    const std::lock_guard lock(watched().mutex);
    if (watched().files.size() < files_max || watched().files.contains(path))
        watched().files.insert_or_assign(path, look);
}

bool take_changed_files() {
    std::map<std::string, Look> files;
    {
        const std::lock_guard lock(watched().mutex);
        files = watched().files;
    }
    bool has_changed = false;
    for (const auto& [path, look] : files) {
        if (look_at(path) == look)
            continue;
        const std::lock_guard lock(watched().mutex);
        watched().files.erase(path);
        has_changed = true;
    }
    return has_changed;
}

} // namespace settled::custody
