// For tests: an HTTP peer that says exactly what its script says, whatever it is asked.
#pragma once

#include "net/stream.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace settled::net::testing {

// What happens to one request: it is read up to its empty line, then this is said.
struct Script {
    std::string say;
    bool close = false; // close after it
    bool drip = false;  // go on with a byte every few milliseconds
};

// One connection at a time, on a thread; the scripts are used one after the other over all
// connections.
class ScriptedPeer {
  public:
    explicit ScriptedPeer(std::vector<Script> scripts)
        : scripts_(std::move(scripts)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
        ::listen(listener_, 16);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ScriptedPeer(const ScriptedPeer&) = delete;
    ScriptedPeer& operator=(const ScriptedPeer&) = delete;
    ~ScriptedPeer() {
        stop_ = true;
        thread_.join();
        ::close(listener_);
    }

    std::uint16_t port() const { return port_; }
    std::size_t requests() const { return requests_; }
    std::size_t connections() const { return connections_; }
    void await_closed(std::size_t count) const {
        while (closed_ < count) {
            std::this_thread::yield();
        }
    }

  private:
    bool wait_readable(int fd) const {
        while (!stop_) {
            pollfd wanted{fd, POLLIN, 0};
            if (::poll(&wanted, 1, 5) > 0) {
                return true;
            }
        }
        return false;
    }
    void serve() {
        while (wait_readable(listener_)) {
            const int fd = ::accept(listener_, nullptr, nullptr);
            ++connections_;
            serve_connection(fd);
            ::close(fd);
            ++closed_;
        }
    }
    void serve_connection(int fd) {
        std::string held;
        while (wait_readable(fd)) {
            char bytes[4096];
            const auto size = ::recv(fd, bytes, sizeof bytes, 0);
            if (size <= 0) {
                return;
            }
            held.append(bytes, static_cast<std::size_t>(size));
            const std::size_t end = held.find("\r\n\r\n");
            if (end == std::string::npos) {
                continue;
            }
            held.erase(0, end + 4);
            const std::size_t index = requests_++;
            if (index >= scripts_.size()) {
                return;
            }
            const Script& script = scripts_[index];
            ::send(fd, script.say.data(), script.say.size(), MSG_NOSIGNAL);
            while (script.drip && !stop_ && ::send(fd, "x", 1, MSG_NOSIGNAL) == 1) {
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            }
            if (script.close) {
                return;
            }
        }
    }

    std::vector<Script> scripts_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::atomic<std::size_t> requests_ = 0;
    std::atomic<std::size_t> connections_ = 0;
    std::atomic<std::size_t> closed_ = 0;
    std::thread thread_;
};

} // namespace settled::net::testing
