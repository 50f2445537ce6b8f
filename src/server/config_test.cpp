#include "server/config.h"

#include "domain/delivery.h"
#include "support/source_path.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

namespace settled::server {
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
    const LoadedConfig loaded = load_config(settled::source_path("config/settled.toml"));
    EXPECT_EQ(to_text(loaded.problems), "");
    const Config defaults;
    EXPECT_EQ(loaded.config.listen, defaults.listen);
    EXPECT_EQ(loaded.config.data, defaults.data);
    EXPECT_EQ(loaded.config.threads, defaults.threads);
    EXPECT_EQ(loaded.config.request_memory, defaults.request_memory);
    EXPECT_EQ(loaded.config.trusted_proxies, defaults.trusted_proxies);
    EXPECT_EQ(loaded.config.roles, defaults.roles);
    EXPECT_EQ(loaded.config.store_writers, defaults.store_writers);
    EXPECT_EQ(loaded.config.lease, defaults.lease);
    EXPECT_EQ(loaded.config.log_level, defaults.log_level);
    EXPECT_EQ(loaded.config.attention.backlog, defaults.attention.backlog);
    EXPECT_EQ(loaded.config.attention.review, defaults.attention.review);
    EXPECT_EQ(loaded.config.attention.free_percent, defaults.attention.free_percent);
    EXPECT_EQ(loaded.config.attention.expiry, defaults.attention.expiry);
    EXPECT_EQ(loaded.config.attention.backup, defaults.attention.backup);
    EXPECT_EQ(loaded.config.retention.payments_days, defaults.retention.payments_days);
    EXPECT_EQ(loaded.config.retention.events_days, defaults.retention.events_days);
    EXPECT_EQ(loaded.config.retention.deliveries_days, defaults.retention.deliveries_days);
    EXPECT_EQ(loaded.config.retention.calls_days, defaults.retention.calls_days);
    EXPECT_EQ(loaded.config.unmatched_after, defaults.unmatched_after);
    EXPECT_EQ(loaded.config.suggested_reviews, defaults.suggested_reviews);
    EXPECT_EQ(loaded.config.chaps_hours, defaults.chaps_hours);
    EXPECT_EQ(loaded.config.chaps_days, defaults.chaps_days);
    EXPECT_EQ(loaded.config.outside_hours, defaults.outside_hours);
    EXPECT_EQ(loaded.config.modulus_weights, defaults.modulus_weights);
    EXPECT_EQ(loaded.config.pkcs11_modules, defaults.pkcs11_modules);
    EXPECT_EQ(loaded.config.pkcs11_mechanism, defaults.pkcs11_mechanism);
    EXPECT_EQ(loaded.config.pkcs11_sessions, defaults.pkcs11_sessions);
    EXPECT_EQ(loaded.config.https_only, defaults.https_only);
    EXPECT_EQ(loaded.config.allow, defaults.allow);
    EXPECT_EQ(loaded.config.name_servers, defaults.name_servers);
    EXPECT_EQ(loaded.config.traces_endpoint, defaults.traces_endpoint);
    EXPECT_EQ(loaded.config.traces_ratio, defaults.traces_ratio);
    EXPECT_EQ(loaded.config.traces_to_partners, defaults.traces_to_partners);
    EXPECT_EQ(loaded.config.traces_headers, defaults.traces_headers);
    EXPECT_EQ(loaded.config.kafka.security_protocol, defaults.kafka.security_protocol);
    EXPECT_EQ(loaded.config.kafka.client_id, defaults.kafka.client_id);
    const auto schedule = domain::default_schedule();
    EXPECT_EQ(loaded.config.retry_after,
              std::vector<std::chrono::seconds>(schedule.begin(), schedule.end()));
    EXPECT_TRUE(check_config(loaded.config).empty());
}

