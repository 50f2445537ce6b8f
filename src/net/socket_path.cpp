#include "net/socket_path.h"

#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace settled::net {

namespace {

constexpr std::size_t path_bytes_max = sizeof(sockaddr_un::sun_path) - 1; // and a NUL

} // namespace

Result<SocketPath> SocketPath::open(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string name = slash == path.npos ? path : path.substr(slash + 1);
    if (name.empty()) {
        return fail(Code::io_failed, "a socket needs a path: \"" + path + "\" names none");
    }
    if (path.size() <= path_bytes_max) {
        return SocketPath(path, -1);
    }
    const std::string directory = slash == path.npos ? "." : path.substr(0, slash + 1);
    const int fd = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fail(Code::io_failed, "cannot open the directory of the socket " + path + ": " +
                                         std::generic_category().message(errno));
    }
    SocketPath place("/proc/self/fd/" + std::to_string(fd) + "/" + name, fd);
    if (place.text_.size() > path_bytes_max) {
        return fail(Code::io_failed, "the name of the socket is too long: " + name);
    }
    return place;
}

SocketPath::SocketPath(SocketPath&& other) noexcept
    : text_(std::move(other.text_)), directory_(std::exchange(other.directory_, -1)) {}

SocketPath::~SocketPath() {
    if (directory_ >= 0) {
        ::close(directory_);
    }
}

} // namespace settled::net
