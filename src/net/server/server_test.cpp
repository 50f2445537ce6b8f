#include "net/server/server.h"

#include "net/socket_path.h"
#include "net/test_support.h"

#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>

namespace settled::net {
namespace {

using namespace std::chrono_literals;
using testing::RawClient;
using testing::RunningServer;
using testing::status_of;

const std::string get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

ServerOptions quick() {
    ServerOptions options;
    options.header_wait = 60ms;
    options.body_wait = 60ms;
    options.idle_wait = 60ms;
    return options;
}

TEST(Server, answers_and_keeps_the_connection) {
    RunningServer server;
    RawClient client(server.port());
    for (int i = 0; i < 3; ++i) {
        client.send("POST /a%20b?c=d+e%2Bf HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
        const std::string answer = client.read_answer();
        EXPECT_EQ(status_of(answer), 200) << answer;
        EXPECT_TRUE(answer.ends_with("POST /a b abc"));
        EXPECT_EQ(answer.find("Connection"), std::string::npos);
        EXPECT_EQ(answer.find("Server"), std::string::npos);
        EXPECT_NE(answer.find(" GMT\r\n"), std::string::npos);
    }
    const auto seen = server.handler.take_seen();
    ASSERT_EQ(seen.size(), 3u);
    EXPECT_EQ(seen[0].target, "/a%20b?c=d+e%2Bf");
    EXPECT_EQ(seen[0].query, "c=d+e%2Bf");
    EXPECT_EQ(seen[0].parameter("c"), "d e+f");
    EXPECT_EQ(seen[0].parameter("x"), std::nullopt);
    EXPECT_EQ(seen[0].peer, "127.0.0.1");
    EXPECT_FALSE(seen[0].trusted_peer);
    EXPECT_EQ(seen[0].request_id.size(), 32u);
    EXPECT_NE(seen[0].request_id, seen[1].request_id);
    EXPECT_EQ(seen[0].traceparent.size(), 55u);
}

struct IdCase {
    const char* sent;
    bool taken;
};

TEST(Server, takes_over_an_acceptable_request_id_and_answers_with_it) {
    const std::string longest(83, 'x');
    const std::string too_long(84, 'x');
    const IdCase cases[] = {{"a", true},         {"A-z_0.9", true}, {longest.c_str(), true},
                            {"", false},         {"a b", false},    {too_long.c_str(), false},
                            {"<script>", false}, {"a/b", false}};
    RunningServer server;
    RawClient client(server.port());
    for (const auto& [sent, taken] : cases) {
        client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: " + std::string(sent) + "\r\n\r\n");
        const std::string answer = client.read_answer();
        const bool echoed =
            answer.find("\r\nX-Request-Id: " + std::string(sent) + "\r\n") != std::string::npos;
        EXPECT_EQ(echoed, taken) << sent;
        EXPECT_EQ(server.handler.take_seen().at(0).request_id == sent, taken) << sent;
    }
}

TEST(Server, takes_over_a_valid_traceparent_only) {
    const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
    const std::string parent = "00f067aa0ba902b7";
    const std::pair<std::string, bool> cases[] = {
        {"00-" + id + "-" + parent + "-01", true},
        {"cc-" + id + "-" + parent + "-01-more", true},
        {"00-" + id + "-" + parent + "-01-more", false},
        {"ff-" + id + "-" + parent + "-01", false},
        {"00-" + std::string(32, '0') + "-" + parent + "-01", false},
        {"00-" + id + "-" + std::string(16, '0') + "-01", false},
        {"00-4BF92f3577b34da6a3ce929d0e0e4736-" + parent + "-01", false},
        {"garbage", false}};
    RunningServer server;
    RawClient client(server.port());
    for (const auto& [sent, taken] : cases) {
        client.send("GET / HTTP/1.1\r\nHost: x\r\ntraceparent: " + sent + "\r\n\r\n");
        client.read_answer();
        const auto seen = server.handler.take_seen().at(0).traceparent;
        EXPECT_EQ(seen == sent, taken) << sent;
        EXPECT_EQ(seen.size() >= 55, true) << seen;
    }
}

TEST(Server, answers_head_without_a_body_and_204_without_a_length) {
    RunningServer server;
    RawClient client(server.port());
    client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string head = client.read_answer(true);
    EXPECT_NE(head.find("Content-Length: 8\r\n"), std::string::npos);
    client.send("GET /empty HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string empty = client.read_answer();
    EXPECT_EQ(status_of(empty), 204);
    EXPECT_EQ(empty.find("Content-"), std::string::npos);
    client.send(get);
    EXPECT_TRUE(client.read_answer().ends_with("GET /a "));
}

TEST(Server, an_exception_of_a_handler_is_an_internal_error) {
    RunningServer server;
    RawClient client(server.port());
    client.send("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.read_answer();
    EXPECT_EQ(status_of(answer), 500);
    EXPECT_TRUE(answer.ends_with("internal"));
    EXPECT_EQ(answer.find("planned"), std::string::npos);
}

TEST(Server, an_answer_that_would_split_is_not_sent) {
    RunningServer server;
    RawClient client(server.port());
    client.send("GET /split HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.read_answer();
    EXPECT_EQ(status_of(answer), 500);
    EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
}

TEST(Server, an_answer_is_cut_after_the_bytes_that_the_handler_says) {
    RunningServer server;
    std::string whole;
    {
        RawClient client(server.port());
        client.send("GET /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: same\r\n\r\n");
        whole = client.read_answer();
        ASSERT_EQ(status_of(whole), 200);
    }
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{12},
                                    whole.size() - 1, whole.size(), whole.size() + 7}) {
        RawClient client(server.port());
        client.send("GET /a?cut_after=" + std::to_string(bytes) +
                    " HTTP/1.1\r\nHost: x\r\nX-Request-Id: same\r\n\r\n" + get);
        const std::optional<std::string> seen = client.read_to_end();
        ASSERT_TRUE(seen) << bytes;
        EXPECT_EQ(seen->size(), std::min(bytes, whole.size())); // and the next one is not answered
        EXPECT_FALSE(client.was_reset()) << bytes;
    }
}

TEST(Server, a_handler_can_reset_the_connection) {
    RunningServer server;
    RawClient client(server.port());
    client.send("GET /reset?cut_after=0 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_TRUE(client.was_reset());
}

TEST(Server, large_bodies_go_both_ways) {
    RunningServer server;
    RawClient client(server.port());
    const std::string body(2 * 1024 * 1024, 'a');
    std::thread sender([&] {
        client.send("POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
    });
    const std::string answer = client.read_answer();
    sender.join();
    EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, body.size() + 12);
    client.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_GT(client.read_answer().size(), 3u * 1024 * 1024);
}

TEST(Server, a_header_that_comes_too_slowly_is_answered_408) {
    RunningServer server(quick());
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHo");
    const auto answer = client.read_to_end();
    ASSERT_TRUE(answer);
    EXPECT_EQ(status_of(*answer), 408);
    EXPECT_NE(answer->find("Connection: close"), std::string::npos);
}

TEST(Server, bytes_do_not_extend_the_header_deadline) {
    ServerOptions options;
    options.header_wait = 200ms;
    RunningServer server(options);
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nX: ");
    std::atomic<bool> stop = false;
    std::thread drip([&] {
        while (!stop) {
            client.send("x");
            std::this_thread::sleep_for(5ms); // the pace of the attack
        }
    });
    // If they did, the answer would be that the header is too large.
    const std::string answer = client.read_answer();
    stop = true;
    drip.join();
    EXPECT_EQ(status_of(answer), 408);
}

TEST(Server, a_body_that_comes_too_slowly_is_answered_408) {
    RunningServer server(quick());
    RawClient client(server.port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    const auto answer = client.read_to_end();
    ASSERT_TRUE(answer);
    EXPECT_EQ(status_of(*answer), 408);
    EXPECT_TRUE(server.handler.take_seen().empty());
}

TEST(Server, a_request_that_waits_too_long_is_answered_503_and_its_handler_goes_on) {
    ServerOptions options;
    options.answer_wait = 20ms;
    RunningServer server(options);
    RawClient client(server.port());
    client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = client.read_to_end();
    ASSERT_TRUE(answer);
    EXPECT_EQ(status_of(*answer), 503);
    EXPECT_TRUE(answer->ends_with("answer_late"));
    server.handler.release();
    server.handler.await_answered(1);
    EXPECT_EQ(server.handler.answered_so_far(), (std::vector<std::string>{"503 /slow"}));
}

TEST(Server, an_idle_connection_is_closed_without_a_word) {
    RunningServer server(quick());
    RawClient fresh(server.port());
    EXPECT_EQ(fresh.read_to_end(), "");
    // Where the machine is slow, the server may be quicker than the request.
    for (bool was_served = false; !was_served;) {
        RawClient used(server.port());
        used.send(get);
        const auto all = used.read_to_end();
        was_served = all && !all->empty();
        EXPECT_TRUE(!was_served || status_of(*all) == 200) << *all;
    }
}

TEST(Server, beyond_its_connections_it_says_429) {
    ServerOptions options;
    options.connections_max = 2;
    RunningServer server(options);
    RawClient first(server.port());
    RawClient second(server.port());
    first.send(get);
    second.send(get);
    EXPECT_EQ(status_of(first.read_answer()), 200);
    EXPECT_EQ(status_of(second.read_answer()), 200);
    RawClient third(server.port());
    third.end_sending();
    const auto answer = third.read_to_end();
    ASSERT_TRUE(answer);
    EXPECT_EQ(status_of(*answer), 429);
    first.send(get);
    EXPECT_EQ(status_of(first.read_answer()), 200);
}

TEST(Server, one_peer_gets_only_its_share_of_connections) {
    ServerOptions options;
    options.connections_per_peer_max = 1;
    RunningServer server(options);
    RawClient first(server.port());
    first.send(get);
    EXPECT_EQ(status_of(first.read_answer()), 200);
    RawClient second(server.port());
    second.end_sending();
    EXPECT_EQ(status_of(second.read_to_end().value_or("")), 429);
}

TEST(Server, sends_100_continue_when_asked_and_only_then) {
    RunningServer server;
    RawClient client(server.port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    EXPECT_TRUE(client.read_answer().ends_with("POST / abc"));
    // Refused by its length alone: the body is never asked for.
    client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
    EXPECT_EQ(status_of(client.read_answer()), 413);
}

TEST(Server, a_refusal_reaches_a_client_that_is_still_sending) {
    RunningServer server;
    RawClient client(server.port());
    const std::string body(1024 * 1024, 'x');
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + body);
    const auto answer = client.read_to_end();
    ASSERT_TRUE(answer);
    EXPECT_EQ(status_of(*answer), 413);
}

TEST(Server, drain_ends_idle_connections_and_lets_requests_finish) {
    RunningServer server;
    RawClient idle(server.port());
    idle.send(get);
    EXPECT_EQ(status_of(idle.read_answer()), 200);
    RawClient busy(server.port());
    busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    server.handler.await_seen(2);
    auto drained = server.drain(10s);
    EXPECT_EQ(idle.read_to_end(), "");
    server.handler.release();
    const auto answer = busy.read_to_end();
    ASSERT_TRUE(answer);
    EXPECT_EQ(status_of(*answer), 200);
    EXPECT_NE(answer->find("Connection: close"), std::string::npos);
    drained.get();
    EXPECT_EQ(server.connections(), 0u);
    EXPECT_THROW(RawClient(server.port()), std::runtime_error);
}

TEST(Server, drain_cuts_what_does_not_end_in_time) {
    RunningServer server;
    RawClient half(server.port());
    half.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    RawClient probe(server.port());
    probe.send(get);
    EXPECT_EQ(status_of(probe.read_answer()), 200);
    server.drain(20ms).get();
    EXPECT_TRUE(half.read_to_end().has_value());
}

TEST(Server, the_observer_is_called_after_every_answer) {
    RunningServer server;
    RawClient client(server.port());
    client.send(get);
    client.read_answer();
    client.send("GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_answer();
    server.handler.await_answered(2);
    EXPECT_EQ(server.handler.answered_so_far(), (std::vector<std::string>{"200 /a", "400 "}));
}

TEST(Server, the_control_socket_is_the_owners_and_trusted) {
    const std::string path = "/tmp/settled_net_test_" + std::to_string(::getpid());
    ServerOptions options;
    options.address = "unix:" + path;
    {
        RunningServer server(options);
        struct stat found{};
        ASSERT_EQ(::stat(path.c_str(), &found), 0);
        EXPECT_EQ(found.st_mode & 0777u, 0600u);
        EXPECT_THROW(RunningServer second(options), std::runtime_error);
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ASSERT_EQ(::send(fd, get.data(), get.size(), 0), static_cast<ssize_t>(get.size()));
        char answer[512];
        EXPECT_GT(::recv(fd, answer, sizeof answer, 0), 0);
        ::close(fd);
        const auto seen = server.handler.take_seen();
        ASSERT_EQ(seen.size(), 1u);
        EXPECT_TRUE(seen[0].trusted_peer);
        EXPECT_EQ(seen[0].peer, "unix");
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Server, the_control_socket_works_at_any_length_of_its_path) {
    std::string pattern = "/tmp/settled_net_XXXXXX";
    const std::string root = ::mkdtemp(pattern.data());
    for (const std::size_t length : {60u, 106u, 107u, 108u, 109u, 200u, 1000u}) {
        std::string directory = root;
        while (directory.size() + 200 < length) {
            directory += "/" + std::string(150, 'd');
        }
        const std::size_t left = length - directory.size() - std::string("//s.sock").size();
        directory += "/" + std::string(left, 'e');
        std::filesystem::create_directories(directory);
        const std::string path = directory + "/s.sock";
        ASSERT_EQ(path.size(), length);
        ServerOptions options;
        options.address = "unix:" + path;
        {
            RunningServer server(options);
            ASSERT_TRUE(std::filesystem::is_socket(path)) << length;
            EXPECT_EQ(std::filesystem::status(path).permissions(),
                      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
            EXPECT_THROW(RunningServer second(options), std::runtime_error) << "it is in use";
            const auto place = SocketPath::open(path);
            ASSERT_TRUE(place.has_value()) << place.error().detail;
            const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            place->text().copy(address.sun_path, sizeof address.sun_path - 1);
            ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
            ASSERT_EQ(::send(fd, get.data(), get.size(), 0), static_cast<ssize_t>(get.size()));
            char answer[512];
            EXPECT_GT(::recv(fd, answer, sizeof answer, 0), 0);
            ::close(fd);
        }
        EXPECT_FALSE(std::filesystem::exists(path)) << length;
    }
    std::filesystem::remove_all(root);
}

TEST(Server, a_socket_without_a_name_or_a_directory_is_refused_with_the_reason) {
    const auto refusal = [](const std::string& path) {
        const auto place = SocketPath::open(path);
        return place ? std::string() : place.error().detail;
    };
    EXPECT_NE(refusal("").find("names none"), std::string::npos);
    EXPECT_NE(refusal("/tmp/").find("names none"), std::string::npos);
    const std::string deep = "/nonexistent/" + std::string(150, 'd') + "/s.sock";
    EXPECT_NE(refusal(deep).find("No such file"), std::string::npos);
    EXPECT_NE(refusal("/tmp/" + std::string(150, 's')).find("too long"), std::string::npos);
}

TEST(Server, says_why_it_cannot_listen) {
    RunningServer first;
    ServerOptions options;
    options.port = first.port();
    EXPECT_THROW(RunningServer second(options), std::runtime_error);
}

TEST(Server, several_of_one_process_share_a_port) {
    ServerOptions options;
    options.port_use = ServerOptions::Port::first_of_several;
    RunningServer first(options);
    options.port = first.port();
    options.port_use = ServerOptions::Port::joined;
    RunningServer second(options);
    RunningServer third(options);
    EXPECT_EQ(first.port(), second.port());
    EXPECT_EQ(first.port(), third.port());
}

TEST(Server, a_port_on_which_another_process_listens_is_refused) {
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor other(io, boost::asio::ip::tcp::v4());
    const int on = 1;
    ::setsockopt(other.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on); // it would share
    other.bind({boost::asio::ip::make_address("127.0.0.1"), 0});
    other.listen();
    for (const auto use : {ServerOptions::Port::alone, ServerOptions::Port::first_of_several}) {
        ServerOptions options;
        options.port = other.local_endpoint().port();
        options.port_use = use;
        try {
            RunningServer server(options);
            FAIL() << "two processes on one port";
        } catch (const std::runtime_error& error) {
            EXPECT_NE(std::string(error.what()).find("another process listens on 127.0.0.1 port"),
                      std::string::npos)
                << error.what();
        }
    }
}

} // namespace
} // namespace settled::net
