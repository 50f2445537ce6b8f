// Connections of the client and those of them that wait for their next call. Internal to net/.
//
// Invariants: every ClientConnection is in `all` from its making to its end; an idle one is in
// `idle` under its key and has its deadline at the end of its idle time.
#pragma once

#include "net/deadline.h"
#include "net/read_buffer.h"
#include "net/stream.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace settled::net {

class Pool;

class ClientConnection final : public Watched {
  public:
    ClientConnection(std::shared_ptr<Pool> pool, Stream stream, std::string key);
    ~ClientConnection() override;

    void expired() override;

    Stream stream;
    ReadBuffer buffer;
    const std::string key;
    bool late = false;   // the deadline of the call has passed
    bool closed = false; // the client was closed
    bool is_idle = false;

  private:
    std::shared_ptr<Pool> pool_;
};

class Pool : public std::enable_shared_from_this<Pool> {
  public:
    Pool(std::shared_ptr<Deadlines> deadlines, std::size_t idle_per_key_max, std::size_t idle_max)
        : deadlines_(std::move(deadlines)), idle_per_key_max_(idle_per_key_max),
          idle_max_(idle_max) {}

    // A connection that waited and whose peer has been silent, else null.
    std::unique_ptr<ClientConnection> take(const std::string& key);
    // Keeps it for the next call, or closes it if enough wait already.
    void put(std::unique_ptr<ClientConnection> connection);
    // Drops the idle ones and cuts the others.
    void close();
    bool is_closed() const { return closed_; }
    Deadlines& deadlines() { return *deadlines_; }

  private:
    friend class ClientConnection;
    void drop(ClientConnection& idle);

    std::shared_ptr<Deadlines> deadlines_;
    std::size_t idle_per_key_max_;
    std::size_t idle_max_;
    std::size_t idle_count_ = 0;
    bool closed_ = false;
    std::unordered_set<ClientConnection*> all_;
    std::unordered_map<std::string, std::vector<std::unique_ptr<ClientConnection>>> idle_;
};

} // namespace settled::net
