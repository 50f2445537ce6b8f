// Addresses of host names, without blocking any thread: each look-up waits for its own name server
// only. Internal to net/.
//
// Equal names asked for at the same time are one look-up. An answer is used again for its time to
// live (bounds::name_kept_max at most); what /etc/hosts says and what failed is asked for each
// time. An owner (a tenant) may have so many look-ups under way; what is beyond waits for its turn,
// and only that owner's. /etc/resolv.conf is read again when it has changed.
//
// Threads: one Resolver runs on one io_context.
#pragma once

#include "base/error.h"
#include "base/task.h"
#include "net/bounds.h"
#include "net/client/ares_channel.h"

#include <deque>
#include <map>
#include <unordered_map>

namespace settled::net {

class Resolver : public std::enable_shared_from_this<Resolver> {
  public:
    struct Options {
        std::vector<boost::asio::ip::udp::endpoint> servers; // none: those of /etc/resolv.conf
        std::size_t lookups_per_owner_max = bounds::lookups_per_owner_max;
    };
    using Addresses = std::vector<boost::asio::ip::address>;

    Resolver(boost::asio::io_context& io, Options options)
        : io_(io), options_(std::move(options)) {}
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // Fails with resolve_failed: no such name, or no answer by the deadline. At least one address,
    // IPv4 first. Held by a shared_ptr while it runs.
    Task<Result<Addresses>> resolve(std::string host, std::int64_t owner, TimePoint deadline);
    // What is under way fails now, and everything that comes later.
    void close();
    std::size_t under_way(std::int64_t owner) const;

  private:
    struct Lookup;
    class Wait;
    struct Kept {
        Addresses addresses;
        TimePoint until;
    };

    const Addresses* kept(const std::string& host);
    void keep(const std::string& host, const Addresses& addresses, std::chrono::seconds ttl);
    std::shared_ptr<Lookup> join(const std::string& host, std::int64_t owner);
    void begin(const std::shared_ptr<Lookup>& lookup, std::int64_t owner);
    void finish(const std::shared_ptr<Lookup>& lookup, Result<Addresses> result);
    void begin_next(std::int64_t owner);
    Result<std::shared_ptr<AresChannel>> channel();

    boost::asio::io_context& io_;
    Options options_;
    bool closed_ = false;
    std::shared_ptr<AresChannel> channel_;
    std::int64_t settings_changed_ns_ = 0; // of /etc/resolv.conf, when channel_ was made
    std::unordered_map<std::string, Kept> kept_;
    std::unordered_map<std::string, std::shared_ptr<Lookup>> lookups_;
    std::map<std::int64_t, std::size_t> under_way_; // by owner
    std::map<std::int64_t, std::deque<std::shared_ptr<Lookup>>> queued_;
};

} // namespace settled::net
