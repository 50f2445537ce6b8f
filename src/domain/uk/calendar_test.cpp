#include "domain/uk/calendar.h"

#include "domain/uk/london_time.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <set>
#include <string>

namespace settled::domain {
namespace {

using namespace std::chrono;

// What is published at gov.uk for England and Wales.
const std::set<std::string> published{
    "2020-01-01", "2020-04-10", "2020-04-13", "2020-05-08", "2020-05-25", "2020-08-31",
    "2020-12-25", "2020-12-28", "2021-01-01", "2021-04-02", "2021-04-05", "2021-05-03",
    "2021-05-31", "2021-08-30", "2021-12-27", "2021-12-28", "2022-01-03", "2022-04-15",
    "2022-04-18", "2022-05-02", "2022-06-02", "2022-06-03", "2022-08-29", "2022-09-19",
    "2022-12-26", "2022-12-27", "2023-01-02", "2023-04-07", "2023-04-10", "2023-05-01",
    "2023-05-08", "2023-05-29", "2023-08-28", "2023-12-25", "2023-12-26", "2024-01-01",
    "2024-03-29", "2024-04-01", "2024-05-06", "2024-05-27", "2024-08-26", "2024-12-25",
    "2024-12-26", "2025-01-01", "2025-04-18", "2025-04-21", "2025-05-05", "2025-05-26",
    "2025-08-25", "2025-12-25", "2025-12-26", "2026-01-01", "2026-04-03", "2026-04-06",
    "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28", "2027-01-01",
    "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30", "2027-12-27",
    "2027-12-28"};

// Of the C library, by a rule in POSIX form: it shares nothing with the code under test.
class CLibrary {
  public:
    CLibrary() {
        const char* const before = std::getenv("TZ");
        before_ = before == nullptr ? "" : before;
        set("GMT0BST,M3.5.0/1,M10.5.0/2");
    }
    ~CLibrary() { set(before_); }
    CLibrary(const CLibrary&) = delete;
    CLibrary& operator=(const CLibrary&) = delete;

    static std::tm london(std::int64_t seconds) {
        const std::time_t at = seconds;
        std::tm shown{};
        localtime_r(&at, &shown);
        return shown;
    }

