#include "store/sqlite/time_seen.h"

#include <fmt/format.h>

namespace settled::store::sqlite {

namespace {

using namespace std::chrono_literals;

constexpr auto interval = 1s;

} // namespace

Result<> go_on_from_what_was_seen(Connection& connection, RisingClock& time) {
    TRY(const std::int64_t seen,
        connection.number("SELECT coalesce(max(CAST(CAST(value AS TEXT) AS INTEGER)), 0) FROM "
                          "installation WHERE name = 'time_seen'"));
    if (seen > 0)
        time.go_on_from(Instant{seen} + interval);
    return {};
}

Result<> TimeSeen::leave(Connection& connection) {
    leaving_ = written_;
    if (time_ == nullptr)
        return {};
    const Instant now = time_->now();
    if (now - written_ < interval)
        return {};
    leaving_ = now;
    return connection.script(
        fmt::format("INSERT INTO installation (name, value) VALUES ('time_seen', CAST('{}' AS "
                    "BLOB)) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    now.us));
}

} // namespace settled::store::sqlite
