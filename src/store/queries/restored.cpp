#include "store/queries/restored.h"

#include "store/queries/installation.h"

#include <fmt/format.h>

#include <charconv>

namespace settled::store {

namespace {

constexpr std::string_view mark_name = "restore_mark"; // "RESTORED_AT NEWEST_AT", microseconds

const Statement find_end{"SELECT restored_at, ended_at, ended_by, reason FROM restore_end "
                         "WHERE tenant_id = $1"};
const Statement put_end{
    "INSERT INTO restore_end (tenant_id, restored_at, ended_at, ended_by, reason) VALUES ($1, $2, "
    "$3, $4, $5) ON CONFLICT (tenant_id) DO UPDATE SET restored_at = excluded.restored_at, "
    "ended_at = excluded.ended_at, ended_by = excluded.ended_by, reason = excluded.reason"};
// Ids carry their time.
#define NEWEST_OF(table)                                                                           \
    "COALESCE((SELECT id FROM " table " WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1), 0)"
const Statement newest{"SELECT " NEWEST_OF("webhook") ", " NEWEST_OF("settlement") ", " NEWEST_OF(
    "payment") ", " NEWEST_OF("event") ", " NEWEST_OF("call") ", " NEWEST_OF("payment_order")};
#undef NEWEST_OF
const Statement newest_webhook{
    "SELECT id FROM webhook WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1"};

Instant instant_in(std::string_view text) {
    Instant at;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), at.us);
    SETTLED_ASSERT(error == std::errc{} && end == text.data() + text.size(),
                   "the store holds a restore mark that is none");
    return at;
}

} // namespace

Step<std::optional<RestoreMark>> find_restore_mark(Session& s) {
    const auto value = co_await find_installation_value(s, mark_name);
    if (!value)
        co_return std::nullopt;
    const std::string_view text = as_text(*value);
    const std::size_t space = text.find(' ');
    SETTLED_ASSERT(space != text.npos, "the store holds a restore mark that is none");
    co_return RestoreMark{instant_in(text.substr(0, space)), instant_in(text.substr(space + 1))};
}

Step<> put_restore_mark(Session& s, RestoreMark mark) {
    const std::string text = fmt::format("{} {}", mark.restored_at.us, mark.newest_at.us);
    co_await set_installation_value(s, std::string(mark_name), Bytes(text.begin(), text.end()));
}

Step<std::optional<RestoreEnd>> find_restore_end(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(find_end, tenant);
    if (rows.empty())
        co_return std::nullopt;
    const Row row = rows.front();
    co_return RestoreEnd{tenant, row.instant(0), row.instant(1), row.string(2), row.string(3)};
}

Step<> put_restore_end(Session& s, const RestoreEnd& end) {
    co_await s.send(put_end, end.tenant, end.restored_at, end.ended_at, end.ended_by, end.reason);
}

Step<std::optional<Instant>> newest_row_at(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(newest, tenant);
    std::int64_t id = 0;
    for (std::size_t column = 0; column < 6; ++column)
        id = std::max(id, rows.front().integer(column));
    co_return id == 0 ? std::nullopt : std::optional(time_of_id(id));
}

Step<std::optional<Instant>> newest_from_bank_at(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(newest_webhook, tenant);
    co_return rows.empty() ? std::nullopt : std::optional(time_of_id(rows.front().integer(0)));
}

} // namespace settled::store
