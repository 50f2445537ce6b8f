// How a message was cut into reads must not matter. The corpus in tests/http leaves the cuts to the
// kernel; here every cut is made.
#include "net/client/reply_parser.h"
#include "net/server/head_scan.h"
#include "net/server/request_parser.h"

#include <gtest/gtest.h>

#include <array>

namespace settled::net {
namespace {

constexpr HeadLimits head_limits = {
    .bytes_max = 1000, .first_line_bytes_max = 100, .fields_max = 10};
constexpr std::size_t body_bytes_max = 100;

const std::array<std::string, 8> bodies = {
    "0\r\n\r\n",
    "3\r\nabc\r\n0\r\n\r\n",
    "3;a=b\r\nabc\r\n0;c\r\n\r\n",
    "1\r\na\r\n2\r\nbc\r\n0\r\nX: y\r\nZ: w\r\n\r\n",
    "003\r\nabc\r\n000\r\n\r\n",
    "5\r\n0\r\n\r\n\r\n0\r\n\r\n",
    "3\r\nabc\r\n0\r\nDigitalSignature: YQ==\r\n\r\n",
    "3;a=\"b c\"\r\nabc\r\n0\r\n\r\n",
};

// Gives `bytes` in reads that end at `cuts`, holding back what the parser has not used yet.
template <class Parser>
Result<std::size_t> feed(Parser& parser, std::string_view bytes,
                         const std::vector<std::size_t>& cuts) {
    std::size_t used = 0;
    for (const std::size_t cut : cuts) {
        if (parser.complete()) {
            break;
        }
        TRY(const std::size_t more, parser.parse_body(bytes.substr(used, cut - used)));
        used += more;
    }
    return used;
}

std::vector<std::size_t> every_byte(std::size_t size) {
    std::vector<std::size_t> cuts;
    for (std::size_t i = 1; i <= size; ++i) {
        cuts.push_back(i);
    }
    return cuts;
}

void expect_whole(std::string_view body, const std::vector<std::size_t>& cuts) {
    RequestParser request;
    ASSERT_TRUE(
        request.parse_head("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    request.body_bytes_max(body_bytes_max);
    RequestParser whole;
    ASSERT_TRUE(
        whole.parse_head("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    whole.body_bytes_max(body_bytes_max);
    EXPECT_EQ(feed(whole, body, {body.size()}), body.size());
    EXPECT_EQ(feed(request, body, cuts), body.size());
    EXPECT_TRUE(request.complete());
    EXPECT_EQ(request.body, whole.body);
    EXPECT_EQ(request.fields.size(), 2u);

    ReplyParser reply(body_bytes_max, false);
    ASSERT_TRUE(reply.parse_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
    EXPECT_EQ(feed(reply, body, cuts), body.size());
    EXPECT_TRUE(reply.complete());
    EXPECT_EQ(reply.body, whole.body);
    EXPECT_EQ(reply.fields.size(), 1u);
}

TEST(MessageParser, a_chunked_body_may_come_in_any_pieces) {
    for (const std::string& body : bodies) {
        SCOPED_TRACE(body);
        expect_whole(body, every_byte(body.size()));
        for (std::size_t first = 1; first < body.size(); ++first) {
            for (std::size_t second = first + 1; second < body.size(); ++second) {
                expect_whole(body, {first, second, body.size()});
            }
        }
    }
}

// What a body amounts to: its bytes, or that it is refused, or that more is awaited.
std::string outcome(std::string_view body, const std::vector<std::size_t>& cuts) {
    RequestParser request;
    EXPECT_TRUE(
        request.parse_head("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    request.body_bytes_max(body_bytes_max);
    const auto used = feed(request, body, cuts);
    if (!used) {
        return "refused";
    }
    return request.complete() ? "body " + request.body : "more";
}

TEST(MessageParser, a_damaged_body_is_judged_alike_whatever_the_pieces) {
    const std::string_view damage("\r\n \t0;g:\0\xff", 10);
    for (const std::string& body : bodies) {
        for (std::size_t at = 0; at < body.size(); ++at) {
            for (const char byte : damage) {
                std::string damaged = body;
                damaged[at] = byte;
                EXPECT_EQ(outcome(damaged, every_byte(damaged.size())),
                          outcome(damaged, {damaged.size()}))
                    << damaged;
            }
        }
    }
}

TEST(MessageParser, bytes_behind_the_body_are_not_used) {
    for (const std::string& body : bodies) {
        RequestParser request;
        ASSERT_TRUE(
            request.parse_head("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
        request.body_bytes_max(body_bytes_max);
        const std::string bytes = body + "GET / HTTP/1.1\r\n\r\n";
        EXPECT_EQ(feed(request, bytes, {bytes.size()}), body.size()) << body;
    }
}

TEST(HeadScan, finds_the_same_end_whatever_the_pieces) {
    const std::string head = "GET / HTTP/1.1\r\nHost: x\r\nX: y\r\n\r\n";
    HeadScan scan(head_limits);
    for (std::size_t size = 0; size < head.size(); ++size) {
        const auto found = scan.scan(std::string_view(head).substr(0, size));
        ASSERT_TRUE(found) << size;
        EXPECT_FALSE(*found) << size;
    }
    const auto found = scan.scan(head + "GET");
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, head.size());
}

} // namespace
} // namespace settled::net
