// TLS between our server and our client, and the certificates that the client must not believe.
#include "net/client/client.h"
#include "net/scripted_peer.h"
#include "net/test_certificates.h"
#include "net/test_support.h"
#include "net/tls.h"

#include <openssl/ssl.h>

#include <fstream>
#include <sstream>

namespace settled::net {
namespace {

using namespace std::chrono_literals;
using testing::RawClient;
using testing::RunningServer;
using testing::ScriptedPeer;
using testing::TestAuthority;

std::string text_of(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TlsContext context_of(const TestAuthority::Leaf& leaf) {
    auto made = make_server_tls(text_of(leaf.chain), Secret(text_of(leaf.key)));
    EXPECT_TRUE(made) << made.error().detail;
    return *std::move(made);
}

ServerOptions with(const TestAuthority::Leaf& leaf) {
    ServerOptions options;
    options.tls = open_server_tls({leaf.chain, leaf.key}).value();
    return options;
}

Result<Reply> call(const std::string& root, std::uint16_t port, const std::string& host,
                   std::string path = "/a", std::string body = {}, int times = 1,
                   std::chrono::milliseconds deadline = 10s) {
    boost::asio::io_context io;
    Client::Options options;
    options.egress.allow = {"127.0.0.0/8"};
    options.extra_trusted_certificates = root;
    options.resolve = [](std::string) -> Task<Result<std::vector<boost::asio::ip::address>>> {
        co_return std::vector{boost::asio::ip::make_address("127.0.0.1")};
    };
    auto client = *Client::make(io, std::move(options));
    Result<Reply> reply = fail(Code::internal);
    for (int i = 0; i < times; ++i) {
        OutboundRequest request;
        request.url = {.tls = true, .host = host, .port = port, .target = path};
        request.body = body;
        request.reply_bytes_max = 8 * 1024 * 1024;
        request.deadline = deadline;
        auto future =
            boost::asio::co_spawn(io, client->send(std::move(request)), boost::asio::use_future);
        io.restart();
        while (future.wait_for(0s) != std::future_status::ready && io.run_one_for(20s) > 0) {
        }
        reply = future.get();
    }
    return reply;
}

TEST(Tls, carries_requests_and_keeps_the_connection) {
    TestAuthority authority;
    RunningServer server(with(authority.leaf("DNS:localhost,IP:127.0.0.1")));
    const auto reply = call(authority.root(), server.port(), "localhost", "/a", "body", 3);
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->body, "POST /a body");
    const auto seen = server.handler.take_seen();
    EXPECT_EQ(seen.size(), 3u);
    EXPECT_EQ(seen[0].peer, "127.0.0.1");
}

TEST(Tls, carries_large_messages_both_ways) {
    TestAuthority authority;
    RunningServer server(with(authority.leaf("DNS:localhost")));
    const std::string body(2 * 1024 * 1024, 'x');
    const auto reply = call(authority.root(), server.port(), "localhost", "/large", body);
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->body.size(), body.size() + 12);
}

TEST(Tls, believes_an_address_that_the_certificate_names) {
    TestAuthority authority;
    RunningServer server(with(authority.leaf("IP:127.0.0.1")));
    EXPECT_TRUE(call(authority.root(), server.port(), "127.0.0.1"));
}

struct Refusal {
    const char* rule;
    const char* names;
    long from;
    long to;
    bool known_authority;
    const char* host;
};

TEST(Tls, refuses_certificates_that_prove_nothing) {
    TestAuthority authority;
    TestAuthority other;
    const Refusal cases[] = {
        {"another name", "DNS:example.com", -3600, 3600, true, "localhost"},
        {"a name below", "DNS:a.localhost", -3600, 3600, true, "localhost"},
        {"a wildcard for the parent", "DNS:*.example.com", -3600, 3600, true, "example.com"},
        {"a partial wildcard", "DNS:a*.example.com", -3600, 3600, true, "ab.example.com"},
        {"no name at all", "", -3600, 3600, true, "leaf"},
        {"another address", "IP:127.0.0.2", -3600, 3600, true, "127.0.0.1"},
        {"a name in place of an address", "DNS:127.0.0.1", -3600, 3600, true, "127.0.0.1"},
        {"an unknown authority", "DNS:localhost", -3600, 3600, false, "localhost"},
        {"expired", "DNS:localhost", -7200, -3600, true, "localhost"},
        {"not yet valid", "DNS:localhost", 3600, 7200, true, "localhost"},
    };
    for (const Refusal& at : cases) {
        RunningServer server(with(authority.leaf(at.names, at.from, at.to)));
        const auto reply =
            call(at.known_authority ? authority.root() : other.root(), server.port(), at.host);
        ASSERT_FALSE(reply) << at.rule;
        EXPECT_EQ(reply.error().code, Code::tls_failed) << at.rule;
        EXPECT_TRUE(server.handler.take_seen().empty()) << at.rule;
    }
}

TEST(Tls, a_plain_peer_is_a_failed_handshake) {
    TestAuthority authority;
    RunningServer server;
    const auto reply = call(authority.root(), server.port(), "localhost");
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Code::tls_failed);
}

