#include "cli/client/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace settled::cli {

namespace {

constexpr std::size_t file_bytes_max = 1024 * 1024;

class File {
  public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    ~File() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int get() const { return descriptor_; }

  private:
    int descriptor_;
};

std::unexpected<Error> failed(const std::string& path, const std::string& why) {
    return fail(Code::io_failed, path + ": " + why);
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(file) == 0;
}

} // namespace

Result<std::optional<std::string>> read_private_file(const std::string& path) {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0 && errno == ENOENT)
        return std::optional<std::string>();
    struct stat facts{};
    if (file.get() < 0 || ::fstat(file.get(), &facts) != 0)
        return failed(path, std::strerror(errno));
    if (facts.st_uid != ::geteuid() || (facts.st_mode & 077) != 0)
        return failed(path, "it belongs to another user, or others may open it");
    std::string text;
    std::array<char, 4096> part{};
    for (;;) {
        const ssize_t got = ::read(file.get(), part.data(), part.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(path, std::strerror(errno));
        if (got == 0)
            return std::optional(std::move(text));
        text.append(part.data(), static_cast<std::size_t>(got));
        if (text.size() > file_bytes_max)
            return failed(path, "it is too large");
    }
}

Result<> write_private_file(const std::string& path, const std::string& text) {
    const std::string part = path + ".new";
    {
        const File file(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (file.get() < 0 || ::fchmod(file.get(), 0600) != 0 || !write_all(file.get(), text))
            return failed(part, std::strerror(errno));
    }
    if (std::rename(part.c_str(), path.c_str()) != 0)
        return failed(path, std::strerror(errno));
    return {};
}

} // namespace settled::cli
