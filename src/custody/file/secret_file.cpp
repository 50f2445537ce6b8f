#include "custody/file/secret_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace settled::custody {
namespace {

// Not blocking: opening a pipe in the key's place must not wait for the pipe's writer.
constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    int get() const { return fd_; }

  private:
    int fd_;
};

std::unexpected<Error> unreadable(std::string_view shown, std::string_view why) {
    return fail(Code::key_unreadable, fmt::format("{}: {}", shown, why));
}

std::unexpected<Error> unreadable(std::string_view shown, std::string_view why, int error) {
    return unreadable(shown, fmt::format("{} ({})", why, ::strerrordesc_np(error)));
}

Result<> check_file(int fd, std::string_view shown, FileIs is) {
    struct stat status{};
    if (::fstat(fd, &status) != 0)
        return unreadable(shown, "cannot be examined", errno);
    if (!S_ISREG(status.st_mode))
        return unreadable(shown, "is not a regular file");
    if (is == FileIs::open)
        return {};
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
        return unreadable(shown, "belongs to another user; it must be the server's or root's");
    if ((status.st_mode & 077) != 0)
        return unreadable(shown, "is open to group or others; use 'chmod 600'");
    return {};
}

Result<Secret> read_open(int fd, std::string_view shown, FileIs is) {
    if (fd < 0)
        return unreadable(shown, "cannot be opened", errno);
    TRY_VOID(check_file(fd, shown, is));

    // Full size from the start: growing would leave copies of the secret behind.
    std::string content(key_file_bytes_max + 1, '\0');
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t got = ::read(fd, content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            if (got == 0)
                break;
            const int error = errno;
            const Secret wiped(std::move(content));
            return unreadable(shown, "cannot be read", error);
        }
        size += static_cast<std::size_t>(got);
    }
    const Secret whole(std::move(content));
    if (size > key_file_bytes_max)
        return unreadable(shown, "is larger than 64 KiB");
    std::string_view text = whole.reveal().substr(0, size);
    if (text.ends_with('\n'))
        text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
    if (text.empty())
        return unreadable(shown, "is empty");
    return Secret(std::string(text));
}

int open_below(int directory, const std::string& name) {
    struct open_how how{};
    how.flags = open_flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(
        ::syscall(SYS_openat2, directory, name.c_str(), &how, sizeof how)); // glibc has no name
}

} // namespace

Result<Secret> read_key_file(const std::string& path, std::string_view shown, FileIs is) {
    const Descriptor file(::open(path.c_str(), open_flags));
    return read_open(file.get(), shown, is);
}

Result<Secret> read_key_file_below(const std::string& directory, const std::string& name,
                                   std::string_view shown, FileIs is) {
    const Descriptor root(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (root.get() < 0)
        return unreadable(directory, "cannot be opened", errno);
    const Descriptor file(open_below(root.get(), name));
    return read_open(file.get(), shown, is);
}

} // namespace settled::custody
