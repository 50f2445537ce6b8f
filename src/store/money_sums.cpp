#include "store/money_sums.h"

#include "base/assert.h"
#include "store/figures.h"
#include "store/many_rows.h"
#include "store/run_with.h"
#include "store/tally.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

namespace settled::store {

namespace {

constexpr std::int64_t billion = 1'000'000'000;
constexpr std::chrono::seconds no_length{0}; // of rows of what is so now

constexpr std::size_t columns = 9;
constexpr std::size_t rows_max = 5; // a statement has at most 48 values

std::array<std::string, rows_max> add_texts;
// Statements are made before there are threads and connections.
const auto add = make_inserts<rows_max>(
    add_texts,
    "money_sum (tenant_id, part, length, start_at, currency, writer_id, number, billions, rest)",
    columns,
    " ON CONFLICT (tenant_id, part, length, start_at, currency, writer_id) DO UPDATE SET number = "
    "money_sum.number + excluded.number, billions = money_sum.billions + excluded.billions, rest = "
    "money_sum.rest + excluded.rest");

#define SUMS                                                                                       \
    "currency, CAST(sum(billions) AS bigint), CAST(sum(number) AS bigint), "                       \
    "CAST(sum(rest) AS bigint)"
// Each part but `settled`, by name: a range would go through all rows of the tenant.
const Statement open_now{"SELECT " SUMS ", part FROM money_sum WHERE tenant_id = $1 AND part IN "
                         "(1, 2, 3, 4, 5) AND length = 0 GROUP BY part, currency ORDER BY part, "
                         "currency"};
const Statement received_then{
    "SELECT " SUMS " FROM money_sum WHERE tenant_id = $1 AND part = $2 AND length = $3 AND "
    "start_at >= $4 AND start_at < $5 GROUP BY currency ORDER BY currency"};
#undef SUMS
const Statement tenants_with_old{
    "SELECT t.id, (SELECT m.start_at FROM money_sum m WHERE m.tenant_id = t.id AND m.part = $1 AND "
    "m.length = $2 ORDER BY m.start_at LIMIT 1) FROM tenant t"};
const Statement oldest{"SELECT start_at FROM money_sum WHERE tenant_id = $1 AND part = $2 AND "
                       "length = $3 AND start_at < $4 ORDER BY start_at LIMIT $5"};
const Statement drop{"DELETE FROM money_sum WHERE tenant_id = $1 AND part = $2 AND length = $3 AND "
                     "start_at <= $4"};

std::int64_t number_of(MoneyPart part) {
    return static_cast<std::int64_t>(part);
}

// Tenant, part, length in seconds, start, currency.
using Key = std::tuple<TenantId, MoneyPart, std::int64_t, Instant, std::string>;
struct Change {
    std::int64_t number = 0, billions = 0, rest = 0;

