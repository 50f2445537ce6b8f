#include "server/machine.h"

#include <sys/statvfs.h>

#include <array>
#include <filesystem>
#include <system_error>

namespace settled::server {

namespace {

// With what was committed since the last checkpoint. nullopt: there is no store yet.
std::optional<std::int64_t> size_of_files(const std::string& directory) {
    constexpr std::array names{"/settled.db", "/settled.db-wal"};
    std::optional<std::int64_t> sum;
    for (const char* const name : names) {
        std::error_code absent;
        const auto bytes = std::filesystem::file_size(directory + name, absent);
        if (!absent)
            sum = sum.value_or(0) + static_cast<std::int64_t>(bytes);
    }
    return sum;
}

} // namespace

std::optional<api::Disk> data_disk(const Config& config) {
    struct statvfs disk{};
    if (::statvfs(config.data.c_str(), &disk) != 0)
        return std::nullopt;
    return api::Disk{std::uint64_t{disk.f_bavail} * disk.f_frsize,
                     std::uint64_t{disk.f_blocks} * disk.f_frsize};
}

api::Machine look_at_machine(const Config& config, const OwnKeys& keys) {
    api::Machine machine;
    if (config.store_url.empty()) {
        machine.store_bytes = size_of_files(config.data);
        machine.disk = data_disk(config);
    }
    machine.keys = keys.all();
    return machine;
}

} // namespace settled::server
