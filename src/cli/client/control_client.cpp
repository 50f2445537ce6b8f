#include "cli/client/control_client.h"

#include "net/socket_path.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace settled::cli {

namespace {

// An answer of the API is at most a page of rows, far below this.
constexpr std::size_t answer_bytes_max = 16 * 1024 * 1024;
constexpr std::string_view outcome_unknown = "what was asked may be done nevertheless";

using Steady = std::chrono::steady_clock;

// One connection with one deadline for all that is done on it.
class Socket {
  public:
    explicit Socket(Steady::time_point deadline)
        : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
          deadline_(deadline) {}
    ~Socket() { ::close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    bool connect(const std::string& path) const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size());
        return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    Result<> send(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent > 0)
                text.remove_prefix(static_cast<std::size_t>(sent));
            else if (!may_wait())
                return fail(
                    Code::peer_closed,
                    fmt::format("the server closed the control socket; {}", outcome_unknown));
            else
                TRY_VOID(wait(POLLOUT));
        }
        return {};
    }
    // Appends what comes next; false: the server has said all.
    Result<bool> receive(std::string& into) const {
        std::array<char, 16 * 1024> part{};
        for (;;) {
            const ssize_t got = ::recv(fd_, part.data(), part.size(), 0);
            if (got > 0)
                into.append(part.data(), static_cast<std::size_t>(got));
            if (got >= 0 || !may_wait())
                return got > 0; // an error is an end, too: whether all is there is asked by length
            TRY_VOID(wait(POLLIN));
        }
    }

  private:
    static bool may_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }
    Result<> wait(short events) const {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Steady::now());
        pollfd waited{fd_, events, 0};
        if (left.count() > 0 &&
            (::poll(&waited, 1, static_cast<int>(left.count())) > 0 || may_wait()))
            return {};
        return fail(Code::peer_timeout,
                    fmt::format("the server did not answer over the control socket in time; {}",
                                outcome_unknown));
    }

    int fd_;
    Steady::time_point deadline_;
};

// "Name: value" lines, as our own server writes them.
void read_fields(std::string_view lines, net::Fields& fields) {
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(std::min(lines.size(), line.size() + 2));
        if (const std::size_t colon = line.find(": "); colon != line.npos)
            fields.add(line.substr(0, colon), line.substr(colon + 2));
    }
}

std::unexpected<Error> unreadable() {
    return fail(Code::reply_malformed, "the server's answer over the control socket is unreadable");
}

std::unexpected<Error> cut(std::size_t got, std::size_t whole) {
    return fail(Code::peer_closed,
                fmt::format("the server's answer was cut after {} of {} bytes; {}", got, whole,
                            outcome_unknown));
}

// A status line and fields.
Result<net::Response> parse_head(std::string_view head) {
    net::Response response;
    const bool well_formed =
        head.starts_with("HTTP/1.1 ") && head.size() >= 12 &&
        std::from_chars(head.data() + 9, head.data() + 12, response.status).ec == std::errc{};
    if (!well_formed)
        return unreadable();
    if (const std::size_t first_end = head.find("\r\n"); first_end != head.npos)
        read_fields(head.substr(first_end + 2), response.fields);
    return response;
}

// How many bytes of body follow; only an answer that has none may leave it out.
Result<std::size_t> body_bytes(const net::Response& response) {
    const auto field = response.fields.find("Content-Length");
    if (!field && response.status == 204)
        return 0;
    std::size_t length = 0;
    const std::string_view text = field.value_or("");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc{} || end != text.data() + text.size())
        return unreadable();
    if (length > answer_bytes_max)
        return fail(Code::reply_too_large,
                    fmt::format("an answer of {} bytes over the control socket", length));
    return length;
}

Result<net::Response> receive_answer(const Socket& socket) {
    std::string text;
    std::size_t head_end = text.npos;
    while (head_end == text.npos) {
        TRY(const bool more, socket.receive(text));
        head_end = text.find("\r\n\r\n");
        if (head_end == text.npos && text.size() > limits::reply_header_bytes_max)
            return unreadable();
        if (head_end == text.npos && !more)
            return fail(Code::peer_closed,
                        fmt::format("the server closed the control socket before it answered; {}",
                                    outcome_unknown));
    }
    TRY(net::Response response, parse_head(std::string_view(text).substr(0, head_end)));
    TRY(const std::size_t length, body_bytes(response));
    text.erase(0, head_end + 4);
    while (text.size() < length) {
        TRY(const bool more, socket.receive(text));
        if (!more)
            return cut(text.size(), length);
    }
    if (text.size() > length)
        return unreadable();
    response.body = std::move(text);
    return response;
}

std::string request_text(const ApiCall& call) {
    std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
                                   call.method, call.target);
    if (!call.body.empty())
        text += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n",
                            call.body.size());
    if (!call.idempotency_key.empty())
        text += fmt::format("Idempotency-Key: {}\r\n", call.idempotency_key);
    return text + "\r\n" + call.body;
}

} // namespace

Result<net::Response> call_over_control_socket(const std::string& path, const ApiCall& call,
                                               std::chrono::milliseconds deadline) {
    const Socket socket(Steady::now() + deadline);
    TRY(const net::SocketPath place, net::SocketPath::open(path));
    if (!socket.connect(place.text()))
        return fail(Code::connect_failed, "no server listens on " + path);
    TRY_VOID(socket.send(request_text(call)));
    return receive_answer(socket);
}

} // namespace settled::cli
