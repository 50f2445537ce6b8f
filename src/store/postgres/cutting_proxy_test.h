// Between the engine and PostgreSQL: passes everything on, and cuts the connection once, at the Nth
// message that the engine sends after it was armed.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace settled::store::postgres {

class CuttingProxy {
  public:
    enum class Cut : std::uint8_t {
        before, // the server never sees the message
        after,  // the server acts on it, and its answer is lost
        late, // the engine sees the connection go, and the server gets all that was sent after that
    };

    // `directory` gets a socket that libpq finds as it finds a server's; `server` is a server's.
    CuttingProxy(const std::string& directory, const std::string& server)
        : server_(address(server)), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const sockaddr_un own = address(directory + "/.s.PGSQL.5432");
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
            ::listen(listener_, 16) != 0)
            throw std::runtime_error("no socket for the proxy");
        accepting_ = std::thread([this] { accept_all(); });
    }
    ~CuttingProxy() {
        ::shutdown(listener_, SHUT_RDWR);
        accepting_.join();
        for (std::thread& each : passing_)
            each.join();
        ::close(listener_);
    }
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;

    void arm(int message, Cut cut) {
        cut_ = cut;
        left_ = message;
    }
    // False when it was still waiting for its message; it does not wait any more.
    bool disarm() { return left_.exchange(0) <= 0; }

  private:
    static sockaddr_un address(const std::string& path) {
        sockaddr_un result{};
        result.sun_family = AF_UNIX;
        std::strncpy(result.sun_path, path.c_str(), sizeof result.sun_path - 1);
        return result;
    }

    void accept_all() {
        while (true) {
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0)
                return;
            passing_.emplace_back([this, client] { pass(client); });
        }
    }

    static bool send_all(int to, const char* bytes, std::size_t count) {
        return ::send(to, bytes, count, MSG_NOSIGNAL) == static_cast<ssize_t>(count);
    }

    // Reads what the server says until it says nothing for a while: it has acted on all that it
    // got.
    static void swallow(int from) {
        std::array<char, 4096> buffer{};
        pollfd watched{from, POLLIN, 0};
        while (::poll(&watched, 1, 30) > 0)
            if (::recv(from, buffer.data(), buffer.size(), 0) <= 0)
                return;
    }

    void pass(int client) {
        const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&server_), sizeof server_) == 0) {
            std::string pending; // of the client, not a whole message yet
            bool greeted = false;
            std::array<pollfd, 2> watched{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
            std::array<char, 16384> buffer{};
            while (::poll(watched.data(), watched.size(), -1) > 0) {
                if (watched[1].revents != 0) {
                    const ssize_t got = ::recv(server, buffer.data(), buffer.size(), 0);
                    if (got <= 0 || !send_all(client, buffer.data(), static_cast<std::size_t>(got)))
                        break;
                }
                if (watched[0].revents != 0) {
                    const ssize_t got = ::recv(client, buffer.data(), buffer.size(), 0);
                    if (got <= 0)
                        break;
                    pending.append(buffer.data(), static_cast<std::size_t>(got));
                    if (!pass_messages(pending, greeted, client, server))
                        break;
                }
            }
        }
        ::close(server);
        ::close(client);
    }

    // False: cut.
    bool pass_messages(std::string& pending, bool& greeted, int client, int server) {
        while (true) {
            const std::size_t head = greeted ? 1 : 0; // the first message has no type
            if (pending.size() < head + 4)
                return true;
            std::uint32_t length = 0;
            for (std::size_t i = 0; i < 4; ++i)
                length = (length << 8U) | static_cast<unsigned char>(pending[head + i]);
            const std::size_t whole = head + length;
            if (pending.size() < whole)
                return true;
            const bool cut_here = greeted && left_ > 0 && --left_ == 0;
            if (cut_here && cut_ == Cut::before)
                return false;
            if (cut_here && cut_ == Cut::late) {
                ::shutdown(client, SHUT_RDWR);
                std::this_thread::sleep_for(
                    std::chrono::milliseconds(40)); // the engine is back by now
                (void)send_all(server, pending.data(), pending.size());
                swallow(server);
                return false;
            }
            if (!send_all(server, pending.data(), whole))
                return false;
            if (cut_here) {
                swallow(server);
                return false;
            }
            pending.erase(0, whole);
            greeted = true;
        }
    }

    sockaddr_un server_;
    int listener_;
    std::atomic<Cut> cut_{Cut::before};
    std::atomic<int> left_{0};
    std::thread accepting_;
    std::vector<std::thread> passing_; // by the accepting thread, then by the destructor
};

} // namespace settled::store::postgres
