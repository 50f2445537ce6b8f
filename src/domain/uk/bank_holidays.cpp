#include "domain/uk/bank_holidays.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace settled::domain {

namespace {

using namespace std::chrono;

constexpr std::size_t lines_max = 10'000; // of several centuries

// The anonymous Gregorian computus (Meeus, Jones and Butcher).
sys_days easter_sunday(int y) {
    const int a = y % 19;
    const int b = y / 100;
    const int c = y % 100;
    const int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    const int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    const int m = (a + 11 * h + 22 * l) / 451;
    const int n = h + l - 7 * m + 114;
    return year(y) / month(static_cast<unsigned>(n / 31)) / day(static_cast<unsigned>(n % 31 + 1));
}

bool is_weekend(sys_days day) {
    const weekday w(day);
    return w == Saturday || w == Sunday;
}

// Days that were proclaimed, and days that were moved from the rule's.
struct Exception {
    sys_days day;
    bool is_holiday;
};
constexpr std::array exceptions{
    Exception{2020y / May / 4, false},       // moved to the 8th: 75 years after the war
    Exception{2020y / May / 8, true},        //
    Exception{2022y / May / 30, false},      // moved to 2 June: Platinum Jubilee
    Exception{2022y / June / 2, true},       //
    Exception{2022y / June / 3, true},       //
    Exception{2022y / September / 19, true}, // funeral of Queen Elizabeth II
    Exception{2023y / May / 8, true},        // coronation of King Charles III
};

// New Year's Day, and Christmas Day and Boxing Day: on a weekend the next days that are none.
bool is_fixed_or_substitute(sys_days day) {
    const year y = year_month_day(day).year();
    sys_days new_year = y / January / 1;
    while (is_weekend(new_year))
        new_year += days(1);
    const sys_days christmas = y / December / 25;
    const sys_days boxing = y / December / 26;
    if (day == new_year || (!is_weekend(day) && (day == christmas || day == boxing)))
        return true;
    // Substitutes: the 27th and 28th, as many as fell on the weekend.
    const int missed = (is_weekend(christmas) ? 1 : 0) + (is_weekend(boxing) ? 1 : 0);
    sys_days next = y / December / 27;
    for (int i = 0; i < missed; ++i) {
        while (is_weekend(next))
            next += days(1);
        if (day == next)
            return true;
        next += days(1);
    }
    return false;
}

bool is_by_rule(sys_days day) {
    const auto* const exception = std::ranges::find(exceptions, day, &Exception::day);
    if (exception != exceptions.end())
        return exception->is_holiday;
    const year y = year_month_day(day).year();
    const sys_days easter = easter_sunday(static_cast<int>(y));
    return is_fixed_or_substitute(day) || day == easter - days(2) || day == easter + days(1) ||
           day == sys_days(y / May / Monday[1]) || day == sys_days(y / May / Monday[last]) ||
           day == sys_days(y / August / Monday[last]);
}

std::optional<sys_days> parse_date(std::string_view text) {
    if (text.size() < 10 || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    if (text.size() > 10 && text[10] != ' ' && text[10] != '\t' && text[10] != ',')
        return std::nullopt;
    std::array<int, 3> numbers{};
    constexpr std::array<std::pair<std::size_t, std::size_t>, 3> parts{{{0, 4}, {5, 2}, {8, 2}}};
    for (std::size_t i = 0; i < parts.size(); ++i)
        for (const char c : text.substr(parts[i].first, parts[i].second)) {
            if (c < '0' || c > '9')
                return std::nullopt;
            numbers[i] = numbers[i] * 10 + (c - '0');
        }
    const year_month_day date = year(numbers[0]) / month(static_cast<unsigned>(numbers[1])) /
                                day(static_cast<unsigned>(numbers[2]));
    return date.ok() && numbers[0] >= 1900 ? std::optional(sys_days(date)) : std::nullopt;
}

} // namespace

Result<BankHolidays> BankHolidays::parse(std::string_view text) {
    BankHolidays read;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (++number > lines_max)
            return fail(Code::value_invalid, fmt::format("more than {} lines", lines_max));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty() || line.starts_with('#') || line.find_first_not_of(" \t") == line.npos)
            continue;
        const auto day = parse_date(line);
        if (!day)
            return fail(Code::value_invalid,
                        fmt::format("line {}: begin it with a date, such as 2027-12-27", number));
        read.days_.insert(*day);
        read.years_.insert(static_cast<int>(year_month_day(*day).year()));
    }
    if (read.days_.empty())
        return fail(Code::value_invalid, "there is no date in it");
    return read;
}

bool BankHolidays::contains(sys_days day) const {
    if (years_.contains(static_cast<int>(year_month_day(day).year())))
        return days_.contains(day);
    return is_by_rule(day);
}

std::vector<int> BankHolidays::years_of_file() const {
    return {years_.begin(), years_.end()};
}

} // namespace settled::domain
