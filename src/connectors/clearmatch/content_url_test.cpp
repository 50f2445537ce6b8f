#include "connectors/clearmatch/content_url.h"

#include <gtest/gtest.h>

namespace settled::connectors::clearmatch {
namespace {

constexpr std::string_view prefix = "https://api.platform.example/v1/";

TEST(ContentUrl, below_the_prefix_is_called_without_dot_segments) {
    const struct {
        std::string_view prefix, url, called;
    } cases[] = {
        {prefix, "https://api.platform.example/v1/loans/A1",
         "https://api.platform.example:443/v1/loans/A1"},
        {prefix, "HTTPS://API.platform.EXAMPLE:443/v1/loans/A1?x=1&y=../..",
         "https://api.platform.example:443/v1/loans/A1?x=1&y=../.."},
        {prefix, "https://api.platform.example/v1", "https://api.platform.example:443/v1"},
        {prefix, "https://api.platform.example/v1/", "https://api.platform.example:443/v1/"},
        {prefix, "https://api.platform.example/v1/a/../b", "https://api.platform.example:443/v1/b"},
        {prefix, "https://api.platform.example/x/%2e%2E/v1/b",
         "https://api.platform.example:443/v1/b"},
        {prefix, "https://api.platform.example/v1/a%20b/./c",
         "https://api.platform.example:443/v1/a%20b/c"},
        {"https://api.platform.example", "https://api.platform.example/any",
         "https://api.platform.example:443/any"},
        {"http://[::1]:8080/v1", "http://[::1]:8080/v1/a", "http://[::1]:8080/v1/a"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(url_below(c.prefix, c.url).value_or("outside"), c.called) << c.url;
}

TEST(ContentUrl, outside_the_prefix_is_not_called) {
    const std::string_view outside[] = {
        "",
        "/v1/loans/A1",
        "//api.platform.example/v1/a",
        "http://api.platform.example/v1/a",
        "https://api.platform.example:8443/v1/a",
        "https://api.platform.example:0/v1/a",
        "https://api.platform.example:443x/v1/a",
        "https://api.platform.example:/v1/a",
        "https://api.platform.example.evil/v1/a",
        "https://api.platform.example@evil/v1/a",
        "https://user@api.platform.example/v1/a",
        "https://evil#@api.platform.example/v1/a",
        "https://evil\\@api.platform.example/v1/a",
        "https://evil/https://api.platform.example/v1/a",
        "https://evil?https://api.platform.example/v1/a",
        "https://xapi.platform.example/v1/a",
        "https://api.platform.example./v1/a",
        "https://api.platform.example/v10/a",
        "https://api.platform.example/v1x",
        "https://api.platform.example/V1/a",
        "https://api.platform.example/",
        "https://api.platform.example",
        "https://api.platform.example/v1/../admin",
        "https://api.platform.example/v1/..",
        "https://api.platform.example/v1/%2e%2e/admin",
        "https://api.platform.example/v1/.%2E/admin",
        "https://api.platform.example/v1/..;/admin",
        "https://api.platform.example/v1/.;x/a",
        "https://api.platform.example/v1/..%2fadmin",
        "https://api.platform.example/v1/..%5cadmin",
        "https://api.platform.example/v1\\..\\admin",
        "https://api.platform.example/v1/a%00b",
        "https://api.platform.example/v1/a%",
        "https://api.platform.example/v1/a%zz",
        "https://api.platform.example/v1/a b",
        "https://api.platform.example/v1/a\r\nHost: evil",
        "https://api.platform.example/v1/\u00e9",
        "https://api%2eplatform.example/v1/a",
        "https://api.platform.example/v1/a#b",
        "ftp://api.platform.example/v1/a",
        "file:///v1/a",
        "javascript:https://api.platform.example/v1/a",
        "https:api.platform.example/v1/a",
        "https:///api.platform.example/v1/a",
        "https://[api.platform.example/v1/a",
        "https://127.0.0.1/v1/a",
        "https://169.254.169.254/v1/a",
    };
    for (const std::string_view url : outside)
        EXPECT_EQ(url_below(prefix, url), std::nullopt) << url;
    EXPECT_EQ(url_below("", "https://api.platform.example/v1/a"), std::nullopt);
}

TEST(ContentUrl, a_prefix_is_the_beginning_of_a_url_and_nothing_after_it) {
    for (const std::string_view good :
         {"https://a.example", "https://a.example/v1", "http://127.0.0.1:80/v1/"})
        EXPECT_TRUE(is_prefix(good)) << good;
    for (const std::string_view bad : {"", "a.example/v1", "https://a.example/v1?x",
                                       "https://u@a.example/", "https://a.example/#x"})
        EXPECT_FALSE(is_prefix(bad)) << bad;
}

} // namespace
} // namespace settled::connectors::clearmatch
