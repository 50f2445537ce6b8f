#include "net/client/ares_channel.h"

#include "net/bounds.h"

#include <ares.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace settled::net {

namespace {

namespace asio = boost::asio;
namespace ip = asio::ip;

// The only call of the library that is not safe with several threads; it is made once.
int start_library() {
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    return status;
}

Error ares_error(const std::string& what, int status) {
    return {Code::io_failed, what + ": " + ares_strerror(status)};
}

ares_addr_port_node as_node(const ip::udp::endpoint& server) {
    ares_addr_port_node node{};
    node.udp_port = node.tcp_port = server.port();
    if (server.address().is_v4()) {
        node.family = AF_INET;
        const auto bytes = server.address().to_v4().to_bytes();
        std::memcpy(&node.addr.addr4, bytes.data(), bytes.size());
    } else {
        node.family = AF_INET6;
        const auto bytes = server.address().to_v6().to_bytes();
        std::memcpy(&node.addr.addr6, bytes.data(), bytes.size());
    }
    return node;
}

std::optional<ip::address> address_of(const ares_addrinfo_node& node) {
    if (node.ai_family == AF_INET && node.ai_addrlen >= sizeof(sockaddr_in)) {
        sockaddr_in v4{};
        std::memcpy(&v4, node.ai_addr, sizeof v4);
        return ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (node.ai_family == AF_INET6 && node.ai_addrlen >= sizeof(sockaddr_in6)) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, node.ai_addr, sizeof v6);
        ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return ip::address_v6(bytes, v6.sin6_scope_id);
    }
    return std::nullopt;
}

struct Pending {
    std::string host;
    AresChannel::Done done;
};

// The library is C: nothing may be thrown through it.
void on_answer(void* of, int status, int, ares_addrinfo* found) noexcept {
    const std::unique_ptr<Pending> pending(static_cast<Pending*>(of));
    const std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> owned(found,
                                                                             &ares_freeaddrinfo);
    NameAnswer answer{.addresses = std::vector<ip::address>()};
    if (status != ARES_SUCCESS || found == nullptr) {
        answer.addresses = fail(Code::resolve_failed, pending->host + ": " + ares_strerror(status));
        pending->done(std::move(answer));
        return;
    }
    // An address without a route is refused at once; a route that swallows everything is not. Of
    // the two families it is the newer one where that is met.
    std::vector<ip::address> newer;
    // What comes from /etc/hosts has no time to live and is read again each time.
    std::optional<int> ttl;
    for (const ares_addrinfo_node* node = found->nodes; node != nullptr; node = node->ai_next) {
        if (const auto address = address_of(*node)) {
            (address->is_v4() ? *answer.addresses : newer).push_back(*address);
            ttl = std::min(ttl.value_or(node->ai_ttl), node->ai_ttl);
        }
    }
    for (const auto* alias = found->cnames; alias != nullptr; alias = alias->next) {
        ttl = std::min(ttl.value_or(alias->ttl), alias->ttl);
    }
    answer.ttl = std::chrono::seconds(std::max(ttl.value_or(0), 0));
    answer.addresses->insert(answer.addresses->end(), newer.begin(), newer.end());
    pending->done(std::move(answer));
}

} // namespace

struct AresChannel::Watch {
    explicit Watch(asio::io_context& io) : descriptor(io.get_executor()) {}
    Descriptor descriptor; // the library closes it
    bool wants_read = false;
    bool wants_write = false;
    bool awaits_read = false;
    bool awaits_write = false;
};

AresChannel::AresChannel(asio::io_context& io) : io_(io), timer_(io.get_executor()) {}

AresChannel::~AresChannel() {
    if (channel_ != nullptr) {
        ares_destroy(channel_); // ends what is under way, and with it all of watched_
    }
}

Result<std::shared_ptr<AresChannel>>
AresChannel::open(asio::io_context& io, const std::vector<ip::udp::endpoint>& servers) {
    auto channel = std::make_shared<AresChannel>(io);
    TRY_VOID(channel->start(servers));
    return channel;
}

