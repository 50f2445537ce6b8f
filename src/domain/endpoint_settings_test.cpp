// The settings of endpoints as they are stored.
#include "domain/endpoint_settings.h"
#include "domain/interval.h"

#include <gtest/gtest.h>

namespace settled::domain {
namespace {

using namespace std::chrono_literals;

TEST(EndpointSettings, of_an_ordinary_endpoint_are_empty) {
    EXPECT_EQ(to_json(EndpointSettings{}), "{}");
    EXPECT_TRUE(parse_endpoint_settings("{}").has_value());
}

TEST(EndpointSettings, are_read_as_they_were_written) {
    EndpointSettings s;
    s.interval = 3600s;
    s.batch = true;
    s.schedule_set_at = {123'456};
    s.ordered = true;
    s.format = Format::cloudevents;
    s.cloudevents_mode = CloudEventsMode::binary;
    s.handshake = false;
    s.partner_code = "P\"1";
    s.rate_per_1000s = 500;
    s.concurrency = 3;
    s.retry_after = {1s, 2s};
    const auto filter = wire::JsonDocument::parse(R"([{"at":"/data/a","is":["x","y"]}])");
    s.filter = parse_filter(filter->root()).value();
    s.success.statuses = {200, 202};
    s.success.body_contains = "[accepted]";
    s.auth = {AuthSettings{.type = AuthType::rfc9421, .by_hmac = true},
              AuthSettings{.type = AuthType::oauth2,
                           .token_url = "https://t/",
                           .client_id = "c",
                           .scope = "s",
                           .client_in_body = true},
              AuthSettings{.type = AuthType::headers, .header_names = {"X-A", "X-B"}},
              AuthSettings{.type = AuthType::signature, .v1 = false, .v1a = true},
              AuthSettings{.type = AuthType::basic, .username = "u"}};
    s.client_certificate = "PEM\n";
    s.trusted_ca = "CA\n";
    const auto again = parse_endpoint_settings(to_json(s));
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(to_json(*again), to_json(s));
    EXPECT_EQ(again->auth.size(), 5u);
    EXPECT_TRUE(again->auth[0].by_hmac);
    EXPECT_EQ(again->auth[2].header_names, (std::vector<std::string>{"X-A", "X-B"}));
    EXPECT_EQ(again->interval, 3600s);
    EXPECT_EQ(again->filter.size(), 1u);
}

TEST(EndpointSettings, a_rate_has_up_to_three_decimals) {
    struct Case {
        std::string_view text;
        std::int64_t rate; // 0: refused
    };
    for (const Case& c :
         {Case{"1", 1000}, Case{"0.5", 500}, Case{"0.001", 1}, Case{"10000", 10'000'000},
          Case{"0", 0}, Case{"0.0001", 0}, Case{"-1", 0}, Case{"1.", 0}, Case{"1e3", 0},
          Case{"10001", 0}, Case{"10000.5", 0}, Case{"", 0}, Case{"12.25", 12'250}}) {
        const auto rate = parse_rate(c.text);
        EXPECT_EQ(rate ? *rate : 0, c.rate) << c.text;
        if (rate) {
            EXPECT_EQ(parse_rate(rate_text(*rate)).value(), *rate);
        }
    }
    EXPECT_EQ(rate_text(500), "0.5");
    EXPECT_EQ(rate_text(2000), "2");
}

TEST(FieldFilter, holds_where_each_condition_names_the_value) {
    const auto written = wire::JsonDocument::parse(
        R"([{"at":"/data/scheme","is":["FasterPayments","CHAPS"]},{"at":"/data/n","is":"3"}])");
    const auto filter = parse_filter(written->root());
    ASSERT_TRUE(filter.has_value());
    for (const auto& [body, expected] : {std::pair{R"({"data":{"scheme":"CHAPS","n":3}})", true},
                                         std::pair{R"({"data":{"scheme":"CHAPS","n":4}})", false},
                                         std::pair{R"({"data":{"scheme":"Bacs","n":3}})", false},
                                         std::pair{R"({"data":{"scheme":"CHAPS"}})", false},
                                         std::pair{R"({"data":{"scheme":null,"n":3}})", false}}) {
        const auto document = wire::JsonDocument::parse(body);
        EXPECT_EQ(fits(*filter, document->root()), expected) << body;
    }
    for (const char* bad :
         {"[]", "{}", R"([{"at":"x","is":"y"}])", R"([{"at":"/x"}])", R"([{"at":"/x","is":[]}])",
          R"([{"at":"/x","is":[1]}])", R"([{"at":"/x","is":"y","or":"z"}])"}) {
        const auto document = wire::JsonDocument::parse(bad);
        EXPECT_FALSE(parse_filter(document->root()).has_value()) << bad;
    }
}

TEST(Interval, counts_its_points_from_when_it_was_set) {
    const Instant set{1'000'000};
    EXPECT_EQ(next_point(set, 30s, set), set + 30s);
    EXPECT_EQ(next_point(set, 30s, set + 29s), set + 30s);
    EXPECT_EQ(next_point(set, 30s, set + 30s), set + 60s) << "the next one is later than now";
    EXPECT_EQ(next_point(set, 30s, set + 3601s), set + 3630s);
    EXPECT_EQ(next_point(set, 30s, set - 100s), set + 30s) << "whatever the clock says";
}

} // namespace
} // namespace settled::domain
