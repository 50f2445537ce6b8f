#include "demo/nodes.h"

#include <algorithm>

namespace settled::demo {

Nodes::Nodes(const std::vector<ServerPlace>& places) {
    for (const ServerPlace& place : places)
        nodes_.push_back({std::make_unique<ServerProcess>(place)});
}

void Nodes::pause(std::size_t node) {
    nodes_[node].paused = true;
    nodes_[node].process->pause();
}

void Nodes::wake(std::size_t node) {
    nodes_[node].process->wake();
    nodes_[node].paused = false;
}

std::vector<std::size_t> Nodes::awake() {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (!nodes_[i].paused && nodes_[i].process->is_running())
            found.push_back(i);
    return found;
}

std::size_t Nodes::next() {
    const std::vector<std::size_t> choice = awake();
    return choice.empty() ? 0 : choice[turn_++ % choice.size()];
}

std::optional<std::size_t> Nodes::on_port(std::uint16_t port) const {
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (nodes_[i].process->place().port == port)
            return i;
    return std::nullopt;
}

void Nodes::request_stop() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        wake(i); // or it would not hear
        nodes_[i].process->request_stop();
    }
}

bool Nodes::are_running() {
    return std::ranges::any_of(nodes_, [](Node& node) { return node.process->is_running(); });
}

void Nodes::kill_now() {
    for (Node& node : nodes_)
        node.process->kill_now();
}

} // namespace settled::demo
