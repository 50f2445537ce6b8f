// For the tests of this module and tests/http: a server on a thread of its own, a handler that
// writes down what it saw, and a blocking socket that sends exactly the bytes it is given.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "net/server/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace settled::net::testing {

inline constexpr std::size_t test_body_bytes_max = 1000;

// Answers 200 with "method path body"; paths with a meaning of their own are below. Seen from the
// test's thread through a mutex.
class RecordingHandler final : public Handler {
  public:
    std::size_t body_bytes_max(std::string_view, std::string_view path) const override {
        return path == "/large" ? 4 * 1024 * 1024 : test_body_bytes_max;
    }
    std::size_t file_bytes_max(std::string_view, std::string_view path) const override {
        return path == "/file" ? 4 * 1024 * 1024 : 0;
    }
    // One at a time.
    Task<Result<FilePlace>> admit_file(const Request& head) override {
        if (head.fields.find("X-Stranger"))
            co_return fail(Code::credentials_missing, {});
        if (files_++ > 0) {
            --files_;
            co_return fail(Code::server_busy, {});
        }
        co_return FilePlace(this, [this](void*) { --files_; });
    }
    int files() const { return files_; }
    bool is_vital(std::string_view, std::string_view path) const override {
        return path == "/vital";
    }
    Task<Response> handle(Request request) override {
        {
            const std::lock_guard lock(mutex_);
            seen_.push_back(request);
            changed_.notify_all();
        }
        if (request.path == "/throw") {
            throw std::runtime_error("planned");
        }
        if (request.path == "/slow") {
            boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
            do {
                timer.expires_after(std::chrono::milliseconds(1));
                co_await timer.async_wait(boost::asio::use_awaitable);
            } while (!released_);
        }
        Response response;
        if (request.path == "/empty") {
            response.status = 204;
        } else if (request.path == "/split") {
            response.fields.add("X-Bad", "a\r\nSet-Cookie: b");
        } else if (request.path == "/big") {
            response.body.assign(3 * 1024 * 1024, 'b');
        } else if (request.path == "/huge") { // more than the kernel takes for a slow reader
            response.body.assign(20 * 1024 * 1024, 'b');
        } else {
            response.body = request.method + " " + request.path + " " + request.body;
        }
        response.close = request.path == "/close";
        if (const auto bytes = request.parameter("cut_after")) {
            response.cut_after = std::stoul(*bytes);
        }
        response.reset = request.path == "/reset";
        co_return response;
    }
    Response refuse(const Error& error, std::string_view) const override {
        Response response;
        response.status = info(error.code).http_status;
        response.body = info(error.code).token;
        return response;
    }
    void answered(const Request& request, const Response& response,
                  std::chrono::microseconds) override {
        const std::lock_guard lock(mutex_);
        answered_.push_back(std::to_string(response.status) + " " + request.path);
        changed_.notify_all();
    }

    std::vector<Request> take_seen() {
        const std::lock_guard lock(mutex_);
        return std::exchange(seen_, {});
    }
    std::vector<std::string> answered_so_far() {
        const std::lock_guard lock(mutex_);
        return answered_;
    }
    // What was asked of "/slow" is answered from now on.
    void release() { released_ = true; }
    void await_seen(std::size_t count) {
        std::unique_lock lock(mutex_);
        ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10),
                                      [&] { return seen_.size() >= count; }));
    }
    void await_answered(std::size_t count) {
        std::unique_lock lock(mutex_);
        ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10),
                                      [&] { return answered_.size() >= count; }));
    }

  private:
    std::atomic<bool> released_{false};
    std::atomic<int> files_{0};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Request> seen_;
    std::vector<std::string> answered_;
};

