#include "crypto/custody.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace settled::crypto {
namespace {

constexpr std::string_view file_scheme = "file:";
constexpr std::string_view env_scheme = "env:";
constexpr std::size_t file_bytes_max = 64 * 1024;

class OpenFile {
  public:
    // Not blocking: opening a pipe that somebody put in the key's place must not hang the start.
    explicit OpenFile(const std::string& path)
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    int fd() const { return fd_; }

  private:
    int fd_;
};

std::unexpected<Error> unreadable(std::string_view uri, std::string_view why) {
    return fail(Code::key_unreadable, fmt::format("{}: {}", uri, why));
}

// Judged on the open file, not on its path, so that nothing can be swapped in between.
Result<> check_file(int fd, std::string_view uri) {
    struct stat status{};
    if (::fstat(fd, &status) != 0)
        return unreadable(uri, fmt::format("cannot be examined (errno {})", errno));
    if (!S_ISREG(status.st_mode))
        return unreadable(uri, "is not a regular file");
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
        return unreadable(uri, "belongs to another user; it must be the server's or root's");
    if ((status.st_mode & 077) != 0)
        return unreadable(uri, "is open to group or others; use 'chmod 600'");
    return {};
}

Result<Secret> read_file(std::string_view uri) {
    const std::string path(uri.substr(file_scheme.size()));
    const OpenFile file(path);
    if (file.fd() < 0)
        return unreadable(uri, fmt::format("cannot be opened (errno {})", errno));
    TRY_VOID(check_file(file.fd(), uri));

    // Full size from the start: growing would leave copies of the secret behind.
    std::string content(file_bytes_max + 1, '\0');
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t got = ::read(file.fd(), content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            if (got == 0)
                break;
            const Secret wiped(std::move(content));
            return unreadable(uri, fmt::format("cannot be read (errno {})", errno));
        }
        size += static_cast<std::size_t>(got);
    }
    const Secret whole(std::move(content));
    if (size > file_bytes_max)
        return unreadable(uri, "is larger than 64 KiB");
    std::string_view text = whole.reveal().substr(0, size);
    if (text.ends_with('\n'))
        text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
    if (text.empty())
        return unreadable(uri, "is empty");
    return Secret(std::string(text));
}

Result<Secret> read_environment(std::string_view uri) {
    const std::string name(uri.substr(env_scheme.size()));
    char* const value = name.empty() ? nullptr : ::getenv(name.c_str());
    if (value == nullptr || *value == '\0')
        return unreadable(uri, "is not set");
    Secret secret{std::string(value)};
    // The block the kernel shows in /proc/<pid>/environ keeps removed variables: overwrite first.
    ::explicit_bzero(value, ::strlen(value));
    ::unsetenv(name.c_str());
    return secret;
}

} // namespace

Result<Secret> read_secret(std::string_view uri) {
    if (uri.starts_with(file_scheme))
        return read_file(uri);
    if (uri.starts_with(env_scheme))
        return read_environment(uri);
    return fail(Code::value_invalid, "a secret is named by file:/path or env:NAME");
}

Result<std::shared_ptr<Signer>> open_signer(std::string_view uri) {
    TRY(const Secret pem, read_secret(uri));
    auto signer = software_signer(pem.reveal());
    if (!signer)
        return fail(signer.error().code, fmt::format("{}: {}", uri, signer.error().detail));
    return signer;
}

} // namespace settled::crypto
