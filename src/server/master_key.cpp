#include "server/master_key.h"

#include "base/bytes.h"
#include "custody/custody.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace settled::server {

namespace {

constexpr std::size_t key_bytes = 32;

Result<> failed(const std::string& what) {
    return fail(Code::io_failed, "cannot write " + what + ": " + std::strerror(errno));
}

// A key whose name is lost with the power would make everything sealed under it worthless.
bool sync_directory(const std::string& directory) {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    ::close(fd);
    return synced;
}

// Whole or not at all, and never over another one: of two that start at once, one makes the key.
Result<> write_new_key(const std::string& directory, const std::string& path, Rng& rng) {
    std::array<std::uint8_t, key_bytes> random{};
    rng.fill(random);
    const Secret hex(to_hex(random) + "\n");
    const std::string part = path + ".new." + std::to_string(::getpid());
    ::unlink(part.c_str()); // of an earlier process that was killed here
    const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (fd < 0)
        return failed(part);
    const bool written = ::write(fd, hex.reveal().data(), hex.reveal().size()) ==
                             static_cast<ssize_t>(hex.reveal().size()) &&
                         ::fsync(fd) == 0;
    ::close(fd);
    const bool named = written && (::link(part.c_str(), path.c_str()) == 0 || errno == EEXIST);
    Result<> outcome = named ? Result<>() : failed(path);
    ::unlink(part.c_str());
    if (outcome && !sync_directory(directory))
        outcome = failed(directory);
    return outcome;
}

} // namespace

Result<Secret> open_master_key(const std::string& path, bool store_is_there, Rng& rng) {
    if (!std::filesystem::exists(path)) {
        // A store without its key can be neither read nor trusted: do not make another one.
        if (store_is_there)
            return fail(Code::key_unreadable, path + " is missing; restore it from your backup, or "
                                                     "copy it from another node of this store");
        std::string directory = std::filesystem::path(path).parent_path().string();
        if (directory.empty())
            directory = ".";
        // Here and not in the store, which comes later: names and amounts are for the owner alone.
        std::error_code ignored;
        if (std::filesystem::create_directories(directory, ignored))
            std::filesystem::permissions(directory, std::filesystem::perms::owner_all, ignored);
        TRY_VOID(write_new_key(directory, path, rng));
    }
    TRY(Secret hex, custody::read_secret("file:" + path));
    if (hex.reveal().size() != key_bytes * 2)
        return fail(Code::key_unreadable, path + " must hold 64 hexadecimal digits");
    return hex;
}

} // namespace settled::server
