#include "cli/client/control_client.h"

#include <gmock/gmock.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <thread>

namespace settled::cli {
namespace {

using testing::HasSubstr;

// A server that reads one request and answers it with exactly these bytes; an empty text: with
// nothing, and it keeps the connection open until it is destroyed.
class ScriptedServer {
  public:
    explicit ScriptedServer(std::string answer) : answer_(std::move(answer)) {
        std::string pattern = testing::TempDir() + "control_XXXXXX";
        directory_ = ::mkdtemp(pattern.data());
        path_ = directory_ + "/control.sock";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path_.c_str(), path_.size());
        listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_, 1), 0);
        thread_ = std::thread([this] { serve(); });
    }
    ~ScriptedServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(peer_);
        ::close(listener_);
        std::filesystem::remove_all(directory_);
    }

    Result<net::Response> call(std::chrono::milliseconds deadline = std::chrono::seconds(30)) {
        return call_over_control_socket(path_, {.target = "/v1/payments", .body = ""}, deadline);
    }

  private:
    void serve() {
        peer_ = ::accept(listener_, nullptr, nullptr);
        std::string request(4096, '\0');
        (void)::recv(peer_, request.data(), request.size(), 0);
        if (answer_.empty())
            return;
        (void)::send(peer_, answer_.data(), answer_.size(), MSG_NOSIGNAL);
        ::shutdown(peer_, SHUT_WR);
    }

    std::string answer_;
    std::string directory_;
    std::string path_;
    int listener_ = -1;
    int peer_ = -1;
    std::thread thread_;
};

TEST(ControlClient, a_whole_answer_is_read) {
    ScriptedServer server("HTTP/1.1 200 OK\r\ncontent-length: 11\r\nContent-Type: "
                          "application/json\r\n\r\n{\"data\":[]}");
    const auto answer = server.call();
    ASSERT_TRUE(answer.has_value()) << answer.error().detail;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "{\"data\":[]}");
    EXPECT_EQ(answer->fields.find("Content-Type"), "application/json");
}

TEST(ControlClient, an_answer_without_a_body_is_whole) {
    ScriptedServer server("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    const auto answer = server.call();
    ASSERT_TRUE(answer.has_value()) << answer.error().detail;
    EXPECT_EQ(answer->status, 204);
    EXPECT_EQ(answer->body, "");
}

TEST(ControlClient, an_answer_that_a_dying_server_cut_is_refused) {
    for (const char* cut : {
             "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"data\":[]}",
             "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Le",
         }) {
        ScriptedServer server(cut);
        const auto answer = server.call();
        ASSERT_FALSE(answer.has_value()) << cut;
        EXPECT_EQ(answer.error().code, Code::peer_closed) << cut;
        EXPECT_THAT(answer.error().detail, HasSubstr("may be done")) << cut;
    }
}

TEST(ControlClient, an_answer_that_does_not_say_its_length_is_refused) {
    for (const char* wrong : {
             "HTTP/1.1 200 OK\r\n\r\n{}",
             "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}",
             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}",
             "SSH-2.0-OpenSSH_9.2\r\n\r\n",
         }) {
        ScriptedServer server(wrong);
        const auto answer = server.call();
        ASSERT_FALSE(answer.has_value()) << wrong;
        EXPECT_EQ(answer.error().code, Code::reply_malformed) << wrong;
    }
}

TEST(ControlClient, an_answer_beyond_what_is_read_is_refused_by_its_length) {
    ScriptedServer server("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{");
    const auto answer = server.call();
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Code::reply_too_large);
}

TEST(ControlClient, a_server_that_does_not_answer_is_left_at_the_deadline) {
    ScriptedServer server("");
    const auto answer = server.call(std::chrono::milliseconds(20));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Code::peer_timeout);
    EXPECT_THAT(answer.error().detail, HasSubstr("may be done"));
}

} // namespace
} // namespace settled::cli
