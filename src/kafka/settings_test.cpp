#include "kafka/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::kafka {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Settings kafka() {
    Settings settings;
    settings.bootstrap_servers = "127.0.0.1:9092";
    return settings;
}
ConsumerSettings consumer() {
    return {{"payments"}, "settled", "main", "yapily", "payments.dead"};
}

TEST(KafkaSettings, none_are_needed) {
    EXPECT_FALSE(Settings{}.configured());
    EXPECT_THAT(problems_of({}, {}), IsEmpty());
    EXPECT_THAT(problems_of(kafka(), {consumer()}), IsEmpty());
}

TEST(KafkaSettings, a_wrong_setting_is_named) {
    struct Case {
        void (*change)(Settings&, ConsumerSettings&);
        std::string_view setting;
    };
    const Case table[] = {
        {[](Settings& k, ConsumerSettings&) { k.bootstrap_servers.clear(); }, "bootstrap_servers"},
        {[](Settings& k, ConsumerSettings&) { k.security_protocol = "tls"; }, "security_protocol"},
        {[](Settings& k, ConsumerSettings&) { k.certificate = "a.pem"; }, "kafka.key"},
        {[](Settings& k, ConsumerSettings&) { k.sasl_password = "hunter2"; }, "sasl_password"},
        {[](Settings& k, ConsumerSettings&) { k.event_topics = {"a b"}; }, "event_topics"},
        {[](Settings&, ConsumerSettings& c) { c.topics.clear(); }, "topics"},
        {[](Settings&, ConsumerSettings& c) { c.topics = {"^all.*"}; }, "topics"},
        {[](Settings&, ConsumerSettings& c) { c.group.clear(); }, "group"},
        {[](Settings&, ConsumerSettings& c) { c.format = "xml"; }, "format"},
        {[](Settings&, ConsumerSettings& c) { c.dead_letter_topic.clear(); }, "dead_letter_topic"},
        {[](Settings&, ConsumerSettings& c) { c.dead_letter_topic = "payments"; },
         "dead_letter_topic"},
    };
    for (const Case& c : table) {
        Settings settings = kafka();
        ConsumerSettings reading = consumer();
        c.change(settings, reading);
        EXPECT_THAT(problems_of(settings, {reading}), ElementsAre(HasSubstr(c.setting)));
    }
}

TEST(KafkaSettings, sasl_needs_its_parts_and_no_problem_shows_a_password) {
    Settings settings = kafka();
    settings.security_protocol = "sasl_ssl";
    EXPECT_EQ(problems_of(settings, {}).size(), 2U);
    settings.sasl_mechanism = "SCRAM-SHA-512";
    settings.sasl_username = "settled";
    settings.sasl_password = "hunter2";
    EXPECT_THAT(problems_of(settings, {}), ElementsAre(testing::Not(HasSubstr("hunter2"))));
    settings.sasl_password = "file:/etc/settled/kafka";
    EXPECT_THAT(problems_of(settings, {}), IsEmpty());
}

} // namespace
} // namespace settled::kafka
