// The path of a Unix socket, at whatever length.
//
// The kernel takes some 100 bytes (sockaddr_un::sun_path), and a data directory may lie deeper than
// that. A longer path is reached through its directory: this holds the directory open and names the
// socket below /proc/self/fd.
#pragma once

#include "base/error.h"

#include <string>

namespace settled::net {

class SocketPath {
  public:
    // Fails with io_failed: the path is empty, its directory cannot be opened, or the name of the
    // socket alone is too long.
    static Result<SocketPath> open(const std::string& path);
    SocketPath(SocketPath&& other) noexcept;
    SocketPath& operator=(SocketPath&&) = delete;
    ~SocketPath();

    // What bind() and connect() take; good while this lives.
    const std::string& text() const { return text_; }

  private:
    SocketPath(std::string text, int directory) : text_(std::move(text)), directory_(directory) {}

    std::string text_;
    int directory_; // -1: the path is short enough by itself
};

} // namespace settled::net
