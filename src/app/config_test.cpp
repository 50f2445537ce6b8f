#include "app/config.h"

#include "flow/delivery.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

namespace settled::app {
namespace {

using testing::HasSubstr;

LoadedConfig load_text(const std::string& text) {
    std::string path = testing::TempDir() + "config_XXXXXX";
    ::close(::mkstemp(path.data()));
    std::ofstream(path) << text;
    LoadedConfig loaded = load_config(path);
    ::unlink(path.c_str());
    return loaded;
}

TEST(Config, the_documented_file_holds_the_defaults) {
    const LoadedConfig loaded = load_config(SETTLED_SOURCE_DIR "/config/settled.toml");
    EXPECT_EQ(to_text(loaded.problems), "");
    const Config defaults;
    EXPECT_EQ(loaded.config.listen, defaults.listen);
    EXPECT_EQ(loaded.config.data, defaults.data);
    EXPECT_EQ(loaded.config.threads, defaults.threads);
    EXPECT_EQ(loaded.config.roles, defaults.roles);
    EXPECT_EQ(loaded.config.store_writers, defaults.store_writers);
    EXPECT_EQ(loaded.config.lease, defaults.lease);
    EXPECT_EQ(loaded.config.log_level, defaults.log_level);
    EXPECT_EQ(loaded.config.unmatched_after, defaults.unmatched_after);
    EXPECT_EQ(loaded.config.https_only, defaults.https_only);
    EXPECT_EQ(loaded.config.allow, defaults.allow);
    EXPECT_EQ(loaded.config.kafka.security_protocol, defaults.kafka.security_protocol);
    EXPECT_EQ(loaded.config.kafka.client_id, defaults.kafka.client_id);
    const auto schedule = flow::default_schedule();
    EXPECT_EQ(loaded.config.retry_after,
              std::vector<std::chrono::seconds>(schedule.begin(), schedule.end()));
    EXPECT_TRUE(check_config(loaded.config).empty());
}

TEST(Config, every_problem_is_reported_at_once_with_its_line) {
    const LoadedConfig loaded = load_text("[server]\nlisten = 80\nport = 1\nthreads = 1000\n"
                                          "[egress]\nallow = [1]\n[nothing]\na = 1\n");
    ASSERT_EQ(loaded.problems.size(), 5U);
    const std::string text = to_text(loaded.problems);
    EXPECT_THAT(text, HasSubstr(":2: must be text in quotes"));
    EXPECT_THAT(text, HasSubstr(":3: [server] has no setting port"));
    EXPECT_THAT(text, HasSubstr(":4: must be a whole number from 0 to 64"));
    EXPECT_THAT(text, HasSubstr(":6: must be a list of texts"));
    EXPECT_THAT(text, HasSubstr(":7: there is no section [nothing]"));
}

TEST(Config, kafka_consumers_are_as_many_as_wanted) {
    const LoadedConfig loaded = load_text(
        "[kafka]\nbootstrap_servers = \"a:1,b:2\"\nevent_topics = [\"events\"]\n"
        "[[kafka_consumer]]\ntopics = [\"x\"]\ngroup = \"g\"\ndead_letter_topic = \"d\"\n"
        "[[kafka_consumer]]\ntopics = [\"y\", \"z\"]\ngroup = \"h\"\nformat = \"yapily\"\n"
        "tenant = \"other\"\ndead_letter_topic = \"d\"\n");
    EXPECT_EQ(to_text(loaded.problems), "");
    EXPECT_EQ(to_text(check_config(loaded.config)), "");
    ASSERT_EQ(loaded.config.kafka_consumers.size(), 2U);
    EXPECT_EQ(loaded.config.kafka_consumers[0].tenant, "main");
    EXPECT_EQ(loaded.config.kafka_consumers[1].topics, (std::vector<std::string>{"y", "z"}));
    EXPECT_EQ(loaded.config.kafka_consumers[1].tenant, "other");
    const LoadedConfig wrong =
        load_text("[[kafka_consumer]]\ntopics = [\"x\"]\nauto_commit = true\n");
    ASSERT_EQ(wrong.problems.size(), 1U) << "no other property of the library is let through";
    EXPECT_EQ(wrong.problems[0].line, 3U);
    EXPECT_FALSE(load_text("[kafka_consumer]\ngroup = \"g\"\n").problems.empty());
}

TEST(Config, a_postgresql_may_have_more_writers_within_bounds) {
    const std::string store = "[store]\nurl = \"postgresql://db/settled\"\nwriters = ";
    const LoadedConfig loaded = load_text(store + "4\n");
    EXPECT_EQ(to_text(loaded.problems), "");
    EXPECT_EQ(to_text(check_config(loaded.config)), "");
    EXPECT_EQ(loaded.config.store_writers, 4);
    for (const char* wrong : {"0", "17", "\"4\"", "2.5"})
        EXPECT_EQ(load_text(store + wrong + "\n").problems.size(), 1U) << wrong;
}

TEST(Config, what_is_no_toml_is_a_problem_with_its_line) {
    const LoadedConfig loaded = load_text("[server]\nlisten = \n");
    ASSERT_EQ(loaded.problems.size(), 1U);
    EXPECT_EQ(loaded.problems.front().line, 2U);
}

TEST(Config, settings_that_do_not_go_together_are_problems) {
    Config config;
    config.listen = "nowhere";
    config.tls_key = "/no/such/file";
    config.log_level = "loud";
    config.allow = {"10.0.0.1"};
    config.roles = {"worker", "postman"};
    config.store_writers = 2;
    const std::string text = to_text(check_config(config));
    EXPECT_THAT(text, HasSubstr("server.listen must be"));
    EXPECT_THAT(text, HasSubstr("go together"));
    EXPECT_THAT(text, HasSubstr("store.writers is for a store.url"));
    EXPECT_THAT(text, HasSubstr("there is no file /no/such/file"));
    EXPECT_THAT(text, HasSubstr("log.level must be"));
    EXPECT_THAT(text, HasSubstr("10.0.0.1 is no CIDR block"));
    EXPECT_THAT(text, HasSubstr("node.roles: a role is"));
}

TEST(Config, listen_addresses_are_read_strictly) {
    EXPECT_EQ(parse_listen("127.0.0.1:8080")->port, 8080);
    EXPECT_EQ(parse_listen("[::1]:0")->address, "::1");
    for (const char* wrong : {"", "8080", ":8080", "host:", "host:99999", "host:80x"})
        EXPECT_FALSE(parse_listen(wrong).has_value()) << wrong;
}

} // namespace
} // namespace settled::app
