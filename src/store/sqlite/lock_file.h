// Keeps a second server out of a data directory: an flock(2) that the kernel drops when we die.
#pragma once

#include "base/error.h"

#include <string>
#include <utility>

namespace settled::store::sqlite {

class LockFile {
  public:
    // Fails with store_locked or io_failed.
    static Result<LockFile> take(const std::string& path);
    LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    LockFile& operator=(LockFile&&) = delete;
    ~LockFile();

  private:
    explicit LockFile(int fd) : fd_(fd) {}
    int fd_;
};

} // namespace settled::store::sqlite
