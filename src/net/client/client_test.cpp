#include "net/client/client.h"

#include "net/client/scripted_name_server.h"
#include "net/scripted_peer.h"
#include "net/test_support.h"

#include <chrono>

namespace settled::net {
namespace {

using namespace std::chrono_literals;
using testing::RunningServer;
using testing::ScriptedPeer;

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Client::Options loopback() {
    Client::Options options;
    options.egress.https_only = false;
    options.egress.allow = {"127.0.0.0/8"};
    return options;
}

OutboundRequest to(std::uint16_t port, std::string path = "/a", std::string method = "GET") {
    OutboundRequest request;
    request.method = std::move(method);
    request.url = {.tls = false, .host = "127.0.0.1", .port = port, .target = std::move(path)};
    request.deadline = 10s;
    return request;
}

// A client whose calls are waited for.
class Caller {
  public:
    explicit Caller(Client::Options options = loopback())
        : client(*Client::make(io, std::move(options))) {}

    Result<Reply> operator()(OutboundRequest request) {
        auto future =
            boost::asio::co_spawn(io, client->send(std::move(request)), boost::asio::use_future);
        io.restart();
        while (future.wait_for(0s) != std::future_status::ready && io.run_one_for(20s) > 0) {
        }
        return future.get();
    }
    Code code(OutboundRequest request) {
        const auto reply = (*this)(std::move(request));
        return reply ? Code::internal : reply.error().code;
    }

    boost::asio::io_context io;
    std::unique_ptr<Client> client;
};

TEST(Client, sends_and_reads) {
    RunningServer server;
    Caller call;
    OutboundRequest request = to(server.port(), "/a?b=c", "POST");
    request.fields.add("X-Request-Id", "abc");
    request.body = "body";
    const auto reply = call(std::move(request));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "POST /a body");
    EXPECT_EQ(reply->fields.find("x-request-id"), "abc");
    EXPECT_FALSE(reply->body_cut);
    const auto seen = server.handler.take_seen();
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].target, "/a?b=c");
    EXPECT_EQ(seen[0].fields.find("Host"), "127.0.0.1:" + std::to_string(server.port()));
}

TEST(Client, reuses_its_connection) {
    RunningServer server;
    Caller call;
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(call(to(server.port())));
    }
    EXPECT_EQ(server.connections(), 1u);
    ASSERT_TRUE(call(to(server.port(), "/a", "HEAD")));
    ASSERT_TRUE(call(to(server.port(), "/empty")));
    EXPECT_EQ(server.connections(), 1u);
}

TEST(Client, a_connection_that_was_closed_while_it_waited_is_replaced) {
    ScriptedPeer peer({{.say = ok, .close = true}, {.say = ok}});
    Caller call;
    ASSERT_TRUE(call(to(peer.port())));
    peer.await_closed(1);
    ASSERT_TRUE(call(to(peer.port())));
    EXPECT_EQ(peer.requests(), 2u);
}

// The peer reads the second request on the kept connection and closes without an answer.
TEST(Client, a_request_that_went_out_is_repeated_only_if_that_is_safe) {
    for (const bool safe : {true, false}) {
        ScriptedPeer peer({{.say = ok}, {.say = "", .close = true}, {.say = ok}});
        Caller call;
        ASSERT_TRUE(call(to(peer.port())));
        OutboundRequest second = to(peer.port(), "/b", "POST");
        second.safe_to_repeat = safe;
        const auto reply = call(std::move(second));
        EXPECT_EQ(reply.has_value(), safe);
        if (!safe) {
            EXPECT_EQ(reply.error().code, Code::peer_closed);
        }
        EXPECT_EQ(peer.requests(), safe ? 3u : 2u);
    }
}

TEST(Client, a_fresh_connection_is_never_tried_twice) {
    ScriptedPeer peer({{.say = "", .close = true}, {.say = ok}});
    Caller call;
    OutboundRequest request = to(peer.port());
    request.safe_to_repeat = true;
    EXPECT_EQ(call.code(std::move(request)), Code::peer_closed);
    EXPECT_EQ(peer.requests(), 1u);
}

TEST(Client, keeps_so_many_connections_in_all_and_closes_what_is_beyond) {
    RunningServer one;
    RunningServer other;
    Client::Options options = loopback();
    options.connections_idle_max = 1;
    Caller call(std::move(options));
    ASSERT_TRUE(call(to(one.port())));
    ASSERT_TRUE(call(to(other.port())));
    ASSERT_TRUE(call(to(one.port())));
    EXPECT_EQ(one.connections(), 1u);
    while (other.connections() != 0) { // its end is on its way
        std::this_thread::yield();
    }
}

