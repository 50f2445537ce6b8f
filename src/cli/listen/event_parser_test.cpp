#include "cli/listen/event_parser.h"

#include <gtest/gtest.h>

namespace settled::cli {
namespace {

const std::string stream = ": settled\n\n"
                           "id: evt_1\nevent: test.ping\ndata: {\"a\":\"b: c\"}\n\n"
                           ": \n\n"
                           "id: evt_2\r\nevent: settlement.matched\r\ndata:{}\r\n\r\n";

TEST(EventParser, events_are_the_same_however_the_bytes_were_cut) {
    for (std::size_t size = 1; size <= stream.size(); ++size) {
        EventParser parser;
        std::vector<StreamedEvent> all;
        for (std::size_t at = 0; at < stream.size(); at += size) {
            const auto some = parser.push(std::string_view(stream).substr(at, size));
            ASSERT_TRUE(some.has_value());
            all.insert(all.end(), some->begin(), some->end());
        }
        ASSERT_EQ(all.size(), 2U) << size;
        EXPECT_EQ(all[0].id, "evt_1");
        EXPECT_EQ(all[0].type, "test.ping");
        EXPECT_EQ(all[0].body, "{\"a\":\"b: c\"}");
        EXPECT_EQ(all[1].id, "evt_2");
        EXPECT_EQ(all[1].body, "{}");
    }
}

TEST(EventParser, an_event_whose_end_has_not_come_waits_for_it) {
    EventParser parser;
    EXPECT_TRUE(parser.push("id: evt_1\ndata: {}\n")->empty());
    EXPECT_EQ(parser.push("\n")->size(), 1U);
    EXPECT_TRUE(parser.push("\n\n")->empty());
}

TEST(EventParser, a_line_without_end_is_refused) {
    EventParser parser;
    const std::string much(1024 * 1024, 'x');
    Result<std::vector<StreamedEvent>> read;
    for (int i = 0; i < 5; ++i)
        read = parser.push(much);
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, Code::reply_too_large);
}

} // namespace
} // namespace settled::cli