TEST(Config, traces_are_read_and_their_secrets_kept_to_safe_ways) {
    const auto loaded =
        load_text("[traces]\nendpoint = \"https://c.example/v1/traces\"\n"
                  "sample_ratio = 0.25\nsend_to_partners = false\n"
                  "headers = { Authorization = \"env:SETTLED_SECRET_COLLECTOR\" }\n");
    EXPECT_EQ(to_text(loaded.problems), "");
    EXPECT_EQ(loaded.config.traces_ratio, 0.25);
    EXPECT_FALSE(loaded.config.traces_to_partners);
    EXPECT_TRUE(check_config(loaded.config).empty());
    EXPECT_THAT(secret_variables(loaded.config), testing::Contains("SETTLED_SECRET_COLLECTOR"));
    Config config = loaded.config;
    for (const std::string_view here :
         {"http://127.0.0.1:4318/v1/traces", "http://[::1]/v1/traces"}) {
        config.traces_endpoint = here;
        EXPECT_TRUE(check_config(config).empty()) << here;
    }
    config.traces_endpoint = "http://c.example/v1/traces";
    EXPECT_THAT(to_text(check_config(config)), HasSubstr("sent by https"));
    config.traces_headers.clear();
    EXPECT_TRUE(check_config(config).empty()) << "without a secret it may be in the clear";
    for (const std::string_view wrong : {"1.5", "-0.1", "\"all\"", "true"})
        EXPECT_THAT(to_text(load_text("[traces]\nsample_ratio = " + std::string(wrong)).problems),
                    HasSubstr("must be a number from 0 to 1"));
    EXPECT_EQ(load_text("[traces]\nsample_ratio = 1").config.traces_ratio, 1);
}

TEST(Config, payments_and_calls_are_kept_for_longer_than_a_return_may_take) {
    for (const std::string setting : {"payments_days", "calls_days"}) {
        const auto early = load_text("[retention]\n" + setting + " = 99\n");
        EXPECT_THAT(to_text(check_config(early.config)), HasSubstr("retention." + setting));
        const auto late = load_text("[retention]\n" + setting + " = 100\n");
        EXPECT_TRUE(check_config(late.config).empty()) << setting;
    }
    const auto deliveries = load_text("[retention]\nevents_days = 1\ndeliveries_days = 1\n");
    EXPECT_TRUE(check_config(deliveries.config).empty());
}

TEST(Config, pkcs11_modules_are_files_with_whole_paths) {
    Config config;
    config.pkcs11_modules = {"softhsm2.so", "/usr/lib/none/at-all.so"};
    config.pkcs11_mechanism = "rsa";
    const std::string text = to_text(check_config(config));
    EXPECT_THAT(text, HasSubstr("softhsm2.so is no absolute path"));
    EXPECT_THAT(text, HasSubstr("there is no file /usr/lib/none/at-all.so"));
    EXPECT_THAT(text, HasSubstr("pkcs11.mechanism must be"));
    EXPECT_THAT(to_text(load_text("[pkcs11]\nsessions = 65\n").problems),
                HasSubstr("pkcs11.sessions must be a whole number from 1 to 64"));
}

TEST(Config, every_problem_is_reported_at_once_with_its_line) {
    const LoadedConfig loaded = load_text("[server]\nlisten = 80\nport = 1\nthreads = 1000\n"
                                          "[egress]\nallow = [1]\n[nothing]\na = 1\n");
    ASSERT_EQ(loaded.problems.size(), 5U);
    const std::string text = to_text(loaded.problems);
    EXPECT_THAT(text, HasSubstr(":2: server.listen must be text in quotes"));
    EXPECT_THAT(text, HasSubstr(":3: [server] has no setting port"));
    EXPECT_THAT(text, HasSubstr(":4: server.threads must be a whole number from 0 to 64"));
    EXPECT_THAT(text, HasSubstr(":6: egress.allow must be a list of texts"));
    EXPECT_THAT(text, HasSubstr(":7: there is no section [nothing]"));
}

TEST(Config, the_nearest_setting_or_its_section_is_suggested) {
    const LoadedConfig loaded = load_text("[matching]\nwatermark_second = 3\nlevel = \"info\"\n"
                                          "[egres]\nallow = []\n");
    const std::string text = to_text(loaded.problems);
    EXPECT_THAT(text, HasSubstr(":2: [matching] has no setting watermark_second; "
                                "did you mean \"watermark_seconds\"?"));
    EXPECT_THAT(text, HasSubstr(":3: [matching] has no setting level; it belongs to [log]"));
    EXPECT_THAT(text, HasSubstr(":4: there is no section [egres]; did you mean \"egress\"?"));
}