TEST(Client, bytes_behind_a_reply_end_the_connection) {
    ScriptedPeer peer(
        {{.say = ok + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong"}, {.say = ok}});
    Caller call;
    ASSERT_TRUE(call(to(peer.port())));
    const auto second = call(to(peer.port()));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->body, "ok");
    EXPECT_EQ(peer.connections(), 2u);
}

TEST(Client, the_deadline_is_that_of_the_whole_call) {
    // Each byte comes in time; all of them do not.
    ScriptedPeer peer({{.say = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", .drip = true}});
    Caller call;
    OutboundRequest request = to(peer.port());
    request.deadline = 100ms;
    EXPECT_EQ(call.code(std::move(request)), Code::peer_timeout);
}

TEST(Client, a_silent_peer_is_a_timeout) {
    ScriptedPeer peer({{.say = ""}});
    Caller call;
    OutboundRequest request = to(peer.port());
    request.deadline = 50ms;
    EXPECT_EQ(call.code(std::move(request)), Code::peer_timeout);
}

TEST(Client, a_port_without_a_listener_gives_no_connection) {
    std::uint16_t port = 0;
    {
        ScriptedPeer gone({});
        port = gone.port();
    }
    Caller call;
    EXPECT_EQ(call.code(to(port)), Code::connect_failed);
}

TEST(Client, a_long_reply_is_cut) {
    ScriptedPeer peer(
        {{.say = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'a')},
         {.say = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" +
                 std::string(100, 'b') + "\r\n0\r\n\r\n"},
         {.say = "HTTP/1.1 200 OK\r\n\r\n" + std::string(100, 'c')}});
    Caller call;
    for (const char filler : {'a', 'b', 'c'}) {
        OutboundRequest request = to(peer.port());
        request.reply_bytes_max = 40;
        const auto reply = call(std::move(request));
        ASSERT_TRUE(reply) << filler;
        EXPECT_TRUE(reply->body_cut);
        EXPECT_EQ(reply->body, std::string(40, filler));
    }
    EXPECT_EQ(peer.connections(), 3u);
}

struct ReplyCase {
    const char* say;
    Code code; // internal: it is a good reply
    const char* body = "";
};

TEST(Client, reads_only_well_formed_replies) {
    const std::string large = "HTTP/1.1 200 OK\r\nX: " + std::string(20000, 'a') + "\r\n\r\n";
    const ReplyCase cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", Code::internal, "ok"},
        {"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", Code::internal, "ok"},
        {"HTTP/1.0 200 OK\r\n\r\nuntil the end", Code::internal, "until the end"},
        {"HTTP/1.1 204 No Content\r\n\r\n", Code::internal, ""},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", Code::internal, ""},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
         Code::internal, "a"},
        {"HTTP/1.1 302 Found\r\nLocation: http://evil/\r\nContent-Length: 0\r\n\r\n",
         Code::internal, ""},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n",
         Code::internal, "ok"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", Code::peer_closed},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok", Code::peer_closed},
        {"HTTP/1.1 200 OK\r\n", Code::peer_closed},
        {"", Code::peer_closed},
        {"garbage\r\n\r\n", Code::reply_malformed},
        {"HTTP/2.0 200 OK\r\n\r\n", Code::reply_malformed},
        {"HTTP/1.1 99 No\r\n\r\n", Code::reply_malformed},
        {"HTTP/1.1 600 No\r\n\r\n", Code::reply_malformed},
        {"HTTP/1.1 2000 OK\r\n\r\n", Code::reply_malformed},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", Code::reply_malformed},
        {"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", Code::reply_malformed},
        {"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", Code::reply_malformed},
        {"HTTP/1.1 200 OK\r\nX : a\r\n\r\n", Code::reply_malformed},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
         Code::reply_malformed},
        {"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", Code::reply_malformed},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         Code::reply_malformed},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok", Code::reply_malformed},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
         Code::reply_malformed},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", Code::reply_malformed},
        {large.c_str(), Code::reply_too_large},
    };
    Caller call;
    for (const auto& [say, code, body] : cases) {
        ScriptedPeer peer({{.say = say, .close = true}});
        const auto reply = call(to(peer.port()));
        EXPECT_EQ(reply ? Code::internal : reply.error().code, code) << say;
        if (reply) {
            EXPECT_EQ(reply->body, body) << say;
        }
    }
}

TEST(Client, endless_interim_replies_are_refused) {
    std::string many;
    for (int i = 0; i < 20; ++i) {
        many += "HTTP/1.1 103 Early Hints\r\n\r\n";
    }
    ScriptedPeer peer({{.say = many}});
    Caller call;
    EXPECT_EQ(call.code(to(peer.port())), Code::reply_malformed);
}

TEST(Client, sends_nothing_that_would_break_its_framing) {
    RunningServer server;
    Caller call;
    const std::pair<std::string, std::string> fields[] = {{"X", "a\r\nY: b"},
                                                          {"X", std::string("a\0b", 3)},
                                                          {"X Y", "a"},
                                                          {"", "a"},
                                                          {"Content-Length", "5"},
                                                          {"host", "evil"},
                                                          {"Transfer-Encoding", "chunked"}};
    for (const auto& [name, value] : fields) {
        OutboundRequest request = to(server.port());
        request.fields.add(name, value);
        EXPECT_EQ(call.code(std::move(request)), Code::value_invalid) << name;
    }
    EXPECT_EQ(call.code(to(server.port(), "/a b")), Code::url_invalid);
    EXPECT_EQ(call.code(to(server.port(), "/a\r\nX: y")), Code::url_invalid);
    EXPECT_EQ(call.code(to(server.port(), "a")), Code::url_invalid);
    EXPECT_EQ(call.code(to(server.port(), "/a", "GET /b HTTP/1.1\r\n")), Code::url_invalid);
    EXPECT_EQ(server.connections(), 0u);
}

