#include "connectors/clearmatch/content.h"

#include <gtest/gtest.h>

namespace settled::connectors::clearmatch {
namespace {

TEST(Content, is_fetched_again_or_given_up_by_what_came_back) {
    const struct {
        int status; // 0: no reply
        std::string_view text;
        FetchStep step;
        std::string_view failure;
    } cases[] = {
        {200, R"({"a":1})", FetchStep::fetched, ""},
        {201, "[]", FetchStep::fetched, ""},
        {200, "null", FetchStep::fetched, ""},
        {200, "<html>", FetchStep::given_up, "content_unreadable"},
        {204, "", FetchStep::given_up, "content_unreadable"},
        {200, R"({"a":1)", FetchStep::given_up, "content_unreadable"},
        {302, "", FetchStep::given_up, "content_redirected"},
        {304, "", FetchStep::given_up, "content_redirected"},
        {400, "", FetchStep::given_up, "content_status_400"},
        {403, "", FetchStep::given_up, "content_status_403"},
        {410, "", FetchStep::given_up, "content_status_410"},
        {401, "", FetchStep::again, "content_status_401"},
        {404, "", FetchStep::again, "content_status_404"},
        {408, "", FetchStep::again, "content_status_408"},
        {425, "", FetchStep::again, "content_status_425"},
        {429, "", FetchStep::again, "content_status_429"},
        {500, "", FetchStep::again, "content_status_500"},
        {503, "", FetchStep::again, "content_status_503"},
        {0, "reply_too_large", FetchStep::given_up, "content_too_large"},
        {0, "address_forbidden", FetchStep::given_up, "address_forbidden"},
        {0, "resolve_failed", FetchStep::again, "resolve_failed"},
        {0, "tls_failed", FetchStep::again, "tls_failed"},
        {0, "peer_closed", FetchStep::again, "peer_closed"},
        {0, "peer_timeout", FetchStep::again, "peer_timeout"},
        {0, "token_failed", FetchStep::again, "token_failed"},
    };
    for (const auto& c : cases) {
        std::optional<domain::CallReply> reply;
        if (c.status != 0)
            reply = domain::CallReply{c.status, std::string(c.text), std::nullopt};
        const FetchVerdict verdict = read_content(reply, reply ? "" : c.text);
        EXPECT_EQ(verdict.step, c.step) << c.status << " " << c.text;
        EXPECT_EQ(verdict.failure, c.failure) << c.status << " " << c.text;
    }
}

TEST(Content, is_asked_for_again_no_sooner_than_the_platform_says) {
    const domain::CallReply busy{429, "", std::chrono::seconds(90)};
    EXPECT_EQ(read_content(busy, "").wait, std::chrono::seconds(90));
}

} // namespace
} // namespace settled::connectors::clearmatch