TEST(Config, the_watermark_is_not_shortened_by_a_short_grace) {
    for (const char* wrong :
         {"unmatched_after_seconds = 0", "unmatched_after_seconds = 1", "watermark_seconds = 11",
          "unmatched_after_seconds = 20\nwatermark_seconds = 21"}) {
        const LoadedConfig loaded = load_text("[matching]\n" + std::string(wrong) + "\n");
        EXPECT_EQ(to_text(loaded.problems), "") << wrong;
        const auto problems = check_config(loaded.config);
        ASSERT_EQ(problems.size(), 1U) << wrong;
        EXPECT_EQ(problems[0].origin.line, 2U) << wrong;
        EXPECT_THAT(problems[0].message, HasSubstr("matching.watermark_seconds")) << wrong;
        EXPECT_THAT(problems[0].message, HasSubstr("matching.unmatched_after_seconds")) << wrong;
    }
    for (const char* good : {"", "unmatched_after_seconds = 0\nwatermark_seconds = 0",
                             "unmatched_after_seconds = 2", "watermark_seconds = 10"})
        EXPECT_TRUE(
            check_config(load_text("[matching]\n" + std::string(good) + "\n").config).empty())
            << good;
}

TEST(Config, a_setting_is_read_and_a_wrong_one_is_reported_with_its_line) {
    const std::string no_certificate = settled::source_path("config/settled.toml");
    const struct {
        std::string text;
        std::uint32_t line;
        std::string message;
    } cases[] = {
        {"[egress]\nallow = [\"300.1.1.1/8\"]", 2, "egress.allow: 300.1.1.1/8 is no block"},
        {"[egress]\nallow = [\"10.0.0.0/33\"]", 2, "egress.allow: 10.0.0.0/33 is no block"},
        {"[egress]\nallow = [\"10.0.0.1\"]", 2, "write 10.0.0.1/32"},
        {"[egress]\nallow = [\"10.1.2.3/8\"]", 2, "write 10.0.0.0/8"},
        {"[egress]\nallow = [\"fd00::1/8\"]", 2, "write fd00::/8"},
        {"[egress]\nname_servers = [\"10.0.0.53\", \"dns.example\"]", 2,
         "egress.name_servers: dns.example is no name server"},
        {"[server]\ntrusted_proxies = [\"proxy\"]", 2, "server.trusted_proxies: proxy is no block"},
        {"[egress]\ntrusted_certificates = \"" + no_certificate + "\"", 2,
         "egress.trusted_certificates: "},
        {"[server]\nlisten = \"localhost:8080\"", 2, "server.listen: localhost is no IP address"},
        {"[server]\ndata = \"\"", 2, "server.data must be a directory"},
        {"[server]\ntls_key = \"" + no_certificate + "\"", 2, "go together"},
        {"[server]\ntls_certificate = \"" + no_certificate + "\"\ntls_key = \"" + no_certificate +
             "\"",
         2, "server.tls_certificate: "},
        {"[store]\nurl = \"postgresql://h:x y/?z=%zz\"", 2, "store.url is no PostgreSQL URL"},
        {"[store]\nurl = \"postgresql://h/d\"\npassword = \"hunter2\"", 3,
         "store.password is named by"},
        {"[log]\nlevel = \"loud\"", 2, "log.level must be"},
        {"[node]\nroles = [\"boss\"]", 2, "node.roles: "},
        {"[kafka]\nevent_topics = [\"x\"]", 2, "needs kafka.bootstrap_servers"},
        {"[kafka]\nsecurity_protocol = \"tls\"", 2, "kafka.security_protocol must be"},
        {"[kafka]\nbootstrap_servers = \"a:1\"\nsecurity_protocol = \"ssl\"\n"
         "sasl_username = \"u\"\nsasl_password = \"env:P\"",
         3, "are not used"},
        {"[kafka]\nbootstrap_servers = \"a:1\"\nsecurity_protocol = \"plaintext\"\n"
         "ca_certificates = \"" +
             no_certificate + "\"",
         3, "are not used"},
    };
    for (const auto& c : cases) {
        const LoadedConfig loaded = load_text(c.text + "\n");
        EXPECT_EQ(to_text(loaded.problems), "") << c.text;
        const auto problems = check_config(loaded.config);
        ASSERT_EQ(problems.size(), 1U) << c.text << "\n" << to_text(problems);
        EXPECT_EQ(problems[0].origin.line, c.line) << c.text;
        EXPECT_THAT(problems[0].message, HasSubstr(c.message)) << c.text;
        EXPECT_THAT(problems[0].message, testing::Not(HasSubstr("hunter2")));
    }
}

