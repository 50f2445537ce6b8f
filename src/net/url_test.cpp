#include "net/client/client.h"

#include <gtest/gtest.h>

namespace settled::net {
namespace {

struct Good {
    const char* text;
    bool tls;
    const char* host;
    int port;
    const char* target;
    const char* authority;
};

TEST(Url, reads_what_may_be_called) {
    const Good cases[] = {
        {"https://example.com", true, "example.com", 443, "/", "example.com"},
        {"https://example.com/", true, "example.com", 443, "/", "example.com"},
        {"HTTPS://Example.COM:443/A?b=C", true, "example.com", 443, "/A?b=C", "example.com"},
        {"http://example.com", false, "example.com", 80, "/", "example.com"},
        {"https://example.com:80/a", true, "example.com", 80, "/a", "example.com:80"},
        {"https://example.com?a=b", true, "example.com", 443, "/?a=b", "example.com"},
        {"https://a_b.x-y.example/p/%2e", true, "a_b.x-y.example", 443, "/p/%2e",
         "a_b.x-y.example"},
        {"https://127.0.0.1:8443/a", true, "127.0.0.1", 8443, "/a", "127.0.0.1:8443"},
        {"https://[::1]/a", true, "::1", 443, "/a", "[::1]"},
        {"https://[2001:DB8::1]:8443", true, "2001:db8::1", 8443, "/", "[2001:db8::1]:8443"},
        {"https://example.com/a/../b", true, "example.com", 443, "/a/../b", "example.com"},
    };
    for (const Good& at : cases) {
        const auto url = Url::parse(at.text);
        ASSERT_TRUE(url) << at.text;
        EXPECT_EQ(url->tls, at.tls) << at.text;
        EXPECT_EQ(url->host, at.host) << at.text;
        EXPECT_EQ(url->port, at.port) << at.text;
        EXPECT_EQ(url->target, at.target) << at.text;
        EXPECT_EQ(url->authority(), at.authority) << at.text;
    }
}

TEST(Url, refuses_what_two_parsers_could_read_differently) {
    const std::string too_long = "https://example.com/" + std::string(2048, 'a');
    const std::string long_label = "https://" + std::string(64, 'a') + ".example/";
    const char* cases[] = {"",
                           "example.com",
                           "//example.com",
                           "https:example.com",
                           "https:/example.com",
                           "ftp://example.com",
                           "file:///etc/passwd",
                           "gopher://example.com",
                           " https://example.com",
                           "https://",
                           "https:///a",
                           "https://:443/",
                           "https://user@example.com/",
                           "https://user:pw@example.com/",
                           "https://example.com@evil/",
                           "https://example.com#f",
                           "https://example.com/#f",
                           "https://example.com/a b",
                           "https://example.com/a\r\nX: y",
                           "https://example.com/a\\b",
                           "https://example.com\\@evil/",
                           "https://example.com/caf\xc3\xa9",
                           "https://caf\xc3\xa9.example/",
                           "https://exa mple.com/",
                           "https://exa%6dple.com/",
                           "https://example.com:0/",
                           "https://example.com:65536/",
                           "https://example.com:-1/",
                           "https://example.com:+1/",
                           "https://example.com:/",
                           "https://example.com:80:80/",
                           "https://example.com:8o/",
                           "https://example..com/",
                           "https://.example.com/",
                           "https://example.com./",
                           "https://-example.com/",
                           "https://example-.com/",
                           "https://2130706433/",
                           "https://127.1/",
                           "https://0177.0.0.1/",
                           "https://0x7f.0.0.1/",
                           "https://0x7f000001/",
                           "https://127.0.0.1.1/",
                           "https://256.0.0.1/",
                           "https://[::1/",
                           "https://[::1]x/",
                           "https://[::1%25lo]/",
                           "https://[127.0.0.1]/",
                           "https://::1/",
                           too_long.c_str(),
                           long_label.c_str()};
    for (const char* text : cases) {
        const auto url = Url::parse(text);
        EXPECT_FALSE(url) << text;
        EXPECT_TRUE(url || url.error().code == Code::url_invalid) << text;
    }
}

} // namespace
} // namespace settled::net
