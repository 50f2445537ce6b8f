#include "app/control_client.h"

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace settled::app {

namespace {

constexpr std::size_t answer_bytes_max = 16 * 1024 * 1024;

class Socket {
  public:
    Socket() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    ~Socket() { ::close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    bool connect(const std::string& path) const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path.size() >= sizeof address.sun_path)
            return false;
        std::memcpy(address.sun_path, path.c_str(), path.size());
        return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    bool send(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    std::string receive_all() const {
        std::string text;
        std::array<char, 16 * 1024> part{};
        while (text.size() < answer_bytes_max) {
            const ssize_t got = ::recv(fd_, part.data(), part.size(), 0);
            if (got <= 0)
                break;
            text.append(part.data(), static_cast<std::size_t>(got));
        }
        return text;
    }

  private:
    int fd_;
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

// Our own server's answer to `Connection: close`: a status line, fields, the body to the end.
Result<net::Response> parse(const std::string& text) {
    const std::size_t head_end = text.find("\r\n\r\n");
    net::Response response;
    const bool well_formed =
        text.starts_with("HTTP/1.1 ") && head_end != text.npos && text.size() > 12 &&
        std::from_chars(text.data() + 9, text.data() + 12, response.status).ec == std::errc{};
    if (!well_formed)
        return fail(Code::reply_malformed,
                    "the server's answer over the control socket is unreadable");
    const std::string_view head = std::string_view(text).substr(0, head_end);
    const std::size_t first_end = head.find("\r\n");
    if (first_end != head.npos)
        read_fields(head.substr(first_end + 2), response.fields);
    response.body = text.substr(head_end + 4);
    return response;
}

} // namespace

Result<net::Response> call_over_control_socket(const std::string& path, const ApiCall& call) {
    const Socket socket;
    if (!socket.connect(path))
        return fail(Code::connect_failed, "no server listens on " + path);
    const std::string content =
        call.body.empty() ? ""
                          : fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n",
                                        call.body.size());
    const std::string key = call.idempotency_key.empty()
                                ? ""
                                : fmt::format("Idempotency-Key: {}\r\n", call.idempotency_key);
    const std::string request =
        fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}{}\r\n{}",
                    call.method, call.target, content, key, call.body);
    if (!socket.send(request))
        return fail(Code::peer_closed, "the server closed the control socket");
    return parse(socket.receive_all());
}

} // namespace settled::app