Client::Options resolving_to(std::vector<const char*> addresses) {
    Client::Options options = loopback();
    std::vector<boost::asio::ip::address> answer;
    for (const char* address : addresses) {
        answer.push_back(boost::asio::ip::make_address(address));
    }
    options.resolve = [answer](std::string) -> Task<Result<std::vector<boost::asio::ip::address>>> {
        return [](auto found) -> Task<Result<std::vector<boost::asio::ip::address>>> {
            co_return found;
        }(answer);
    };
    return options;
}

TEST(Client, one_forbidden_address_refuses_the_name) {
    RunningServer server;
    const std::vector<const char*> answers[] = {{"10.0.0.1"},
                                                {"127.0.0.1", "169.254.169.254"},
                                                {"8.8.8.8", "::1"},
                                                {"::ffff:192.168.0.1"},
                                                {"64:ff9b::7f00:1"}};
    for (const auto& answer : answers) {
        Caller call(resolving_to(answer));
        OutboundRequest request = to(server.port());
        request.url.host = "partner.example";
        EXPECT_EQ(call.code(std::move(request)), Code::address_forbidden) << answer.back();
    }
    EXPECT_EQ(server.connections(), 0u);
}

TEST(Client, an_address_from_a_name_server_is_vetted) {
    RunningServer server;
    testing::ScriptedNameServer names({{"inside.test", {{"10.0.0.1"}}},
                                       {"mixed.test", {{"127.0.0.1", "169.254.169.254"}}},
                                       {"hidden.test", {{"127.0.0.1", "64:ff9b::7f00:1"}}},
                                       {"good.test", {{"127.0.0.1"}}}});
    Client::Options options = loopback();
    options.name_servers = {names.endpoint()};
    Caller call(std::move(options));
    for (const char* host : {"inside.test", "mixed.test", "hidden.test"}) {
        OutboundRequest request = to(server.port());
        request.url.host = host;
        EXPECT_EQ(call.code(std::move(request)), Code::address_forbidden) << host;
    }
    EXPECT_EQ(server.connections(), 0u);
    OutboundRequest request = to(server.port());
    request.url.host = "good.test";
    EXPECT_TRUE(call(std::move(request)));
}

TEST(Client, calls_a_vetted_address_under_its_name) {
    RunningServer server;
    Caller call(resolving_to({"127.0.0.1"}));
    OutboundRequest request = to(server.port());
    request.url.host = "partner.example";
    ASSERT_TRUE(call(std::move(request)));
    EXPECT_EQ(server.handler.take_seen().at(0).fields.find("Host"),
              "partner.example:" + std::to_string(server.port()));
}

TEST(Client, a_dead_address_is_passed_over) {
    RunningServer server;
    // No server listens on 127.0.0.2 at that port: the test's server took 127.0.0.1 alone.
    Caller call(resolving_to({"127.0.0.2", "127.0.0.1"}));
    OutboundRequest request = to(server.port());
    request.url.host = "partner.example";
    EXPECT_TRUE(call(std::move(request)));
}

TEST(Client, literal_addresses_are_vetted_too) {
    Client::Options options;
    options.egress.https_only = false;
    Caller call(std::move(options));
    for (const char* host : {"127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1"}) {
        OutboundRequest request = to(1);
        request.url.host = host;
        EXPECT_EQ(call.code(std::move(request)), Code::address_forbidden) << host;
    }
}

TEST(Client, plain_http_is_forbidden_unless_allowed) {
    RunningServer server;
    Client::Options options = loopback();
    options.egress.https_only = true;
    Caller call(std::move(options));
    EXPECT_EQ(call.code(to(server.port())), Code::address_forbidden);
}

TEST(Client, a_name_that_does_not_exist_does_not_resolve) {
    Caller call;
    OutboundRequest request = to(1);
    request.url.host = "does-not-exist.invalid";
    EXPECT_EQ(call.code(std::move(request)), Code::resolve_failed);
}

TEST(Client, close_ends_running_calls) {
    ScriptedPeer peer({{.say = ""}});
    Caller call;
    boost::asio::co_spawn(
        call.io,
        [](ScriptedPeer& at, Client& client) -> Task<> {
            boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
            while (at.requests() == 0) {
                timer.expires_after(1ms);
                co_await timer.async_wait(boost::asio::use_awaitable);
            }
            client.close();
        }(peer, *call.client),
        boost::asio::detached);
    EXPECT_EQ(call.code(to(peer.port())), Code::peer_closed);
    EXPECT_EQ(call.code(to(peer.port())), Code::connect_failed);
}

} // namespace
} // namespace settled::net
