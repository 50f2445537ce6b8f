#include "cli/doctor/report.h"

#include "cli/doctor/check.h"
#include "wire/json.h"

#include <gmock/gmock.h>

#include <set>

namespace settled::cli::doctor {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<Finding> some() {
    Findings found("connector.key");
    found.ok("bank", "its keys can be opened");
    found.failed("other", "a key cannot be read", {"put it back", "settled serve --data /d"});
    found.skipped("third", "it is elsewhere");
    return found.all();
}

TEST(DoctorReport, a_failure_is_followed_by_what_the_operator_does) {
    const std::string text = as_text(some(), Look{});
    EXPECT_EQ(text, "ok      connector.key  bank: its keys can be opened\n"
                    "failed  connector.key  other: a key cannot be read\n"
                    "                       why   put it back\n"
                    "                       do    settled serve --data /d\n"
                    "skipped connector.key  third: it is elsewhere\n"
                    "\n"
                    "1 ok, 0 to look at, 1 failed, 1 not looked at\n");
}

TEST(DoctorReport, a_command_is_never_broken_and_text_from_outside_is_harmless) {
    const std::string command = "settled " + std::string(300, 'x');
    Findings found("connector.refused");
    found.failed("a", "the bank says \x1b[2J " + std::string(120, 'y'), {"b", command});
    const std::string text = as_text(found.all(), Look{});
    EXPECT_THAT(text, HasSubstr(command + "\n"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(DoctorReport, json_is_a_page_with_the_worst_state) {
    const auto page = wire::JsonDocument::parse(as_json(some()));
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->root().member("state")->string(), "failed");
    EXPECT_TRUE(page->root().member("next")->is_null());
    const wire::Json data = *page->root().member("data");
    ASSERT_EQ(data.size(), 3U);
    EXPECT_TRUE(data.at(0).member("command")->is_null());
    EXPECT_EQ(data.at(1).member("command")->string(), "settled serve --data /d");
    EXPECT_EQ(data.at(1).member("docs")->string(), "docs/operating/doctor.md#connectorkey");
}

TEST(DoctorReport, the_worst_state_counts) {
    Findings found("x");
    EXPECT_EQ(worst_of(found.all()), State::ok);
    found.skipped("", "");
    EXPECT_EQ(worst_of(found.all()), State::ok);
    found.warning("", "", {});
    EXPECT_EQ(worst_of(found.all()), State::warning);
    found.failed("", "", {});
    EXPECT_EQ(worst_of(found.all()), State::failed);
}

TEST(DoctorChecks, each_has_an_id_of_its_own) {
    std::set<std::string_view> ids;
    for (const Check& check : all_checks())
        EXPECT_TRUE(ids.insert(check.id).second) << check.id;
}

} // namespace
} // namespace settled::cli::doctor
