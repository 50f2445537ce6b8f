// The real server as a child process: the one place that knows how it is started.
//
// It runs this very binary (`serve`) in a process group of its own, so that Ctrl-C reaches the
// demo alone, and it gets SIGTERM when the demo dies. Its log goes to a file. No secret is in its
// arguments: of a store that is a URL it learns from SETTLED_STORE_URL. Used from one thread.
#pragma once

#include "base/error.h"

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace settled::demo {

struct ServerPlace {
    std::string data;        // directory of the store
    std::string config_file; // settled.toml
    std::string log_file;
    std::uint16_t port = 0; // on 127.0.0.1
};

class ServerProcess {
  public:
    explicit ServerProcess(ServerPlace place) : place_(std::move(place)) {}
    ~ServerProcess() { kill_now(); }
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    // Returns when the process exists; it accepts connections a little later. Fails with io_failed.
    Result<> start();
    // Notices an end, whatever caused it.
    bool is_running();
    // SIGKILL: no destructor runs, nothing is flushed. Returns when the process is gone.
    void kill_now();
    // SIGTERM; is_running() says when it has finished.
    void request_stop() const;
    // SIGSTOP, and SIGCONT: nothing of it runs in between.
    void pause() const;
    void wake() const;

    // The last line of its log, at most 300 bytes; it says why a server ended that should not have.
    std::string last_words() const;

    const ServerPlace& place() const { return place_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(place_.port); }
    pid_t pid() const { return pid_; }

  private:
    ServerPlace place_;
    pid_t pid_ = 0; // 0: none
};

} // namespace settled::demo
