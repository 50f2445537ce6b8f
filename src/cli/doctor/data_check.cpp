#include "cli/doctor/check.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>

namespace settled::cli::doctor {

namespace {

constexpr mode_t rights_of_others = S_IRWXG | S_IRWXO;

std::string shown_bytes(std::uint64_t bytes) {
    constexpr std::uint64_t mib = 1024 * 1024;
    constexpr std::uint64_t gib = 1024 * mib;
    return bytes >= 10 * gib ? fmt::format("{} GiB", bytes / gib)
                             : fmt::format("{} MiB", bytes / mib);
}

} // namespace

void check_data_directory(Site& site, Findings& found) {
    const server::Config* const config = site.config();
    if (config == nullptr)
        return found.skipped("", "the settings do not say where it is");
    const std::string path = site.data_directory();
    struct stat file{};
    if (::stat(path.c_str(), &file) != 0) {
        if (config->store_url.empty())
            return found.failed("", fmt::format("there is no directory {}", path),
                                {"nothing has been begun there yet, or --data names another one",
                                 site.command("migrate")});
        return found.ok("", fmt::format("there is no directory {}; the store is a database", path));
    }
    if (!S_ISDIR(file.st_mode))
        return found.failed("", fmt::format("{} is no directory", path),
                            {"name a directory by --data or server.data"});
    if (file.st_uid != ::geteuid())
        return found.failed(
            "", fmt::format("{} belongs to another user", path),
            {"run doctor and the server as the user who owns it, or give it to that user"});
    if ((file.st_mode & rights_of_others) != 0)
        return found.failed("",
                            fmt::format("others may enter {} (mode {:o})", path,
                                        static_cast<unsigned>(file.st_mode & 07777U)),
                            {"it holds the master key, names, accounts and amounts; the server "
                             "does not start on it",
                             Site::shell("chmod 700", path)});
    found.ok("", fmt::format("{} is ours alone", path));
}

void check_free_space(Site& site, Findings& found) {
    const server::Config* const config = site.config();
    if (config == nullptr)
        return found.skipped("", "the settings do not say where the store is");
    if (!config->store_url.empty())
        return found.skipped("", "the store is a database; its server watches its own disk");
    const std::string path = site.data_directory();
    struct statvfs disk{};
    if (::statvfs(path.c_str(), &disk) != 0 || disk.f_blocks == 0)
        return found.skipped("", "there is no data directory yet");
    const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    const std::uint64_t percent = std::uint64_t{disk.f_bavail} * 100 / disk.f_blocks;
    const std::string sentence =
        fmt::format("{} of the disk of {} are free, {} %", shown_bytes(free), path, percent);
    const Remedy remedy{"a full disk stops every change; the owner of this machine makes room or "
                        "moves the data directory to a larger disk"};
    if (free < domain::Attention::free_bytes_min)
        found.failed("", sentence, remedy);
    else if (percent < static_cast<std::uint64_t>(config->attention.free_percent))
        found.warning("", sentence, remedy);
    else
        found.ok("", sentence);
}

} // namespace settled::cli::doctor
