#include "net/server/proxy_header.h"

#include "net/test_support.h"

namespace settled::net {
namespace {

using namespace std::literals;
using testing::RawClient;
using testing::RunningServer;

const std::string binary = "\r\n\r\n\0\r\nQUIT\n"s;

std::string version_2(std::string_view rest) {
    return binary + std::string(rest);
}

const std::string of_v4 = version_2("\x21\x11\0\x0c\xc6\x33\x64\x07\x0a\0\0\x01\xdc\x04\x01\xbb"sv);

TEST(ProxyHeader, both_versions_name_the_client) {
    const struct {
        std::string bytes;
        std::string client; // "": the proxy's own
    } table[] = {
        {"PROXY TCP4 198.51.100.7 10.0.0.1 56324 443\r\n", "198.51.100.7"},
        {"PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n", "2001:db8::7"},
        {"PROXY UNKNOWN\r\n", ""},
        {"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", ""},
        {of_v4, "198.51.100.7"},
        {version_2("\x21\x11\0\x0f\xc6\x33\x64\x07\x0a\0\0\x01\xdc\x04\x01\xbb\x04\0\0"sv),
         "198.51.100.7"}, // with what AWS adds
        {version_2("\x20\0\0\0"sv), ""},
    };
    for (const auto& [bytes, client] : table) {
        const auto read = read_proxy_header(bytes + "GET / HTTP/1.1\r\n");
        ASSERT_TRUE(read.has_value() && read->has_value()) << bytes;
        EXPECT_EQ((*read)->size, bytes.size());
        EXPECT_EQ((*read)->client ? (*read)->client->to_string() : "", client);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto part = read_proxy_header(bytes.substr(0, size));
            EXPECT_TRUE(part.has_value() && !part->has_value()) << "more is waited for: " << size;
        }
    }
}

TEST(ProxyHeader, a_malformed_header_is_refused) {
    for (const std::string& bytes :
         {"GET / HTTP/1.1\r\n"s, "PROXY TCP4 198.51.100.7\r\n"s,
          "PROXY TCP4 2001:db8::7 ::1 1 2\r\n"s, "PROXY UDP4 198.51.100.7 10.0.0.1 1 2\r\n"s,
          "PROXY TCP4 x 10.0.0.1 1 2\r\n"s, "PROXY " + std::string(200, 'x'), "\x16\x03\x01"s,
          version_2("\x31\x11\0\0"sv), version_2("\x22\x11\0\0"sv),
          version_2("\x21\x11\0\x04\xc6\x33\x64\x07"sv), version_2("\x21\x11\xff\xff"sv)})
        EXPECT_FALSE(read_proxy_header(bytes).has_value()) << bytes;
}

ServerOptions behind_proxy() {
    ServerOptions options;
    options.trusted_proxies = {*AddressBlock::parse("127.0.0.1/32")};
    options.proxy_protocol = true;
    return options;
}

TEST(ProxyHeader, the_server_takes_the_client_from_a_trusted_proxy) {
    RunningServer server(behind_proxy());
    for (const std::string& header : {"PROXY TCP4 198.51.100.7 10.0.0.1 56324 443\r\n"s, of_v4}) {
        RawClient proxy(server.port());
        proxy.send(header + "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(proxy.read_answer().starts_with("HTTP/1.1 200"));
        EXPECT_EQ(server.handler.take_seen().at(0).peer, "198.51.100.7");
        // Of the whole connection; and what a client writes into a field is not believed.
        proxy.send("GET /b HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.9\r\n\r\n");
        EXPECT_TRUE(proxy.read_answer().starts_with("HTTP/1.1 200"));
        EXPECT_EQ(server.handler.take_seen().at(0).peer, "198.51.100.7");
    }
}

TEST(ProxyHeader, a_connection_without_one_is_closed) {
    RunningServer server(behind_proxy());
    RawClient plain(server.port());
    plain.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(plain.read_answer(), "");
    RawClient stranger(server.port(), "127.0.0.2");
    stranger.send(
        "PROXY TCP4 198.51.100.7 10.0.0.1 56324 443\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(stranger.read_answer(), "") << "no other peer may name a client";
    EXPECT_TRUE(server.handler.take_seen().empty());
}

} // namespace
} // namespace settled::net
