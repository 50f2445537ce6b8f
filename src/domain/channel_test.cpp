#include "domain/channel.h"

#include <gtest/gtest.h>

namespace settled::domain {
namespace {

TEST(Channel, is_known_by_the_url) {
    EXPECT_EQ(channel_of("https://partner.example/hook"), Channel::http);
    EXPECT_EQ(channel_of("http://kafka:9092/"), Channel::http);
    EXPECT_EQ(channel_of("kafka:settled.events"), Channel::kafka);
}

TEST(Channel, a_topic_is_what_kafka_takes_as_one) {
    const std::string longest(249, 'a');
    for (const std::string& name : {std::string("a"), std::string("Events_v1.eu-west"), longest})
        EXPECT_EQ(topic_of("kafka:" + name).value_or(""), name);
    const std::string too_long(250, 'a');
    for (const std::string& name :
         {std::string(), std::string("."), std::string(".."), std::string("a b"),
          std::string("//a"), std::string("a?b"), std::string("\xc3\xa4"), too_long}) {
        const auto topic = topic_of("kafka:" + name);
        ASSERT_FALSE(topic.has_value()) << name;
        EXPECT_EQ(topic.error().code, Code::url_invalid);
    }
    EXPECT_FALSE(topic_of("https://a").has_value());
    EXPECT_FALSE(topic_of("").has_value());
}

} // namespace
} // namespace settled::domain