// A server and its io_context on a thread.
class RunningServer {
  public:
    explicit RunningServer(ServerOptions options = {}) : work_(io_.get_executor()) {
        auto made = Server::listen(io_, std::move(options), handler, clock_, rng_);
        if (!made) {
            throw std::runtime_error(made.error().detail);
        }
        server_ = *std::move(made);
        server_->start();
        thread_ = std::thread([this] { io_.run(); });
    }
    ~RunningServer() {
        boost::asio::post(io_, [this] {
            server_.reset();
            work_.reset();
        });
        thread_.join();
    }
    std::uint16_t port() const { return server_->port(); }
    template <class Function>
    auto call(Function function) {
        std::promise<decltype(function())> promise;
        boost::asio::post(io_, [&] { promise.set_value(function()); });
        return promise.get_future().get();
    }
    std::size_t connections() {
        return call([this] { return server_->connections(); });
    }
    std::future<void> drain(std::chrono::milliseconds within) {
        return boost::asio::co_spawn(io_, server_->drain(within), boost::asio::use_future);
    }
    RecordingHandler handler;

  private:
    SystemClock clock_;
    SystemRng rng_;
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::unique_ptr<Server> server_;
    std::thread thread_;
};

// Blocking, with a time limit on every read so that a test fails and does not hang.
class RawClient {
  public:
    // `from`: which of this machine's loopback addresses it calls from.
    explicit RawClient(std::uint16_t port, const char* from = nullptr)
        : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        if (from != nullptr) {
            sockaddr_in own{};
            own.sin_family = AF_INET;
            ::inet_pton(AF_INET, from, &own.sin_addr);
            ::bind(fd_, reinterpret_cast<sockaddr*>(&own), sizeof own);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("connect failed");
        }
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient() { ::close(fd_); }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) {
                return; // the peer has had enough; what it said is still to be read
            }
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
    }
    void send_byte_by_byte(std::string_view bytes) {
        for (const char byte : bytes) {
            send({&byte, 1});
        }
    }
    void end_sending() { ::shutdown(fd_, SHUT_WR); }

    // Reads until the peer closes; nullopt when it has not within `wait`.
    std::optional<std::string>
    read_to_end(std::chrono::milliseconds wait = std::chrono::seconds(10)) {
        std::string all = std::move(kept_);
        kept_.clear();
        while (true) {
            char bytes[4096];
            const auto size = receive(bytes, sizeof bytes, wait);
            if (size < 0) {
                return std::nullopt;
            }
            if (size == 0) {
                return all;
            }
            all.append(bytes, static_cast<std::size_t>(size));
        }
    }
    // One answer: status line, fields and body by Content-Length. Empty when the peer closed
    // instead.
    std::string read_answer(bool to_head = false) {
        while (true) {
            const std::size_t end = kept_.find("\r\n\r\n");
            if (end != std::string::npos) {
                const std::size_t total =
                    end + 4 + (to_head ? 0 : length_of(kept_.substr(0, end + 2)));
                if (kept_.size() >= total) {
                    std::string answer = kept_.substr(0, total);
                    kept_.erase(0, total);
                    return answer;
                }
            }
            char bytes[4096];
            const auto size = receive(bytes, sizeof bytes, std::chrono::seconds(10));
            if (size <= 0) {
                return {};
            }
            kept_.append(bytes, static_cast<std::size_t>(size));
        }
    }
    int fd() const { return fd_; }
    // The last read ended with a reset.
    bool was_reset() const { return was_reset_; }

  private:
    static std::size_t length_of(const std::string& head) {
        const std::size_t at = head.find("Content-Length: ");
        return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    }
    ssize_t receive(char* into, std::size_t size, std::chrono::milliseconds wait) {
        pollfd wanted{fd_, POLLIN, 0};
        if (::poll(&wanted, 1, static_cast<int>(wait.count())) <= 0) {
            return -1;
        }
        const ssize_t got = ::recv(fd_, into, size, 0);
        was_reset_ = got < 0;
        return got < 0 ? 0 : got; // a reset is an end too
    }

    int fd_;
    bool was_reset_ = false;
    std::string kept_;
};

inline int status_of(const std::string& answer) {
    return answer.size() > 12 && answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3))
                                                                 : 0;
}

} // namespace settled::net::testing
