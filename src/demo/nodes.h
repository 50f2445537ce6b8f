// The servers of the story: one, or several nodes on one store.
//
// Nodes are numbered from 0 here and from 1 where people read. A node is awake while its process
// runs and is not paused. One thread.
#pragma once

#include "demo/server_process.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::demo {

class Nodes {
  public:
    explicit Nodes(const std::vector<ServerPlace>& places);

    std::size_t count() const { return nodes_.size(); }
    bool are_several() const { return nodes_.size() > 1; }
    ServerProcess& at(std::size_t node) { return *nodes_[node].process; }
    static std::string name(std::size_t node) { return "node " + std::to_string(node + 1); }

    // Stopped by a signal, as a machine that hangs is; and woken up again.
    void pause(std::size_t node);
    void wake(std::size_t node);
    std::vector<std::size_t> awake();
    // Each that is awake in turn; the first when none is.
    std::size_t next();
    std::optional<std::size_t> on_port(std::uint16_t port) const;

    void request_stop();
    bool are_running();
    void kill_now();

  private:
    struct Node {
        std::unique_ptr<ServerProcess> process;
        bool paused = false;
    };

    std::vector<Node> nodes_;
    std::size_t turn_ = 0;
};

} // namespace settled::demo
