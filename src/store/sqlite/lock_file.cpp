#include "store/sqlite/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace settled::store::sqlite {

Result<LockFile> LockFile::take(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(Code::io_failed, "cannot open " + path + ": " + std::strerror(errno));
    LockFile lock(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
        return fail(Code::store_locked,
                    "another settled uses " + path + "; stop it, or use another --data");
    return lock;
}

LockFile::~LockFile() {
    if (fd_ >= 0)
        ::close(fd_);
}

} // namespace settled::store::sqlite
