#include "net/client/pool.h"

#include "base/assert.h"
#include "base/limits.h"

#include <algorithm>

namespace settled::net {

ClientConnection::ClientConnection(std::shared_ptr<Pool> pool, Stream connected,
                                   std::string its_key)
    : stream(std::move(connected)), key(std::move(its_key)), pool_(std::move(pool)) {
    pool_->all_.insert(this);
    pool_->deadlines_->add(*this);
}

ClientConnection::~ClientConnection() {
    pool_->deadlines_->remove(*this);
    pool_->all_.erase(this);
}

void ClientConnection::expired() {
    if (is_idle) {
        const std::shared_ptr<Pool> pool = pool_; // drop() ends this object
        pool->drop(*this);
        return;
    }
    late = true;
    stream.cut();
}

std::unique_ptr<ClientConnection> Pool::take(const std::string& key) {
    const auto found = idle_.find(key);
    if (found == idle_.end()) {
        return nullptr;
    }
    std::unique_ptr<ClientConnection> taken;
    // The youngest first: it is the one least likely to have been closed by the peer.
    while (!found->second.empty() && !taken) {
        std::unique_ptr<ClientConnection> candidate = std::move(found->second.back());
        found->second.pop_back();
        --idle_count_;
        if (candidate->stream.is_quiet()) {
            taken = std::move(candidate);
        }
    }
    if (found->second.empty()) {
        idle_.erase(found);
    }
    if (taken) {
        taken->is_idle = false;
        Deadlines::clear(*taken);
    }
    return taken;
}

void Pool::put(std::unique_ptr<ClientConnection> connection) {
    if (closed_) {
        return;
    }
    auto& waiting = idle_[connection->key];
    if (waiting.size() >= idle_per_key_max_ || idle_count_ >= idle_max_) {
        if (waiting.empty()) {
            idle_.erase(connection->key);
        }
        return;
    }
    connection->is_idle = true;
    deadlines_->set(*connection, std::chrono::steady_clock::now() + limits::pooled_idle_max);
    waiting.push_back(std::move(connection));
    ++idle_count_;
}

void Pool::drop(ClientConnection& idle) {
    const auto found = idle_.find(idle.key);
    SETTLED_ASSERT(found != idle_.end(), "an idle connection is not in the pool");
    auto& waiting = found->second;
    const auto at = std::ranges::find(waiting, &idle, &std::unique_ptr<ClientConnection>::get);
    SETTLED_ASSERT(at != waiting.end(), "an idle connection is not in the pool");
    const std::unique_ptr<ClientConnection> ended = std::move(*at);
    waiting.erase(at);
    --idle_count_;
    if (waiting.empty()) {
        idle_.erase(found);
    }
}

void Pool::close() {
    closed_ = true;
    idle_.clear();
    idle_count_ = 0;
    for (ClientConnection* connection : all_) {
        connection->closed = true;
        connection->stream.cut();
    }
}

} // namespace settled::net
