#include "domain/success.h"

#include <gtest/gtest.h>

namespace settled::domain {
namespace {

SuccessRule with_field(std::string_view condition) {
    SuccessRule rule;
    const auto written = wire::JsonDocument::parse(condition);
    rule.body_field = parse_condition(written->root()).value();
    return rule;
}

TEST(Success, holds_where_all_that_is_given_holds) {
    SuccessRule any;
    SuccessRule statuses;
    statuses.statuses = {200, 202};
    SuccessRule equals;
    equals.body_equals = "OK";
    SuccessRule contains;
    contains.body_contains = "[accepted]";
    SuccessRule both = contains;
    both.statuses = {200};
    const SuccessRule field = with_field(R"({"at":"/status","is":["ok","done"]})");
    struct Case {
        const SuccessRule& rule;
        int status;
        std::string_view body;
        bool taken;
    };
    for (const Case& c : {
             Case{any, 204, "", true},
             Case{statuses, 202, "", true},
             Case{statuses, 201, "", false},
             Case{equals, 200, "OK", true},
             Case{equals, 200, "OK\n", false},
             Case{equals, 200, "", false},
             Case{contains, 200, "it is [accepted] now", true},
             Case{contains, 200, "[rejected]", false},
             Case{both, 200, "[accepted]", true},
             Case{both, 202, "[accepted]", false},
             Case{field, 200, R"({"status":"done"})", true},
             Case{field, 200, R"({"status":"later"})", false},
             Case{field, 200, R"({"status":)", false},
             Case{field, 200, "", false},
         })
        EXPECT_EQ(meets(c.rule, c.status, c.body), c.taken) << c.status << " " << c.body;
}

TEST(Success, a_nonce_is_echoed_as_it_was_sent) {
    EXPECT_TRUE(echoes(R"({"Nonce":18446744073709551615})", "18446744073709551615"));
    EXPECT_TRUE(echoes(R"({"Nonce":"5"})", "5"));
    EXPECT_FALSE(echoes(R"({"Nonce":6})", "5"));
    EXPECT_FALSE(echoes(R"({"nonce":5})", "5"));
    EXPECT_FALSE(echoes("5", "5"));
}

} // namespace
} // namespace settled::domain