    bool is_none() const { return number == 0 && billions == 0 && rest == 0; }
};
using Changes = std::map<Key, Change>;

void note(Changes& changes, const MoneyItem& item, std::chrono::seconds length, Instant start) {
    const std::int64_t sign = item.is_added ? 1 : -1;
    Change& change = changes[{item.tenant, item.part, length.count(), start,
                              std::string(item.amount.currency.code())}];
    change.number += sign;
    change.billions += sign * (item.amount.minor / billion);
    change.rest += sign * (item.amount.minor % billion);
}

// Without those that come to nothing: of a settlement that is stored and matched by one group, say.
Changes changes_of(const std::vector<MoneyItem>& items) {
    Changes changes;
    for (const MoneyItem& item : items) {
        if (item.part != MoneyPart::settled) {
            note(changes, item, no_length, Instant{});
            continue;
        }
        for (const std::chrono::seconds length : {minute_row, hour_row})
            note(changes, item, length, start_of_row(item.received_at, length));
    }
    std::erase_if(changes, [](const auto& entry) { return entry.second.is_none(); });
    return changes;
}

std::int64_t joined(std::int64_t billions, std::int64_t rest) {
    std::int64_t sum = 0;
    if (__builtin_mul_overflow(billions, billion, &sum) || __builtin_add_overflow(sum, rest, &sum))
        return std::numeric_limits<std::int64_t>::max();
    return sum;
}

MoneyCount sum_in(const Row& row) {
    const auto currency = Currency::parse(row.text(0));
    SETTLED_ASSERT(currency.has_value(), "the store holds a currency that is none");
    return {{joined(row.integer(1), row.integer(3)), *currency}, row.integer(2)};
}

} // namespace

std::optional<MoneyPart> part_of(domain::PaymentStatus status) {
    using enum domain::PaymentStatus;
    switch (status) {
    case expected:
        return MoneyPart::expected;
    case partially_settled:
        return MoneyPart::partially_settled;
    case overdue:
        return MoneyPart::overdue;
    default:
        return std::nullopt;
    }
}

std::optional<MoneyPart> part_of(domain::SettlementStatus status, bool is_booked) {
    using enum domain::SettlementStatus;
    switch (status) {
    case unmatched:
        return is_booked ? std::nullopt : std::optional(MoneyPart::unmatched);
    case ambiguous:
        return MoneyPart::in_review;
    case matched:
        return MoneyPart::settled;
    default:
        return std::nullopt;
    }
}

void count_money(Session& s, const MoneyItem& item) {
    tally_of(s).add(item);
}

void count_settlement(Session& s, TenantId tenant, const SettlementState& state, bool is_added) {
    if (const auto part = part_of(state.status, state.is_booked))
        count_money(s, {tenant, *part, state.amount, is_added, state.received_at});
}

Step<> write_money_sums(Session& s, const std::vector<MoneyItem>& items, std::int64_t writer) {
    const Changes changes = changes_of(items);
    auto next = changes.begin();
    for (std::size_t left = changes.size(); left > 0;) {
        const std::size_t count = std::min(rows_max, left);
        std::vector<Value> values;
        for (std::size_t i = 0; i < count; ++i, ++next) {
            const auto& [tenant, part, length, start, currency] = next->first;
            const Change& change = next->second;
            values.insert(values.end(),
                          {Value(tenant), Value(number_of(part)), Value(length), Value(start),
                           Value(currency), Value(writer), Value(change.number),
                           Value(change.billions), Value(change.rest)});
        }
        co_await send_with(s, *add.at(count - 1), std::move(values));
        left -= count;
    }
}

std::vector<MoneyCount> sums_in(const Rows& rows) {
    std::vector<MoneyCount> sums;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].integer(2) != 0)
            sums.push_back(sum_in(rows[i]));
    return sums;
}

Step<OpenMoney> read_open_money(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(open_now, tenant);
    OpenMoney open;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].integer(2) != 0)
            open[static_cast<MoneyPart>(rows[i].integer(4))].push_back(sum_in(rows[i]));
    co_return open;
}

Step<std::vector<MoneyCount>> read_settled_money(Session& s, TenantId tenant, Received received) {
    const Rows rows =
        co_await s.run(received_then, tenant, number_of(MoneyPart::settled),
                       static_cast<std::int64_t>(received.row.count()), received.from, received.to);
    co_return sums_in(rows);
}

Step<Bitten> drop_old_money_sums(Session& s, std::chrono::seconds length, Instant until,
                                 Bite bite) {
    const std::int64_t part = number_of(MoneyPart::settled);
    const auto row = static_cast<std::int64_t>(length.count());
    const Rows tenants = co_await s.run(tenants_with_old, part, row);
    for (std::size_t i = 0; i < tenants.size(); ++i) {
        if (tenants[i].is_null(1) || tenants[i].instant(1) >= until)
            continue;
        const auto tenant = tenants[i].id<TenantId>(0);
        const Rows old = co_await s.run(oldest, tenant, part, row, until,
                                        static_cast<std::int64_t>(bite.rows_max));
        const Rows dropped =
            co_await s.run(drop, tenant, part, row, old[old.size() - 1].instant(0));
        co_return Bitten{static_cast<std::int64_t>(dropped.changed()), true};
    }
    co_return Bitten{};
}

} // namespace settled::store
