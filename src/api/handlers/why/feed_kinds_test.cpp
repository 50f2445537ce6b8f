// The kinds of the feed, and its cursor.
#include "api/handlers/why/feed_kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::api {
namespace {

using ::testing::ElementsAre;

TEST(FeedKinds, are_read_each_once_and_unknown_ones_are_refused) {
    EXPECT_THAT(read_feed_kinds("webhooks,deliveries").value(),
                ElementsAre(FeedKind::webhooks, FeedKind::deliveries));
    for (const char* text :
         {"", "webhook", "events,events", "events,", ",events", "events, matches"})
        EXPECT_EQ(read_feed_kinds(text).error().code, Code::parameter_invalid) << text;
    EXPECT_EQ(read_feed_kinds(
                  "settlements,matches,orders,notifications,events,deliveries,webhooks,changes")
                  .value()
                  .size(),
              feed_kinds);
}

TEST(FeedCursor, holds_a_place_for_each_kind_that_is_read) {
    FeedPlaces places;
    at(places, FeedKind::events) = store::FeedPlace{7, 77};
    at(places, FeedKind::orders) = store::FeedPlace{};
    const std::string text = cursor_of(places);
    const auto read = read_feed_cursor(text, {FeedKind::orders, FeedKind::events});
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, places);
}

TEST(FeedCursor, of_other_kinds_or_of_no_stream_is_refused) {
    FeedPlaces places;
    at(places, FeedKind::events) = store::FeedPlace{7, 77};
    const std::string text = cursor_of(places);
    EXPECT_EQ(read_feed_cursor(text, {FeedKind::orders}).error().code, Code::cursor_invalid);
    EXPECT_EQ(read_feed_cursor(text, {FeedKind::events, FeedKind::orders}).error().code,
              Code::cursor_invalid);
    for (const std::string& wrong :
         {std::string(""), std::string("fed_"), std::string("cur_") + text.substr(5), text + "x",
          text + text.substr(4), text.substr(0, text.size() - 1), "fed_z" + text.substr(5)})
        EXPECT_EQ(read_feed_cursor(wrong, {FeedKind::events}).error().code, Code::cursor_invalid)
            << wrong;
}

} // namespace
} // namespace settled::api
