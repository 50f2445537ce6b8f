#include "domain/uk/calendar.h"

#include "domain/uk/london_time.h"

namespace settled::domain {

namespace {

using namespace std::chrono;

constexpr int days_looked_at = 366;

// "08:00"; 24:00 is the end of the day.
std::optional<minutes> parse_minutes(std::string_view text) {
    const auto digit = [text](std::size_t at) {
        return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : -1;
    };
    if (text.size() != 5 || text[2] != ':' || digit(0) < 0 || digit(1) < 0 || digit(3) < 0 ||
        digit(4) < 0)
        return std::nullopt;
    const hours h(digit(0) * 10 + digit(1));
    const minutes m(digit(3) * 10 + digit(4));
    if (m >= hours(1) || h + m > hours(24))
        return std::nullopt;
    return h + m;
}

bool is_chaps_day(const Calendar& calendar, sys_days day) {
    return !calendar.chaps_on_working_days || calendar.is_working_day(day);
}

} // namespace

Result<Hours> parse_hours(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos)
        return fail(Code::value_invalid, "give FROM-UNTIL, such as 08:00-17:00");
    const auto from = parse_minutes(text.substr(0, dash));
    const auto until = parse_minutes(text.substr(dash + 1));
    if (!from || !until)
        return fail(Code::value_invalid, "give both times as HH:MM, such as 08:00-17:00");
    if (*from >= *until)
        return fail(Code::value_invalid, "the hours end before they begin");
    return Hours{*from, *until};
}

bool Calendar::is_working_day(sys_days day) const {
    const weekday w(day);
    return w != Saturday && w != Sunday && !holidays.contains(day);
}

bool Calendar::is_chaps_open(Instant at) const {
    const LondonTime there = london_time(at);
    return is_chaps_day(*this, there.date) && there.of_day >= chaps_hours.from &&
           there.of_day < chaps_hours.until;
}

Instant Calendar::chaps_opening(Instant at) const {
    if (is_chaps_open(at))
        return at;
    sys_days day = london_time(at).date;
    Instant opening = at;
    for (int i = 0; i < days_looked_at; ++i, day += days(1)) {
        opening = london_moment(day, chaps_hours.from);
        if (is_chaps_day(*this, day) && opening > at)
            break;
    }
    return opening;
}

sys_days Calendar::working_day_after(Instant at, int n) const {
    sys_days day = london_time(at).date;
    for (int i = 0; n > 0 && i < days_looked_at * n; ++i) {
        day += days(1);
        if (is_working_day(day))
            --n;
    }
    return day;
}

} // namespace settled::domain