Result<> AresChannel::start(const std::vector<ip::udp::endpoint>& servers) {
    if (const int status = start_library(); status != ARES_SUCCESS) {
        return std::unexpected(ares_error("the resolver does not start", status));
    }
    ares_options options{};
    options.timeout = static_cast<int>(std::chrono::milliseconds(bounds::name_server_wait).count());
    options.tries = bounds::name_server_tries;
    char lookups[] = "fb"; // the file, then the servers
    options.lookups = lookups;
    options.sock_state_cb = &AresChannel::on_socket;
    options.sock_state_cb_data = this;
    const int status = ares_init_options(&channel_, &options,
                                         ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
                                             ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) {
        channel_ = nullptr;
        return std::unexpected(ares_error("the resolver does not start", status));
    }
    if (servers.empty()) {
        return {};
    }
    std::vector<ares_addr_port_node> nodes;
    for (const ip::udp::endpoint& server : servers) {
        nodes.push_back(as_node(server));
    }
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
        nodes[i].next = &nodes[i + 1];
    }
    if (const int set = ares_set_servers_ports(channel_, nodes.data()); set != ARES_SUCCESS) {
        return std::unexpected(ares_error("the name servers cannot be used", set));
    }
    return {};
}

void AresChannel::look_up(const std::string& host, Done done) {
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    // The library's order would try a socket for each address.
    hints.ai_flags = ARES_AI_NOSORT;
    auto pending = std::make_unique<Pending>(host, std::move(done));
    ares_getaddrinfo(channel_, host.c_str(), nullptr, &hints, &on_answer, pending.release());
    arm();
}

void AresChannel::cancel() {
    ares_cancel(channel_);
    timer_.cancel();
}

void AresChannel::on_socket(void* self, int fd, int readable, int writable) {
    static_cast<AresChannel*>(self)->watch(fd, readable != 0, writable != 0);
}

void AresChannel::watch(int fd, bool readable, bool writable) {
    const auto found = watched_.find(fd);
    if (!readable && !writable) {
        if (found != watched_.end()) {
            found->second->wants_read = found->second->wants_write = false;
            found->second->descriptor.release();
            watched_.erase(found);
        }
        return;
    }
    const auto watch = found != watched_.end() ? found->second : std::make_shared<Watch>(io_);
    if (found == watched_.end()) {
        boost::system::error_code error;
        watch->descriptor.assign(fd, error);
        if (error) {
            return; // its queries end by their time
        }
        watched_.emplace(fd, watch);
    }
    watch->wants_read = readable;
    watch->wants_write = writable;
    await(watch, true);
    await(watch, false);
}

void AresChannel::await(const std::shared_ptr<Watch>& watch, bool to_read) {
    const bool wanted = to_read ? watch->wants_read : watch->wants_write;
    bool& awaits = to_read ? watch->awaits_read : watch->awaits_write;
    if (!wanted || awaits) {
        return;
    }
    awaits = true;
    watch->descriptor.async_wait(
        to_read ? Descriptor::wait_read : Descriptor::wait_write,
        [weak = weak_from_this(), watch, to_read](const boost::system::error_code& error) {
            (to_read ? watch->awaits_read : watch->awaits_write) = false;
            const auto self = weak.lock();
            const bool wanted_still = to_read ? watch->wants_read : watch->wants_write;
            if (error || !self || !wanted_still) {
                return;
            }
            const int fd = watch->descriptor.native_handle();
            self->process(to_read ? fd : ARES_SOCKET_BAD, to_read ? ARES_SOCKET_BAD : fd);
            self->await(watch, to_read);
        });
}

void AresChannel::process(int readable, int writable) {
    ares_process_fd(channel_, readable, writable);
    arm();
}

// The library's next look at what has waited too long.
void AresChannel::arm() {
    timeval wait{};
    if (ares_timeout(channel_, nullptr, &wait) == nullptr) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(std::chrono::seconds(wait.tv_sec) +
                         std::chrono::microseconds(wait.tv_usec));
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        if (const auto self = error ? nullptr : weak.lock()) {
            self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        }
    });
}

} // namespace settled::net
