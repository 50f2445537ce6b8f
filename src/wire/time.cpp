#include "wire/time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace settled::wire {
namespace {

namespace chrono = std::chrono;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t minute_us = 60 * second_us;
constexpr std::int64_t day_us = 24 * 60 * minute_us;

constexpr std::int64_t start_of(int year) {
    const chrono::sys_days day = chrono::year(year) / chrono::January / 1;
    return std::int64_t{day.time_since_epoch().count()} * day_us;
}
constexpr std::int64_t first_written_us = start_of(0);
constexpr std::int64_t end_us = start_of(10'000);

// Reads a text from the left; every step says whether it found what it needs.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool done() const { return rest_.empty(); }
    bool take(char c) {
        if (rest_.empty() || rest_.front() != c)
            return false;
        rest_.remove_prefix(1);
        return true;
    }
    // Exactly `count` digits, and the number in [low, high].
    std::optional<int> number(std::size_t count, int low, int high) {
        if (rest_.size() < count)
            return std::nullopt;
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9')
                return std::nullopt;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return value >= low && value <= high ? std::optional(value) : std::nullopt;
    }
    // One to nine digits after the point, as microseconds.
    std::optional<int> fraction_us() {
        std::size_t count = 0;
        int value = 0;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
            if (++count <= 6)
                value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (count == 0 || count > 9)
            return std::nullopt;
        for (; count < 6; ++count)
            value *= 10;
        return value;
    }

  private:
    std::string_view rest_;
};

std::optional<chrono::sys_days> read_date(Reader& in) {
    const auto year = in.number(4, 1970, 9999);
    if (!year || !in.take('-'))
        return std::nullopt;
    const auto month = in.number(2, 1, 12);
    if (!month || !in.take('-'))
        return std::nullopt;
    const auto day = in.number(2, 1, 31);
    if (!day)
        return std::nullopt;
    const chrono::year_month_day date{chrono::year(*year),
                                      chrono::month(static_cast<unsigned>(*month)),
                                      chrono::day(static_cast<unsigned>(*day))};
    return date.ok() ? std::optional(chrono::sys_days(date)) : std::nullopt;
}

struct TimeOfDay {
    std::int64_t minutes; // since midnight
    int second;           // 60 in a leap second
    int us;
};

std::optional<TimeOfDay> read_time(Reader& in) {
    const auto hour = in.number(2, 0, 23);
    if (!hour || !in.take(':'))
        return std::nullopt;
    const auto minute = in.number(2, 0, 59);
    if (!minute || !in.take(':'))
        return std::nullopt;
    const auto second = in.number(2, 0, 60);
    if (!second)
        return std::nullopt;
    int us = 0;
    if (in.take('.')) {
        const auto fraction = in.fraction_us();
        if (!fraction)
            return std::nullopt;
        us = *fraction;
    }
    return TimeOfDay{*hour * 60 + *minute, *second, us};
}

// Minutes by which the written time is ahead of UTC.
std::optional<std::int64_t> read_zone(Reader& in) {
    if (in.take('Z'))
        return 0;
    const bool ahead = in.take('+');
    if (!ahead && !in.take('-'))
        return std::nullopt;
    const auto hours = in.number(2, 0, 23);
    if (!hours || !in.take(':'))
        return std::nullopt;
    const auto minutes = in.number(2, 0, 59);
    if (!minutes)
        return std::nullopt;
    const std::int64_t offset = *hours * 60 + *minutes;
    return ahead ? offset : -offset;
}

// A leap second can only follow the last minute of a month in UTC.
bool ends_a_month(std::int64_t minute_start_us) {
    const std::int64_t next = minute_start_us + minute_us;
    if (next % day_us != 0)
        return false;
    const chrono::sys_days day{chrono::days(next / day_us)};
    return chrono::year_month_day(day).day() == chrono::day(1);
}

std::optional<Instant> assemble(chrono::sys_days date, const TimeOfDay& time,
                                std::int64_t zone_minutes) {
    const std::int64_t minute_start =
        date.time_since_epoch().count() * day_us + (time.minutes - zone_minutes) * minute_us;
    std::int64_t us = minute_start + time.second * second_us + time.us;
    if (time.second == 60) {
        if (!ends_a_month(minute_start))
            return std::nullopt;
        us = minute_start + minute_us - 1;
    }
    return us >= 0 && us < end_us ? std::optional(Instant{us}) : std::nullopt;
}

enum class Leniency { none, bank };

std::optional<Instant> read(std::string_view text, Leniency leniency) {
    Reader in(text);
    const auto date = read_date(in);
    if (!date)
        return std::nullopt;
    TimeOfDay time{0, 0, 0};
    std::int64_t zone = 0;
    if (leniency == Leniency::none || !in.done()) {
        if (!in.take('T'))
            return std::nullopt;
        const auto written = read_time(in);
        if (!written)
            return std::nullopt;
        time = *written;
        if (leniency == Leniency::none || !in.done()) {
            const auto offset = read_zone(in);
            if (!offset || !in.done())
                return std::nullopt;
            zone = *offset;
        }
    }
    return assemble(*date, time, zone);
}

Result<Instant> or_error(std::optional<Instant> at) {
    if (!at)
        return fail(Code::timestamp_invalid, "expected a time like 2026-11-22T10:00:01.204Z");
    return *at;
}

void put(char* out, unsigned value, int digits) {
    for (int i = digits - 1; i >= 0; --i, value /= 10)
        out[i] = static_cast<char>('0' + value % 10);
}

} // namespace

std::string to_rfc3339(Instant at) {
    const std::int64_t us = std::clamp(at.us, first_written_us, end_us - 1);
    const chrono::sys_time<chrono::microseconds> point{chrono::microseconds(us)};
    const auto midnight = chrono::floor<chrono::days>(point);
    const chrono::year_month_day date(midnight);
    const auto ms =
        static_cast<unsigned>(chrono::floor<chrono::milliseconds>(point - midnight).count());

    std::string out = "0000-00-00T00:00:00.000Z";
    put(out.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put(out.data() + 5, static_cast<unsigned>(date.month()), 2);
    put(out.data() + 8, static_cast<unsigned>(date.day()), 2);
    put(out.data() + 11, ms / 3'600'000, 2);
    put(out.data() + 14, ms / 60'000 % 60, 2);
    put(out.data() + 17, ms / 1000 % 60, 2);
    put(out.data() + 20, ms % 1000, 3);
    return out;
}

Result<Instant> parse_rfc3339(std::string_view text) {
    return or_error(read(text, Leniency::none));
}

Result<Instant> parse_bank_time(std::string_view text) {
    return or_error(read(text, Leniency::bank));
}

} // namespace settled::wire
