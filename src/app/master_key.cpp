#include "app/master_key.h"

#include "base/bytes.h"
#include "crypto/custody.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace settled::app {

namespace {

constexpr std::size_t key_bytes = 32;

Result<> write_new_key(const std::string& path, Rng& rng) {
    std::array<std::uint8_t, key_bytes> random{};
    rng.fill(random);
    const Secret hex(to_hex(random) + "\n");
    const std::string part = path + ".new";
    const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0400);
    if (fd < 0)
        return fail(Code::io_failed, "cannot write " + part + ": " + std::strerror(errno));
    const bool written = ::write(fd, hex.reveal().data(), hex.reveal().size()) ==
                             static_cast<ssize_t>(hex.reveal().size()) &&
                         ::fsync(fd) == 0;
    ::close(fd);
    if (!written || ::rename(part.c_str(), path.c_str()) != 0)
        return fail(Code::io_failed, "cannot write " + path + ": " + std::strerror(errno));
    return {};
}

} // namespace

Result<Secret> open_master_key(const std::string& directory, Rng& rng) {
    const std::string path = directory + "/master.key";
    if (!std::filesystem::exists(path)) {
        // A store without its key can be neither read nor trusted: do not make another one.
        if (std::filesystem::exists(directory + "/settled.db"))
            return fail(Code::key_unreadable, path + " is missing; restore it from your backup");
        std::error_code ignored;
        std::filesystem::create_directories(directory, ignored);
        TRY_VOID(write_new_key(path, rng));
    }
    TRY(Secret hex, crypto::read_secret("file:" + path));
    if (hex.reveal().size() != key_bytes * 2)
        return fail(Code::key_unreadable, path + " must hold 64 hexadecimal digits");
    return hex;
}

} // namespace settled::app
