#include "store/queries/series.h"

#include <fmt/format.h>

#include <numeric>
#include <string>

namespace settled::store {

namespace {

const Statement webhooks{"SELECT count(*) FROM (SELECT id FROM webhook WHERE tenant_id = $1 AND "
                         "id >= $2 AND id < $3 ORDER BY id LIMIT $4) AS counted"};
const Statement deliveries{
    "SELECT count(*) FROM (SELECT kind FROM task WHERE tenant_id = $1 AND id >= $2 AND id < $3 "
    "ORDER BY id LIMIT $4) AS counted WHERE kind = 'delivery'"};
const Statement matches{
    "SELECT rank, count(*) FROM (SELECT rank FROM settlement_match WHERE tenant_id = $1 AND id >= "
    "$2 AND id < $3 ORDER BY id LIMIT $4) AS counted GROUP BY rank"};

std::string text_of_told() {
    std::string bucket = "CASE";
    for (std::size_t i = 0; i < told_bounds_ms.size(); ++i)
        bucket += fmt::format(" WHEN took <= {} THEN {}", told_bounds_ms[i] * 1'000, i);
    bucket += fmt::format(" ELSE {} END", told_bounds_ms.size());
    return fmt::format(
        "SELECT {} AS bucket, count(*) FROM (SELECT updated_at - created_at AS took, kind, status "
        "FROM task WHERE tenant_id = $1 AND id >= $2 AND id < $3 ORDER BY id LIMIT $4) AS counted "
        "WHERE kind = 'delivery' AND status = 'done' GROUP BY bucket",
        bucket);
}
const std::string told_text = text_of_told(); // statements borrow their texts
const Statement told{told_text};

} // namespace

Step<std::int64_t> count_webhooks_in(Session& s, TenantId tenant, Span span, std::int64_t most) {
    const Rows rows =
        co_await s.run(webhooks, tenant, first_id_at(span.from), first_id_at(span.to), most);
    co_return rows.front().integer(0);
}

Step<std::int64_t> count_deliveries_in(Session& s, TenantId tenant, Span span, std::int64_t most) {
    const Rows rows =
        co_await s.run(deliveries, tenant, first_id_at(span.from), first_id_at(span.to), most);
    co_return rows.front().integer(0);
}

Step<std::map<std::int64_t, std::int64_t>> count_matches_in(Session& s, TenantId tenant, Span span,
                                                            std::int64_t most) {
    const Rows rows =
        co_await s.run(matches, tenant, first_id_at(span.from), first_id_at(span.to), most);
    std::map<std::int64_t, std::int64_t> by_rank;
    for (std::size_t i = 0; i < rows.size(); ++i)
        by_rank[rows[i].integer(0)] = rows[i].integer(1);
    co_return by_rank;
}

Step<ToldCounts> count_told_in(Session& s, TenantId tenant, Span span, std::int64_t most) {
    const Rows rows =
        co_await s.run(told, tenant, first_id_at(span.from), first_id_at(span.to), most);
    ToldCounts counts{};
    for (std::size_t i = 0; i < rows.size(); ++i)
        counts.at(static_cast<std::size_t>(rows[i].integer(0))) = rows[i].integer(1);
    co_return counts;
}

std::optional<std::int64_t> percentile_of(const ToldCounts& counts, std::int64_t of_hundred) {
    const std::int64_t all = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    if (all == 0)
        return std::nullopt;
    const std::int64_t wanted = (all * of_hundred + 99) / 100;
    std::int64_t seen = 0;
    for (std::size_t i = 0; i < told_bounds_ms.size(); ++i) {
        seen += counts[i];
        if (seen >= wanted)
            return told_bounds_ms[i];
    }
    return told_bounds_ms.back();
}

} // namespace settled::store