TEST(Config, a_calendar_and_a_table_that_cannot_be_used_are_problems_of_their_setting) {
    struct Case {
        std::string text;
        std::string_view setting;
    };
    for (const Case& c :
         {Case{"[calendar]\nchaps_hours = \"8-17\"\n", "calendar.chaps_hours"},
          Case{"[calendar]\nchaps_days = \"weekdays\"\n", "calendar.chaps_days"},
          Case{"[calendar]\noutside_hours = \"wait\"\n", "calendar.outside_hours"},
          Case{"[calendar]\nbank_holidays = \"/nowhere/at/all\"\n", "calendar.bank_holidays"},
          Case{"[calendar]\nbank_holidays = \"/dev/null\"\n", "calendar.bank_holidays"},
          Case{"[modulus]\nweights = \"/nowhere/at/all\"\n", "modulus.weights"},
          Case{"[modulus]\nweights = \"/dev/null\"\n", "modulus.weights"},
          Case{"[modulus]\nsubstitutions = \"/dev/null\"\n", "modulus.substitutions"}}) {
        const LoadedConfig loaded = load_text(c.text);
        ASSERT_TRUE(loaded.problems.empty()) << c.text;
        const auto problems = check_config(loaded.config);
        ASSERT_EQ(problems.size(), 1U) << c.text;
        EXPECT_EQ(problems[0].setting, c.setting);
    }
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
    EXPECT_EQ(wrong.problems[0].origin.line, 3U);
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

TEST(Config, a_text_that_is_no_toml_is_a_problem_with_its_line) {
    const LoadedConfig loaded = load_text("[server]\nlisten = \n");
    ASSERT_EQ(loaded.problems.size(), 1U);
    EXPECT_EQ(loaded.problems.front().origin.line, 2U);
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
    EXPECT_THAT(text, HasSubstr("egress.allow: 10.0.0.1 is an address: write 10.0.0.1/32"));
    EXPECT_THAT(text, HasSubstr("node.roles: a role is"));
}

TEST(Config, names_the_variables_and_the_directory_that_its_secrets_are_in) {
    Config config;
    config.data = "/var/lib/settled";
    EXPECT_THAT(secret_variables(config),
                testing::Each(testing::StartsWith("AWS_"))); // as the AWS tools use them
    EXPECT_EQ(tenant_secrets_directory(config), "/var/lib/settled/secrets");
    config.store_password = "env:DATABASE_PASSWORD";
    config.kafka.sasl_password = "file:/run/secrets/kafka";
    config.tenant_directory = "/etc/settled/tenants";
    EXPECT_THAT(secret_variables(config), testing::Contains("DATABASE_PASSWORD"));
    EXPECT_EQ(tenant_secrets_directory(config), "/etc/settled/tenants");
}

TEST(Config, listen_addresses_are_read_strictly) {
    EXPECT_EQ(parse_listen("127.0.0.1:8080")->port, 8080);
    EXPECT_EQ(parse_listen("[::1]:0")->address, "::1");
    for (const char* wrong : {"", "8080", ":8080", "host:", "host:99999", "host:80x"})
        EXPECT_FALSE(parse_listen(wrong).has_value()) << wrong;
}

} // namespace
} // namespace settled::server