  private:
    static void set(const std::string& zone) {
        if (zone.empty())
            unsetenv("TZ");
        else
            setenv("TZ", zone.c_str(), 1);
        tzset();
    }
    std::string before_;
};

std::string day_of(const std::tm& shown) {
    std::array<char, 16> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d", &shown);
    return {text.data(), size};
}

bool opens_by_the_table(const std::tm& shown) {
    return shown.tm_wday != 0 && shown.tm_wday != 6 && !published.contains(day_of(shown)) &&
           shown.tm_hour >= 8 && shown.tm_hour < 17;
}

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t begin_2026 = 1'767'225'600; // 2026-01-01T00:00:00Z
constexpr std::int64_t begin_2020 = 1'577'836'800;

Instant at(sys_days day, microseconds of_day) {
    return Instant{duration_cast<microseconds>(day.time_since_epoch()).count()} + of_day;
}

TEST(Calendar, shows_every_hour_of_two_years_as_the_c_library_does) {
    const CLibrary library;
    for (std::int64_t hour = 0; hour < 2 * 365 * 24; ++hour) {
        const std::int64_t seconds = begin_2026 + hour * 3600;
        const std::tm shown = CLibrary::london(seconds);
        const LondonTime ours = london_time({seconds * second});
        const year_month_day date(ours.date);
        ASSERT_EQ(static_cast<int>(date.year()), shown.tm_year + 1900) << seconds;
        ASSERT_EQ(static_cast<unsigned>(date.month()), static_cast<unsigned>(shown.tm_mon + 1))
            << seconds;
        ASSERT_EQ(static_cast<unsigned>(date.day()), static_cast<unsigned>(shown.tm_mday))
            << seconds;
        ASSERT_EQ(ours.of_day, hours(shown.tm_hour)) << seconds;
        ASSERT_EQ(is_summer_time({seconds * second}), shown.tm_isdst == 1) << seconds;
    }
}

TEST(Calendar, opens_chaps_in_every_hour_of_two_years_that_the_published_days_and_hours_give) {
    const CLibrary library;
    const Calendar calendar;
    std::vector<bool> open;
    for (std::int64_t hour = 0; hour < 2 * 365 * 24; ++hour) {
        const std::int64_t seconds = begin_2026 + hour * 3600;
        open.push_back(opens_by_the_table(CLibrary::london(seconds)));
        ASSERT_EQ(calendar.is_chaps_open({seconds * second}), open.back()) << seconds;
        const Instant last{(seconds + 3599) * second + 999'999};
        ASSERT_EQ(calendar.is_chaps_open(last), open.back()) << seconds;
    }
    // Of each hour, the next one that is open.
    std::int64_t next = -1;
    for (auto hour = static_cast<std::int64_t>(open.size()) - 1; hour >= 0; --hour) {
        if (open[static_cast<std::size_t>(hour)])
            next = hour;
        if (next < 0)
            continue; // the next opening lies in a third year
        const Instant from{(begin_2026 + hour * 3600) * second};
        const Instant expected{(begin_2026 + next * 3600) * second};
        ASSERT_EQ(calendar.chaps_opening(from), next == hour ? from : expected) << hour;
    }
}

TEST(Calendar, knows_all_holidays_of_eight_years_and_no_other) {
    const CLibrary library;
    const BankHolidays built_in;
    std::set<std::string> ours;
    for (std::int64_t day = 0; day < 8 * 365 + 2; ++day) {
        const std::int64_t seconds = begin_2020 + day * 86'400;
        if (built_in.contains(sys_days(days(seconds / 86'400))))
            ours.insert(day_of(CLibrary::london(seconds + 43'200)));
    }
    EXPECT_EQ(ours, published);
}

TEST(Calendar, keeps_the_hours_of_london_across_both_changes_of_time) {
    const Calendar calendar;
    struct Case {
        sys_days day;
        microseconds opens; // UTC
    };
    for (const Case& c :
         {Case{2026y / March / 27, hours(8)}, Case{2026y / March / 30, hours(7)},
          Case{2026y / October / 23, hours(7)}, Case{2026y / October / 26, hours(8)}}) {
        const Instant opens = at(c.day, c.opens);
        EXPECT_TRUE(calendar.is_chaps_open(opens));
        EXPECT_FALSE(calendar.is_chaps_open(opens - microseconds(1)));
        EXPECT_TRUE(calendar.is_chaps_open(opens + hours(9) - microseconds(1)));
        EXPECT_FALSE(calendar.is_chaps_open(opens + hours(9)));
        EXPECT_EQ(calendar.chaps_opening(opens - microseconds(1)), opens);
    }
    // From the Friday's close over the change to Monday.
    EXPECT_EQ(calendar.chaps_opening(at(2026y / March / 27, hours(17))),
              at(2026y / March / 30, hours(7)));
    EXPECT_EQ(calendar.chaps_opening(at(2026y / October / 23, hours(16))),
              at(2026y / October / 26, hours(8)));
}

TEST(Calendar, takes_the_moment_of_a_london_time_also_where_it_comes_twice_or_never) {
    EXPECT_EQ(london_moment(2026y / January / 5, hours(8)), at(2026y / January / 5, hours(8)));
    EXPECT_EQ(london_moment(2026y / July / 6, hours(8)), at(2026y / July / 6, hours(7)));
    EXPECT_EQ(london_moment(2026y / July / 6, hours(0)), at(2026y / July / 5, hours(23)));
    // 01:30 comes twice on 25 October and never on 29 March.
    EXPECT_EQ(london_moment(2026y / October / 25, minutes(90)),
              at(2026y / October / 25, minutes(30)));
    EXPECT_EQ(london_moment(2026y / March / 29, minutes(90)), at(2026y / March / 29, hours(1)));
    EXPECT_EQ(london_moment(2026y / March / 29, hours(2)), at(2026y / March / 29, hours(1)));
}

TEST(Calendar, counts_working_days_over_holidays_and_weekends) {
    const Calendar calendar;
    const Instant eve = at(2026y / December / 24, hours(12));
    EXPECT_EQ(calendar.working_day_after(eve, 1), sys_days(2026y / December / 29));
    EXPECT_EQ(calendar.working_day_after(eve, 2), sys_days(2026y / December / 30));
    // Half an hour before midnight UTC it is the next day in London's summer.
    EXPECT_EQ(calendar.working_day_after(at(2026y / July / 6, hours(23) + minutes(30)), 1),
              sys_days(2026y / July / 8));
}

TEST(Calendar, takes_other_hours_and_all_days) {
    Calendar calendar;
    calendar.chaps_hours = parse_hours("06:00-24:00").value();
    calendar.chaps_on_working_days = false;
    EXPECT_TRUE(calendar.is_chaps_open(at(2026y / December / 25, hours(23))));
    EXPECT_FALSE(calendar.is_chaps_open(at(2026y / December / 25, hours(5))));
    EXPECT_EQ(calendar.chaps_opening(at(2026y / December / 26, hours(1))),
              at(2026y / December / 26, hours(6)));
}

TEST(Calendar, refuses_hours_that_are_none) {
    for (const char* const text :
         {"", "8-17", "08:00", "08:00-", "8:00-17:00", "17:00-08:00", "08:00-08:00", "08:60-17:00",
          "24:01-24:30", "08:00-25:00", "08:00–17:00", "ab:cd-ef:gh", "08:00-17:00 "})
        EXPECT_FALSE(parse_hours(text)) << text;
    EXPECT_EQ(parse_hours("00:00-24:00").value(), (Hours{minutes(0), hours(24)}));
}

TEST(BankHolidays, takes_the_years_of_a_file_from_it_alone) {
    const auto file =
        BankHolidays::parse("# proclaimed\r\n2030-01-01 New Year\n\n2030-07-15\n").value();
    EXPECT_TRUE(file.contains(2030y / July / 15));
    EXPECT_FALSE(file.contains(2030y / December / 25)); // the file does not name it
    EXPECT_TRUE(file.contains(2031y / December / 25));  // by the rule
    EXPECT_EQ(file.years_of_file(), std::vector<int>{2030});
    EXPECT_TRUE(BankHolidays().years_of_file().empty());
}

TEST(BankHolidays, refuses_a_file_that_is_none_and_names_the_line) {
    const auto refused = BankHolidays::parse("2030-01-01\n1 January 2031\n");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("line 2"), std::string::npos);
    for (const char* const text : {"", "# nothing\n", "2030-02-30", "2030-1-1", "2030-01-011",
                                   "20300101", "0000-01-01", "2030-13-01"})
        EXPECT_FALSE(BankHolidays::parse(text)) << text;
}

} // namespace
} // namespace settled::domain
