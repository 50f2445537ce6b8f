#include "bench/support/load.h"

#include "base/assert.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>

namespace settled::bench {

namespace {

using Time = std::chrono::steady_clock::time_point;

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(fd);
        return -1;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

// Length of a complete answer at the start of `text`, 0 when there is none yet.
std::size_t answer_length(std::string_view text) {
    const std::size_t head = text.find("\r\n\r\n");
    if (head == text.npos)
        return 0;
    constexpr std::string_view name = "Content-Length: ";
    const std::size_t at = text.find(name);
    std::size_t length = 0;
    if (at != text.npos && at < head)
        std::from_chars(text.data() + at + name.size(), text.data() + head, length);
    return text.size() >= head + 4 + length ? head + 4 + length : 0;
}

std::chrono::nanoseconds thread_cpu() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

class Generator {
  public:
    Generator(std::span<const std::string> requests, const LoadOptions& options, const Sent& sent)
        : requests_(requests), options_(options), sent_(sent), epoll_(::epoll_create1(0)) {
        for (std::size_t i = 0; i < options.connections; ++i) {
            const std::uint16_t port = options.ports[i % options.ports.size()];
            connections_.push_back({connect_to(port), {}, {}});
            SETTLED_ASSERT(connections_.back().fd >= 0, "cannot connect to port {}", port);
            epoll_event event{EPOLLIN, {.u64 = i}};
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_.back().fd, &event);
            idle_.push_back(i);
        }
    }
    ~Generator() {
        for (const Connection& connection : connections_)
            ::close(connection.fd);
        ::close(epoll_);
    }

    LoadResult run() {
        const auto cpu = thread_cpu();
        begin_ = std::chrono::steady_clock::now();
        while (result_.answered < requests_.size()) {
            send_what_is_due();
            receive();
        }
        result_.took = std::chrono::steady_clock::now() - begin_;
        result_.own_cpu = thread_cpu() - cpu;
        return std::move(result_);
    }

  private:
    struct Connection {
        int fd;
        std::string received;
        Time due;
    };

    Time due(std::size_t index) const {
        if (options_.rate <= 0)
            return std::chrono::steady_clock::now();
        return begin_ + std::chrono::nanoseconds(static_cast<std::int64_t>(
                            1e9 * static_cast<double>(index) / options_.rate));
    }

    void send_what_is_due() {
        while (next_ < requests_.size() && !idle_.empty()) {
            const Time when = due(next_);
            if (options_.rate > 0 && when > std::chrono::steady_clock::now())
                return;
            Connection& connection = connections_[idle_.front()];
            idle_.pop_front();
            connection.due = when;
            sent_(next_, when);
            const std::string& request = requests_[next_++];
            const ssize_t written =
                ::send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL);
            SETTLED_ASSERT(written == static_cast<ssize_t>(request.size()),
                           "the server closed a connection");
        }
    }

    // With a rate, waits no longer than to the next request that is due. Sleeping, not spinning:
    // the generator shares the cores with what it measures.
    timespec patience() const {
        using namespace std::chrono;
        nanoseconds wait = seconds(1);
        if (options_.rate > 0 && next_ < requests_.size() && !idle_.empty())
            wait = std::clamp<nanoseconds>(due(next_) - steady_clock::now(), nanoseconds(0), wait);
        return {wait.count() / 1'000'000'000, wait.count() % 1'000'000'000};
    }

    void receive() {
        std::array<epoll_event, 64> events{};
        const timespec wait = patience();
        const int count =
            ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
        for (int i = 0; i < count; ++i)
            read_answer(events[static_cast<std::size_t>(i)].data.u64);
    }

    void read_answer(std::size_t index) {
        Connection& connection = connections_[index];
        std::array<char, 8192> part{};
        const ssize_t got = ::recv(connection.fd, part.data(), part.size(), 0);
        SETTLED_ASSERT(got > 0, "the server closed a connection");
        connection.received.append(part.data(), static_cast<std::size_t>(got));
        if (answer_length(connection.received) == 0)
            return;
        if (!connection.received.starts_with("HTTP/1.1 200"))
            ++result_.wrong;
        connection.received.clear();
        ++result_.answered;
        result_.latencies.add(std::chrono::duration_cast<std::chrono::microseconds>(
                                  std::chrono::steady_clock::now() - connection.due)
                                  .count());
        idle_.push_back(index);
    }

    std::span<const std::string> requests_;
    const LoadOptions& options_;
    const Sent& sent_;
    int epoll_;
    std::vector<Connection> connections_;
    std::deque<std::size_t> idle_;
    std::size_t next_ = 0;
    Time begin_;
    LoadResult result_;
};

} // namespace

LoadResult run_load(std::span<const std::string> requests, const LoadOptions& options,
                    const Sent& sent) {
    return Generator(requests, options, sent).run();
}

std::string post_request(std::string_view path, std::string_view header, std::string_view body) {
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{}\r\n"
        "Content-Length: {}\r\n\r\n{}",
        path, header, body.size(), body);
}

int get_status(std::uint16_t port, std::string_view path) {
    const int fd = connect_to(port);
    if (fd < 0)
        return 0;
    const std::string request =
        fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    std::array<char, 16> answer{};
    const ssize_t got = ::recv(fd, answer.data(), answer.size(), MSG_WAITALL);
    ::close(fd);
    int status = 0;
    if (got == static_cast<ssize_t>(answer.size()))
        std::from_chars(answer.data() + 9, answer.data() + 12, status);
    return status;
}

} // namespace settled::bench
