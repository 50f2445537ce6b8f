#include "server/console_pages.h"

#include <gtest/gtest.h>

#include <array>

namespace settled::server {
namespace {

constexpr std::array<ConsoleFile, 5> some_files{{
    {"index.html", "<p>console"},
    {"portal.html", "<p>portal"},
    {"assets/console.AB12.js", "let a"},
    {"assets/console.AB12.js.gz", "small"},
    {"assets/icon.CD34.svg", "<svg/>"},
}};

net::Request get(std::string path) {
    net::Request request;
    request.method = "GET";
    request.path = std::move(path);
    return request;
}

std::string header(const net::Response& response, std::string_view name) {
    return std::string(response.fields.find(name).value_or(""));
}

TEST(ConsolePages, shows_the_page_at_every_address_that_is_no_file) {
    const ConsolePages pages(some_files);
    for (const char* path :
         {"/console/", "/console/payments", "/console/payments/pay_1", "/console/a.js"}) {
        const auto answer = pages.answer(get(path));
        ASSERT_TRUE(answer.has_value()) << path;
        EXPECT_EQ(answer->body, "<p>console") << path;
        EXPECT_EQ(answer->content_type, "text/html; charset=utf-8");
        EXPECT_EQ(header(*answer, "Cache-Control"), "no-store");
    }
    EXPECT_EQ(pages.answer(get("/portal/"))->body, "<p>portal");
}

TEST(ConsolePages, forbids_scripts_from_elsewhere_and_frames_with_every_file) {
    const ConsolePages pages(some_files);
    for (const char* path : {"/console/", "/portal/", "/console/assets/console.AB12.js"}) {
        const auto answer = pages.answer(get(path));
        ASSERT_TRUE(answer.has_value()) << path;
        const std::string policy = header(*answer, "Content-Security-Policy");
        EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self'; ")) << policy;
        EXPECT_NE(policy.find("frame-ancestors 'none'"), policy.npos);
        EXPECT_EQ(policy.find("unsafe"), policy.npos);
        EXPECT_EQ(header(*answer, "X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(header(*answer, "Referrer-Policy"), "no-referrer");
    }
}

TEST(ConsolePages, a_file_is_kept_for_ever_and_comes_compressed_where_the_browser_takes_it) {
    const ConsolePages pages(some_files);
    net::Request request = get("/console/assets/console.AB12.js");
    const auto plain = pages.answer(request);
    ASSERT_TRUE(plain.has_value());
    EXPECT_EQ(plain->body, "let a");
    EXPECT_EQ(header(*plain, "Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(header(*plain, "Content-Encoding"), "");
    request.fields.add("Accept-Encoding", "br, gzip;q=0.8");
    const auto small = pages.answer(request);
    EXPECT_EQ(small->body, "small");
    EXPECT_EQ(small->content_type, "text/javascript; charset=utf-8");
    EXPECT_EQ(header(*small, "Content-Encoding"), "gzip");
    net::Request refuses = get("/console/assets/console.AB12.js");
    refuses.fields.add("Accept-Encoding", "gzip;q=0, br");
    EXPECT_EQ(pages.answer(refuses)->body, "let a");
}

TEST(ConsolePages, refuses_what_is_not_there_and_other_methods) {
    const ConsolePages pages(some_files);
    EXPECT_EQ(pages.answer(get("/console/assets/other.js")).error().code, Code::route_unknown);
    EXPECT_EQ(pages.answer(get("/console/assets/console.AB12.js.gz")).error().code,
              Code::route_unknown);
    net::Request post = get("/console/");
    post.method = "POST";
    EXPECT_EQ(pages.answer(post).error().code, Code::method_not_allowed);
    EXPECT_EQ(ConsolePages({}).answer(get("/console/")).error().code, Code::route_unknown);
}

TEST(ConsolePages, an_address_without_its_slash_leads_to_the_one_with_it) {
    const ConsolePages pages(some_files);
    for (const auto& [path, to] :
         {std::pair("/console", "/console/"), std::pair("/portal", "/portal/")}) {
        const auto answer = pages.answer(get(path));
        ASSERT_TRUE(answer.has_value()) << path;
        EXPECT_EQ(answer->status, 308);
        EXPECT_EQ(header(*answer, "Location"), to);
    }
    EXPECT_TRUE(ConsolePages::serves("/console"));
    EXPECT_FALSE(ConsolePages::serves("/consoles"));
    EXPECT_FALSE(ConsolePages::serves("/v1/payments"));
}

} // namespace
} // namespace settled::server
