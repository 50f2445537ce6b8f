// For tests: a name server on loopback that answers as the test says, or never.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace settled::net::testing {

struct NameScript {
    std::vector<const char*> addresses; // none: the name exists and has none
    std::uint32_t ttl = 300;
    bool silent = false;
    bool unknown = false; // NXDOMAIN
};

// Names that are not in the script are unknown.
class ScriptedNameServer {
  public:
    explicit ScriptedNameServer(std::map<std::string, NameScript> names)
        : names_(std::move(names)), socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ScriptedNameServer(const ScriptedNameServer&) = delete;
    ScriptedNameServer& operator=(const ScriptedNameServer&) = delete;
    ~ScriptedNameServer() {
        stop_ = true;
        thread_.join();
        ::close(socket_);
    }

    boost::asio::ip::udp::endpoint endpoint() const {
        return {boost::asio::ip::address_v4::loopback(), port_};
    }
    // Questions for IPv4 addresses of that name.
    std::size_t questions(const std::string& name) {
        const std::lock_guard lock(mutex_);
        return questions_[name];
    }
    // No answer goes out until what is returned is given back.
    std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }
    void set(const std::string& name, NameScript script) {
        const std::lock_guard lock(mutex_);
        names_[name] = std::move(script);
    }

  private:
    static constexpr std::size_t header_bytes = 12;
    static constexpr std::uint8_t type_a = 1;
    static constexpr std::uint8_t type_aaaa = 28;

    static void put(std::string& out, std::uint32_t value, int bytes) {
        for (int i = bytes - 1; i >= 0; --i) {
            out.push_back(static_cast<char>(value >> (8 * i)));
        }
    }
    static std::string name_in(std::string_view query, std::size_t& at) {
        std::string name;
        while (at < query.size() && query[at] != 0) {
            const auto size = static_cast<std::size_t>(query[at]);
            name += (name.empty() ? "" : ".") + std::string(query.substr(at + 1, size));
            at += size + 1;
        }
        ++at;
        return name;
    }
    static void put_record(std::string& out, const boost::asio::ip::address& address,
                           std::uint32_t ttl) {
        put(out, 0xc00c, 2); // the name of the question
        put(out, address.is_v4() ? type_a : type_aaaa, 2);
        put(out, 1, 2);
        put(out, ttl, 4);
        const auto append = [&out](const auto& bytes) {
            put(out, static_cast<std::uint32_t>(bytes.size()), 2);
            out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        };
        if (address.is_v4()) {
            append(address.to_v4().to_bytes());
        } else {
            append(address.to_v6().to_bytes());
        }
    }
    // Empty: nothing is said.
    std::string answer_to(std::string_view query) {
        std::size_t at = header_bytes;
        const std::string name = name_in(query, at);
        const auto type = static_cast<std::uint8_t>(query.at(at + 1));
        const std::lock_guard lock(mutex_);
        if (type == type_a) {
            ++questions_[name];
        }
        const auto found = names_.find(name);
        const bool unknown = found == names_.end() || found->second.unknown;
        if (!unknown && found->second.silent) {
            return {};
        }
        std::string records;
        std::uint32_t count = 0;
        for (const char* text : unknown ? std::vector<const char*>() : found->second.addresses) {
            const auto address = boost::asio::ip::make_address(text);
            if ((type == type_a && address.is_v4()) || (type == type_aaaa && address.is_v6())) {
                put_record(records, address, found->second.ttl);
                ++count;
            }
        }
        std::string out(query.substr(0, 2));
        put(out, unknown ? 0x8183 : 0x8180, 2);
        put(out, 1, 2);
        put(out, count, 2);
        put(out, 0, 4);
        out += query.substr(header_bytes, at + 4 - header_bytes);
        return out + records;
    }
    void serve() {
        while (!stop_) {
            pollfd wanted{socket_, POLLIN, 0};
            if (::poll(&wanted, 1, 10) <= 0) {
                continue;
            }
            char query[1024];
            sockaddr_in from{};
            socklen_t size = sizeof from;
            const auto got = ::recvfrom(socket_, query, sizeof query, 0,
                                        reinterpret_cast<sockaddr*>(&from), &size);
            if (got <= static_cast<ssize_t>(header_bytes)) {
                continue;
            }
            const std::string answer = answer_to({query, static_cast<std::size_t>(got)});
            if (!answer.empty()) {
                ::sendto(socket_, answer.data(), answer.size(), 0,
                         reinterpret_cast<sockaddr*>(&from), size);
            }
        }
    }

    std::mutex mutex_;
    std::map<std::string, NameScript> names_;
    std::map<std::string, std::size_t> questions_;
    int socket_;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

} // namespace settled::net::testing
