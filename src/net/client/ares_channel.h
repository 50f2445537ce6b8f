// c-ares on an io_context: look-ups of names that never block a thread. Internal to net/.
//
// The library keeps its own sockets and says which of them it waits for; this class waits for them
// with the io_context and hands them back when they are ready. One channel carries any number of
// look-ups at a time; one that no name server answers ends by itself after
// bounds::name_server_tries.
//
// Order of the sources: /etc/hosts, then the name servers. Threads: one io_context.
#pragma once

#include "base/error.h"
#include "net/deadline.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct ares_channeldata;

namespace settled::net {

struct NameAnswer {
    Result<std::vector<boost::asio::ip::address>> addresses; // fails with resolve_failed
    std::chrono::seconds ttl{0}; // for how long the addresses may be used again
};

class AresChannel : public std::enable_shared_from_this<AresChannel> {
  public:
    using Done = std::function<void(NameAnswer)>;

    // Without `servers`, those of /etc/resolv.conf as it is now. Fails with io_failed.
    static Result<std::shared_ptr<AresChannel>>
    open(boost::asio::io_context& io, const std::vector<boost::asio::ip::udp::endpoint>& servers);
    explicit AresChannel(boost::asio::io_context& io);
    ~AresChannel();
    AresChannel(const AresChannel&) = delete;
    AresChannel& operator=(const AresChannel&) = delete;

    // Calls `done` once: during the call where the answer needs no name server. `done` must not
    // destroy the channel.
    void look_up(const std::string& host, Done done);
    // All look-ups under way end as failed.
    void cancel();

  private:
    using Descriptor =
        boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;
    struct Watch; // one of the library's sockets

    Result<> start(const std::vector<boost::asio::ip::udp::endpoint>& servers);
    static void on_socket(void* self, int fd, int readable, int writable);
    void watch(int fd, bool readable, bool writable);
    void await(const std::shared_ptr<Watch>& watch, bool to_read);
    void process(int readable, int writable);
    void arm();

    boost::asio::io_context& io_;
    ares_channeldata* channel_ = nullptr;
    std::map<int, std::shared_ptr<Watch>> watched_;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>
        timer_;
};

} // namespace settled::net
