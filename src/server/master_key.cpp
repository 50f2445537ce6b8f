#include "server/master_key.h"

#include "base/bytes.h"
#include "custody/custody.h"
#include "custody/schemes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace settled::server {

namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::string_view file_scheme = "file:";

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

Result<Secret> checked(Secret hex, const std::string& place) {
    const bool is_hex = std::ranges::all_of(hex.reveal(), [](char c) { // looked at, not shown
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
    if (!is_hex || hex.reveal().size() != key_bytes * 2)
        return fail(Code::key_unreadable, place + " must hold 64 hexadecimal digits");
    return hex;
}

} // namespace

bool is_master_key_file(const std::string& place) {
    const auto scheme = custody::scheme_of(place);
    // A scheme that this build lacks is no file: no key is made in its place.
    return place.starts_with(file_scheme) ||
           (!scheme && scheme.error().code == Code::value_invalid);
}

Result<Secret> open_master_key(const std::string& place, bool store_is_there, Rng& rng) {
    if (!is_master_key_file(place)) {
        TRY(Secret hex, custody::read_secret(place));
        return checked(std::move(hex), place);
    }
    const std::string path =
        place.starts_with(file_scheme) ? place.substr(file_scheme.size()) : place;
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
    return checked(std::move(hex), path);
}

} // namespace settled::server
