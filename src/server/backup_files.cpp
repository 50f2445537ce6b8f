#include "server/backup_files.h"

#include "base/bytes.h"
#include "crypto/hash.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace settled::server {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t part_bytes = 1024 * 1024;

std::unexpected<Error> failed(const std::string& path) {
    return fail(errno == ENOSPC ? Code::store_full : Code::io_failed,
                path + ": " + std::strerror(errno));
}

class File {
  public:
    File(const std::string& path, int flags, unsigned mode = 0)
        : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    ~File() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    explicit operator bool() const { return fd_ >= 0; }
    int fd() const { return fd_; }

  private:
    int fd_;
};

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

Result<> sync_directory(const std::string& path) {
    const File directory(path, O_RDONLY | O_DIRECTORY);
    return directory && ::fsync(directory.fd()) == 0 ? Result<>() : failed(path);
}

} // namespace

UnfinishedDirectory::~UnfinishedDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

Result<> UnfinishedDirectory::make() const {
    std::error_code error;
    fs::remove_all(path_, error);
    fs::create_directories(fs::absolute(path_).parent_path(), error);
    return ::mkdir(path_.c_str(), 0700) == 0 ? Result<>() : failed(path_);
}

Result<> UnfinishedDirectory::finish_as(const std::string& name) const {
    TRY_VOID(sync_directory(path_));
    if (::rename(path_.c_str(), name.c_str()) != 0)
        return failed(name);
    return sync_directory(fs::absolute(name).parent_path());
}

std::string name_of_time(std::string_view time) {
    std::string name(time);
    std::ranges::replace(name, ':', '-');
    return name;
}

Result<> need_room(const std::string& directory, std::uintmax_t bytes) {
    fs::path place = fs::absolute(directory);
    while (!fs::exists(place) && place.has_relative_path())
        place = place.parent_path();
    std::error_code error;
    const fs::space_info room = fs::space(place, error);
    if (error)
        return fail(Code::io_failed, place.string() + ": " + error.message());
    if (room.available < bytes)
        return fail(Code::store_full,
                    fmt::format("{} has {} MiB left; the copy needs {} MiB", place.string(),
                                room.available >> 20U, bytes >> 20U));
    return {};
}

Result<> need_empty(const std::string& directory) {
    std::error_code error;
    if (fs::exists(directory) && !fs::is_empty(directory, error))
        return fail(Code::state_conflict,
                    directory + " is not empty: a backup is put into a new directory");
    return {};
}

Result<std::string> read_file(const std::string& path) {
    const File file(path, O_RDONLY);
    if (!file)
        return failed(path);
    std::string text;
    std::string part(part_bytes, '\0');
    for (;;) {
        const ssize_t got = ::read(file.fd(), part.data(), part.size());
        if (got < 0)
            return failed(path);
        if (got == 0)
            return text;
        text.append(part, 0, static_cast<std::size_t>(got));
    }
}

Result<> write_private_file(const std::string& path, std::string_view text) {
    const File file(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    const bool done = file && write_all(file.fd(), text) && ::fsync(file.fd()) == 0;
    return done ? Result<>() : failed(path);
}

Result<> copy_private_file(const std::string& from, const std::string& to, unsigned mode) {
    const File source(from, O_RDONLY);
    if (!source)
        return failed(from);
    const File target(to, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (!target)
        return failed(to);
    std::string part(part_bytes, '\0');
    ssize_t got = 0;
    while ((got = ::read(source.fd(), part.data(), part.size())) > 0)
        if (!write_all(target.fd(),
                       std::string_view(part).substr(0, static_cast<std::size_t>(got))))
            return failed(to);
    if (got < 0)
        return failed(from);
    return ::fsync(target.fd()) == 0 ? Result<>() : failed(to);
}

Result<> move_file(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) == 0)
        return {};
    if (errno != EXDEV)
        return failed(from);
    TRY_VOID(copy_private_file(from, to, 0600));
    return ::unlink(from.c_str()) == 0 ? Result<>() : failed(from);
}

Result<> drop_side_files(const std::string& directory) {
    for (const char* const name : {"/settled.db-wal", "/settled.db-shm"})
        if (::unlink((directory + name).c_str()) != 0 && errno != ENOENT)
            return failed(directory + name);
    return {};
}

Result<std::string> sha256_of_file(const std::string& path) {
    const File file(path, O_RDONLY);
    struct stat info{};
    if (!file || ::fstat(file.fd(), &info) != 0)
        return failed(path);
    if (info.st_size == 0)
        return to_hex(crypto::sha256(""));
    const auto size = static_cast<std::size_t>(info.st_size);
    void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd(), 0);
    if (mapped == MAP_FAILED)
        return failed(path);
    ::madvise(mapped, size, MADV_SEQUENTIAL);
    const crypto::Digest digest = crypto::sha256({static_cast<const char*>(mapped), size});
    ::munmap(mapped, size);
    return to_hex(digest);
}

} // namespace settled::server
