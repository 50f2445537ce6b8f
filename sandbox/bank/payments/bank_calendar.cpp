#include "sandbox/bank/payments/bank_calendar.h"

namespace settled::sandbox {

namespace {

using namespace std::chrono;

sys_time<microseconds> as_time(Instant at) {
    return sys_time<microseconds>(microseconds(at.us));
}

} // namespace

void BankCalendar::set_time(std::optional<Instant> now) {
    ahead_ = now ? *now - clock_.now() : microseconds(0);
}

sys_days BankCalendar::today() const {
    return floor<days>(as_time(now()));
}

bool BankCalendar::is_working_day(sys_days day) const {
    const weekday w(day);
    return w != Saturday && w != Sunday && !closed_.contains(day);
}

sys_days BankCalendar::next_working_day(sys_days day) const {
    do
        day += days(1);
    while (!is_working_day(day));
    return day;
}

bool BankCalendar::is_chaps_open() const {
    if (!hours_)
        return true;
    const microseconds of_day = as_time(now()) - today();
    return is_working_day(today()) && of_day >= hours_->from && of_day < hours_->until;
}

} // namespace settled::sandbox
