// The directory of a `settled dev`: made by it alone, used by one process at a time.
//
//   lock           held while it runs
//   dev.json       cli/client/dev_state.h
//   settled.toml   of its server, written at each start
//   server.log     of its server, JSON lines
//   data/          store and master key
//   sandbox/       keys of the model world, and the number of its runs
#pragma once

#include "base/error.h"
#include "base/rng.h"
#include "cli/client/dev_state.h"
#include "dev/port_claims.h"

#include <string>

namespace settled::dev {

class Directory {
  public:
    // Takes it, makes it (mode 0700) if it is not there, and empties it if `fresh` or if its making
    // was never finished. Fails with state_conflict: it is none of `settled dev`, or another one
    // runs in it; with io_failed.
    static Result<Directory> take(const std::string& path, bool fresh);
    Directory(Directory&& other) noexcept;
    Directory& operator=(Directory&&) = delete;
    ~Directory();

    // Whole, in full: good from anywhere.
    const std::string& path() const { return path_; }
    std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
    // What it holds already, or an empty one with its ports.
    cli::DevState& state() { return state_; }
    const cli::DevState& state() const { return state_; }
    bool is_new() const { return !state_.is_whole(); }
    // Of its ports; kept until the directory is given back.
    PortClaims& claims() { return claims_; }

  private:
    Directory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
    Result<> read(bool fresh);
    Result<> clear() const;

    std::string path_;
    int lock_; // -1: moved from
    PortClaims claims_;
    cli::DevState state_;
};

// 8080 for the server if it is free; for all others any that no outgoing connection takes. All are claimed.
Result<cli::DevPorts> choose_ports(Rng& rng, PortClaims& claims);
// Claims all of them. Fails with state_conflict, naming the first that is taken.
Result<> check_ports(const cli::DevPorts& ports, PortClaims& claims);

} // namespace settled::dev
