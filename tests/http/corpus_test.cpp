#include "corpus.h"

#include "net/test_support.h"
#include "support/source_path.h"

#include <set>

namespace settled::net {
namespace {

using corpus::Case;
using corpus::Ending;
using testing::RawClient;
using testing::RunningServer;
using testing::status_of;

const std::string probe = "GET /probe HTTP/1.1\r\nHost: probe\r\n\r\n";
// Byte by byte is slow for long cases, which are about sizes and not about where a read ends.
constexpr std::size_t split_bytes_max = 2000;

const std::vector<Case>& cases() {
    static const std::vector<Case> all = corpus::read_folder(settled::source_path("tests/http"));
    return all;
}

std::string as_seen(const Request& request) {
    const std::string head = request.method + " " + request.path;
    return request.body.empty() ? head : head + " " + request.body;
}

void check_answer(const std::string& answer, const corpus::Answer& expected) {
    EXPECT_EQ(status_of(answer), expected.status) << answer;
    if (!expected.code.empty()) {
        EXPECT_TRUE(answer.ends_with("\r\n\r\n" + expected.code)) << answer;
        EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << answer;
    }
}

void run(RunningServer& server, const Case& at, bool split) {
    SCOPED_TRACE(at.name + (split ? " (byte by byte)" : ""));
    server.handler.take_seen();
    RawClient client(server.port());
    const std::string bytes = at.ending == Ending::half_close ? at.bytes : at.bytes + probe;
    if (split) {
        client.send_byte_by_byte(bytes);
    } else {
        client.send(bytes);
    }
    if (at.ending == Ending::half_close) {
        client.end_sending();
    }
    std::vector<std::string> expected_seen;
    for (const auto& expected : at.answers) {
        std::string answer = client.read_answer();
        // Asked for by Expect, and sent only if the body was not there yet.
        if (status_of(answer) == 100 && at.name.find("expect") != std::string::npos) {
            answer = client.read_answer();
        }
        check_answer(answer, expected);
        if (!expected.seen.empty()) {
            expected_seen.push_back(expected.seen);
        }
    }
    if (at.ending == Ending::keep) {
        EXPECT_TRUE(client.read_answer().ends_with("GET /probe "));
        expected_seen.emplace_back("GET /probe");
    } else {
        EXPECT_EQ(client.read_to_end(), "") << "there is more behind the last answer";
    }
    std::vector<std::string> seen;
    for (const Request& request : server.handler.take_seen()) {
        seen.push_back(as_seen(request));
        EXPECT_NE(request.fields.find("DigitalSignature"), "VHJhaWw=") << "a trailer got in";
        EXPECT_FALSE(request.fields.find("X-Checksum")) << "a trailer got in";
    }
    EXPECT_EQ(seen, expected_seen);
}

TEST(HttpCorpus, is_large_and_its_names_are_unique) {
    EXPECT_GE(cases().size(), 220u);
    std::set<std::string> names;
    for (const Case& at : cases()) {
        EXPECT_TRUE(names.insert(at.name).second) << at.name;
        EXPECT_FALSE(at.answers.empty()) << at.name;
        for (const auto& answer : at.answers) {
            EXPECT_EQ(answer.status == 200, !answer.seen.empty()) << at.name;
            EXPECT_EQ(answer.status == 200, answer.code.empty()) << at.name;
        }
    }
}

TEST(HttpCorpus, every_case_in_one_write) {
    RunningServer server;
    server.handler.release();
    for (const Case& at : cases()) {
        run(server, at, false);
    }
}

TEST(HttpCorpus, every_short_case_byte_by_byte) {
    RunningServer server;
    server.handler.release();
    std::size_t count = 0;
    for (const Case& at : cases()) {
        if (at.bytes.size() <= split_bytes_max) {
            run(server, at, true);
            ++count;
        }
    }
    EXPECT_GE(count, 200u);
}

} // namespace
} // namespace settled::net
