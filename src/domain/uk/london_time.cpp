#include "domain/uk/london_time.h"

namespace settled::domain {

namespace {

using namespace std::chrono;

constexpr hours change_at{1}; // UTC, both changes

std::int64_t since_epoch(sys_days day) {
    return duration_cast<microseconds>(day.time_since_epoch()).count();
}

Instant change_of(year y, month m) {
    const sys_days day = y / m / Sunday[last];
    return Instant{since_epoch(day) + microseconds(change_at).count()};
}

sys_days day_of(std::int64_t us) {
    return floor<days>(sys_time<microseconds>(microseconds(us)));
}

} // namespace

bool is_summer_time(Instant at) {
    const year y = year_month_day(day_of(at.us)).year();
    return at >= change_of(y, March) && at < change_of(y, October);
}

LondonTime london_time(Instant at) {
    const std::int64_t shown =
        at.us + (is_summer_time(at) ? microseconds(hours(1)).count() : std::int64_t{0});
    const sys_days date = day_of(shown);
    return {date, microseconds(shown - since_epoch(date))};
}

Instant london_moment(sys_days date, minutes of_day) {
    const Instant as_utc{since_epoch(date) + microseconds(of_day).count()};
    const Instant in_summer = as_utc - microseconds(hours(1));
    if (is_summer_time(in_summer))
        return in_summer;
    const Instant begins = change_of(year_month_day(date).year(), March);
    // Shown by no clock: summer time has begun meanwhile.
    return as_utc >= begins && in_summer < begins ? begins : as_utc;
}

} // namespace settled::domain