TEST(Tls, a_peer_that_accepts_and_says_nothing_is_a_timeout) {
    TestAuthority authority;
    ScriptedPeer peer({{.say = ""}});
    const auto reply = call(authority.root(), peer.port(), "localhost", "/a", "", 1, 50ms);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Code::peer_timeout);
}

TEST(Tls, plain_words_on_the_tls_port_end_the_connection) {
    TestAuthority authority;
    RunningServer server(with(authority.leaf("DNS:localhost")));
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto said = client.read_to_end();
    ASSERT_TRUE(said);
    EXPECT_EQ(said->find("HTTP/1.1"), std::string::npos);
    EXPECT_TRUE(server.handler.take_seen().empty());
}

// What our server agrees to with OpenSSL's own client.
bool connects(std::uint16_t port, int version, const char* suites, const char* alpn = nullptr) {
    const std::unique_ptr<SSL_CTX, TlsContextFree> context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    if (suites != nullptr && SSL_CTX_set_cipher_list(context.get(), suites) != 1) {
        return false;
    }
    const RawClient socket(port);
    const TlsSession session(SSL_new(context.get()));
    SSL_set_fd(session.get(), socket.fd());
    if (alpn != nullptr) {
        const std::string list = static_cast<char>(std::string(alpn).size()) + std::string(alpn);
        SSL_set_alpn_protos(session.get(), reinterpret_cast<const unsigned char*>(list.data()),
                            static_cast<unsigned>(list.size()));
    }
    return SSL_connect(session.get()) == 1;
}

TEST(Tls, speaks_only_current_versions_and_suites) {
    TestAuthority authority;
    RunningServer server(with(authority.leaf("DNS:localhost")));
    const std::uint16_t port = server.port();
    EXPECT_TRUE(connects(port, TLS1_3_VERSION, nullptr));
    EXPECT_TRUE(connects(port, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256"));
    EXPECT_FALSE(connects(port, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256"));
    EXPECT_FALSE(connects(port, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA"));
    EXPECT_FALSE(connects(port, TLS1_1_VERSION, "ALL:@SECLEVEL=0"));
    EXPECT_FALSE(connects(port, TLS1_VERSION, "ALL:@SECLEVEL=0"));
    EXPECT_TRUE(connects(port, TLS1_3_VERSION, nullptr, "http/1.1"));
    EXPECT_FALSE(connects(port, TLS1_3_VERSION, nullptr, "h2"));
}

TEST(Tls, refuses_texts_that_hold_no_certificate_or_another_s_key) {
    TestAuthority authority;
    const auto one = authority.leaf("DNS:localhost");
    const auto other = authority.leaf("DNS:localhost");
    const std::string chain = text_of(one.chain);
    const std::string key = text_of(one.key);
    const auto refused = [](std::string_view chain_text, std::string_view key_text) {
        const auto made = make_server_tls(chain_text, Secret(std::string(key_text)));
        return made ? std::string() : made.error().detail;
    };
    EXPECT_EQ(refused(chain, key), "");
    EXPECT_EQ(refused(chain + text_of(authority.root()), key), "");
    EXPECT_NE(refused("", key).find("certificate chain"), std::string::npos);
    EXPECT_NE(refused(key, key).find("certificate chain"), std::string::npos);
    EXPECT_NE(refused(chain + chain.substr(0, chain.size() / 2), key).find("certificate chain"),
              std::string::npos);
    EXPECT_NE(refused(chain, text_of(other.key)).find("private key"), std::string::npos);
    EXPECT_NE(refused(chain, "").find("private key"), std::string::npos);
    const auto absent = open_server_tls({"/nonexistent/chain.pem", one.key});
    ASSERT_FALSE(absent);
    EXPECT_NE(absent.error().detail.find("/nonexistent/chain.pem"), std::string::npos);
    EXPECT_NE(refused(chain, key.substr(0, key.size() / 2)).find("private key"), std::string::npos);
}

TEST(Tls, a_new_certificate_is_for_new_connections_and_open_ones_go_on) {
    TestAuthority old;
    TestAuthority next;
    ServerOptions options = with(old.leaf("DNS:localhost"));
    const std::shared_ptr<ServerTls> tls = options.tls;
    RunningServer server(options);

    const std::unique_ptr<SSL_CTX, TlsContextFree> context(SSL_CTX_new(TLS_client_method()));
    const RawClient socket(server.port());
    const TlsSession open(SSL_new(context.get()));
    SSL_set_fd(open.get(), socket.fd());
    ASSERT_EQ(SSL_connect(open.get()), 1);

    tls->replace(context_of(next.leaf("DNS:localhost")));
    const auto reply = call(next.root(), server.port(), "localhost");
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->status, 200);
    EXPECT_FALSE(call(old.root(), server.port(), "localhost"));

    constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";
    ASSERT_GT(SSL_write(open.get(), get.data(), static_cast<int>(get.size())), 0);
    char answer[64];
    EXPECT_GT(SSL_read(open.get(), answer, sizeof answer), 0);
}

} // namespace
} // namespace settled::net
