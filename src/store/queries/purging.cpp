#include "store/queries/purging.h"

#include "match/name_words.h"
#include "store/money_sums.h"
#include "store/queries/search_words.h"

namespace settled::store {

namespace {

const Statement old_payments{"SELECT id FROM payment WHERE tenant_id = $1 AND status = $2 AND id > "
                             "$3 AND id < $4 ORDER BY id LIMIT $5"};

#define DELIVERY_COLUMNS "id, kind, subject_id, lane_id, status, batch_id, updated_at"
// Never by the tenant's ids alone.
const Statement old_deliveries{"SELECT " DELIVERY_COLUMNS
                               " FROM task WHERE tenant_id = $1 AND (status, id) > ($2, $3) AND "
                               "status <= $2 AND id < $4 AND lane_id <> 0 ORDER BY status, id "
                               "LIMIT $5"};
// Bounded on both sides: SQLite would go through the tenant's tasks otherwise.
const Statement of_event{"SELECT " DELIVERY_COLUMNS
                         " FROM task WHERE tenant_id = $1 AND subject_id >= $2 AND subject_id <= "
                         "$2 AND kind = 'delivery' ORDER BY subject_id, kind, id LIMIT $3"};
#undef DELIVERY_COLUMNS
const Statement member{"SELECT id FROM task WHERE tenant_id = $1 AND batch_id >= $2 AND batch_id "
                       "<= $2 AND batch_id > 0 ORDER BY batch_id, id LIMIT 1"};
const Statement remove_task{"DELETE FROM task WHERE tenant_id = $1 AND id = $2 AND status IN "
                            "('done', 'cancelled') AND updated_at < $3"};
const Statement remove_attempts{"DELETE FROM attempt WHERE tenant_id = $1 AND task_id = $2"};
const Statement remove_body{"DELETE FROM delivery_body WHERE tenant_id = $1 AND id = $2"};

const Statement old_events{"SELECT id, subject_id, created_at FROM event WHERE tenant_id = $1 AND "
                           "id > $2 AND id < $3 ORDER BY id LIMIT $4"};
#define OPEN_ORDER "('queued', 'submitted', 'held', 'in_doubt', 'needs_review')"
#define OPEN_POSTING "('queued', 'in_doubt', 'needs_review')"
// By the keys of the tables, one row each at most.
const Statement open_subject{
    "SELECT 1 FROM payment WHERE tenant_id = $1 AND id = $2 AND status IN ('expected', 'overdue', "
    "'partially_settled') UNION ALL "
    "SELECT 1 FROM settlement WHERE tenant_id = $1 AND id = $2 AND (status = 'ambiguous' OR "
    "(status = 'unmatched' AND booked = 0)) UNION ALL "
    "SELECT 1 FROM payment_order WHERE tenant_id = $1 AND id = $2 AND status IN " OPEN_ORDER
    " UNION ALL "
    "SELECT 1 FROM money_return WHERE tenant_id = $1 AND id = $2 AND status IN " OPEN_ORDER
    " UNION ALL "
    "SELECT 1 FROM posting WHERE tenant_id = $1 AND id = $2 AND status IN " OPEN_POSTING
    " UNION ALL "
    "SELECT 1 FROM account_link WHERE tenant_id = $1 AND id = $2 AND status = 'requested' UNION "
    "ALL "
    "SELECT 1 FROM bacs_item WHERE tenant_id = $1 AND id = $2 AND status IN ('announced', 'held', "
    "'needs_review') UNION ALL "
    "SELECT 1 FROM notification WHERE tenant_id = $1 AND event_id = $3 AND event_id IS NOT NULL "
    "AND "
    "status <> 'complete' LIMIT 1"};
const Statement money_subject{"SELECT 1 FROM payment WHERE tenant_id = $1 AND id = $2 UNION ALL "
                              "SELECT 1 FROM settlement WHERE tenant_id = $1 AND id = $2 LIMIT 1"};
const Statement remove_event{"DELETE FROM event WHERE tenant_id = $1 AND id = $2"};

const Statement old_calls{"SELECT id, purpose, subject_id, updated_at FROM call WHERE tenant_id = "
                          "$1 AND status = $2 AND id > $3 AND id < $4 ORDER BY id LIMIT $5"};
const Statement final_subject{
    "SELECT 1 FROM payment_order WHERE tenant_id = $1 AND id = $2 AND updated_at < $3 AND status "
    "NOT IN " OPEN_ORDER " UNION ALL "
    "SELECT 1 FROM money_return WHERE tenant_id = $1 AND id = $2 AND updated_at < $3 AND status "
    "NOT IN " OPEN_ORDER " UNION ALL "
    "SELECT 1 FROM posting WHERE tenant_id = $1 AND id = $2 AND updated_at < $3 AND status NOT "
    "IN " OPEN_POSTING " UNION ALL "
    "SELECT 1 FROM account_link WHERE tenant_id = $1 AND id = $2 AND updated_at < $3 AND status IN "
    "('failed', 'disabled') LIMIT 1"};
const Statement younger_call{
    "SELECT id FROM call WHERE tenant_id = $1 AND subject_id = $2 AND (status = 'queued' OR "
    "updated_at >= $3) LIMIT 1"};
const Statement orders_of{"SELECT count(*), COALESCE(sum(CASE WHEN updated_at < $3 AND status NOT "
                          "IN " OPEN_ORDER " THEN 1 ELSE 0 END), 0) FROM payment_order WHERE "
                          "tenant_id = $1 AND call_id = $2"};
const Statement remove_call{"DELETE FROM call WHERE tenant_id = $1 AND id = $2 AND status <> "
                            "'queued' AND updated_at < $3"};
const Statement remove_tries{"DELETE FROM call_try WHERE tenant_id = $1 AND call_id = $2"};

const Statement open_review{"SELECT id FROM review WHERE tenant_id = $1 AND subject_id = $2 AND "
                            "status = 'open' LIMIT 1"};
const Statement queued_task{
    "SELECT id FROM task WHERE tenant_id = $1 AND subject_id >= $2 AND subject_id <= $2 AND status "
    "= 'queued' ORDER BY subject_id, kind, id LIMIT 1"};
const Statement under_way{
    "SELECT 1 FROM posting WHERE tenant_id = $1 AND subject_id = $2 AND status IN " OPEN_POSTING
    " UNION ALL SELECT 1 FROM money_return WHERE tenant_id = $1 AND settlement_id = $2 AND status "
    "IN " OPEN_ORDER " LIMIT 1"};
const Statement young_event{"SELECT id FROM event WHERE tenant_id = $1 AND subject_id = $2 AND "
                            "created_at >= $3 LIMIT 1"};
const Statement open_delivery{
    "SELECT t.id FROM event e CROSS JOIN task t WHERE e.tenant_id = $1 AND e.subject_id = $2 AND "
    "t.tenant_id = e.tenant_id AND t.subject_id >= e.id AND t.subject_id <= e.id AND t.kind = "
    "'delivery' AND t.status IN ('queued', 'dead') LIMIT 1"};
#undef OPEN_ORDER
#undef OPEN_POSTING

const Statement remove_payment{"DELETE FROM payment WHERE tenant_id = $1 AND id = $2"};
const Statement remove_settlement{"DELETE FROM settlement WHERE tenant_id = $1 AND id = $2 "
                                  "RETURNING booked"};
const Statement remove_match{"DELETE FROM settlement_match WHERE tenant_id = $1 AND id = $2"};
const Statement remove_end{"DELETE FROM match_end WHERE tenant_id = $1 AND match_id = $2"};
const Statement remove_timers{
    "DELETE FROM task WHERE tenant_id = $1 AND subject_id >= $2 AND subject_id <= $2 AND lane_id = "
    "0 AND status <> 'queued'"};

std::vector<OldDelivery> read_deliveries(const Rows& rows) {
    std::vector<OldDelivery> all;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        all.push_back({row.id<TaskId>(0), row.string(1), row.integer(2), row.id<EndpointId>(3),
                       row.string(4), row.id<BatchId>(5), row.instant(6)});
    }
    return all;
}

std::int64_t number_of(std::size_t count) {
    return static_cast<std::int64_t>(count);
}

} // namespace

Step<std::vector<PaymentId>> payments_to_purge(Session& s, TenantId tenant, PurgePage page) {
    const Rows rows = co_await s.run(old_payments, tenant, page.status, page.after, page.end,
                                     number_of(page.limit));
    std::vector<PaymentId> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows[i].id<PaymentId>(0));
    co_return ids;
}

Step<std::vector<OldDelivery>> deliveries_to_purge(Session& s, TenantId tenant, PurgePage page) {
    const Rows rows = co_await s.run(old_deliveries, tenant, page.status, page.after, page.end,
                                     number_of(page.limit));
    co_return read_deliveries(rows);
}

Step<std::vector<OldDelivery>> deliveries_of_event(Session& s, TenantId tenant, EventId event,
                                                   std::size_t limit) {
    const Rows rows = co_await s.run(of_event, tenant, event, number_of(limit));
    co_return read_deliveries(rows);
}

Step<bool> batch_has_members(Session& s, TenantId tenant, TaskId batch) {
    const Rows rows = co_await s.run(member, tenant, batch);
    co_return !rows.empty();
}

Step<bool> delete_delivery(Session& s, TenantId tenant, TaskId id, Instant until) {
    const Rows removed = co_await s.run(remove_task, tenant, id, until);
    if (removed.changed() != 1)
        co_return false;
    co_await s.send(remove_attempts, tenant, id);
    co_await s.send(remove_body, tenant, id);
    co_return true;
}

Step<std::vector<OldEvent>> events_to_purge(Session& s, TenantId tenant, PurgePage page) {
    const Rows rows =
        co_await s.run(old_events, tenant, page.after, page.end, number_of(page.limit));
    std::vector<OldEvent> events;
    for (std::size_t i = 0; i < rows.size(); ++i)
        events.push_back({rows[i].id<EventId>(0), rows[i].integer(1), rows[i].instant(2)});
    co_return events;
}

Step<bool> has_open_subject(Session& s, TenantId tenant, std::int64_t subject, EventId event) {
    const Rows rows = co_await s.run(open_subject, tenant, subject, event);
    co_return !rows.empty();
}

Step<bool> is_money(Session& s, TenantId tenant, std::int64_t subject) {
    const Rows rows = co_await s.run(money_subject, tenant, subject);
    co_return !rows.empty();
}

Step<> delete_event(Session& s, TenantId tenant, EventId id) {
    co_await s.send(remove_event, tenant, id);
}

Step<std::vector<OldCall>> calls_to_purge(Session& s, TenantId tenant, PurgePage page) {
    const Rows rows =
        co_await s.run(old_calls, tenant, page.status, page.after, page.end, number_of(page.limit));
    std::vector<OldCall> calls;
    for (std::size_t i = 0; i < rows.size(); ++i)
        calls.push_back(
            {rows[i].id<CallId>(0), rows[i].string(1), rows[i].integer(2), rows[i].instant(3)});
    co_return calls;
}

Step<bool> is_subject_final(Session& s, TenantId tenant, std::int64_t subject, Instant until) {
    const Rows rows = co_await s.run(final_subject, tenant, subject, until);
    co_return !rows.empty();
}

Step<bool> has_younger_call(Session& s, TenantId tenant, std::int64_t subject, Instant until) {
    const Rows rows = co_await s.run(younger_call, tenant, subject, until);
    co_return !rows.empty();
}

Step<bool> carries_open_orders(Session& s, TenantId tenant, CallId call, Instant until) {
    const Rows rows = co_await s.run(orders_of, tenant, call, until);
    const std::int64_t carried = rows.front().integer(0);
    co_return carried == 0 || rows.front().integer(1) != carried;
}

Step<bool> delete_call(Session& s, TenantId tenant, CallId id, Instant until) {
    const Rows removed = co_await s.run(remove_call, tenant, id, until);
    if (removed.changed() != 1)
        co_return false;
    co_await s.send(remove_tries, tenant, id);
    co_return true;
}

Step<bool> has_open_review(Session& s, TenantId tenant, std::int64_t subject) {
    const Rows rows = co_await s.run(open_review, tenant, subject);
    co_return !rows.empty();
}

Step<bool> has_queued_task(Session& s, TenantId tenant, std::int64_t subject) {
    const Rows rows = co_await s.run(queued_task, tenant, subject);
    co_return !rows.empty();
}

Step<bool> has_money_under_way(Session& s, TenantId tenant, SettlementId settlement) {
    const Rows rows = co_await s.run(under_way, tenant, settlement);
    co_return !rows.empty();
}

Step<bool> has_open_delivery(Session& s, TenantId tenant, std::int64_t subject, Instant until) {
    const Rows young = co_await s.run(young_event, tenant, subject, until);
    if (!young.empty())
        co_return true;
    const Rows open = co_await s.run(open_delivery, tenant, subject);
    co_return !open.empty();
}

Step<> delete_payment(Session& s, TenantId tenant, const domain::Payment& payment) {
    co_await delete_words(s, tenant, WordsOf::payment_names, payment.id.value,
                          match::name_words(payment.payer_name));
    co_await s.send(remove_timers, tenant, payment.id);
    co_await s.send(remove_payment, tenant, payment.id);
}

Step<> delete_settlement(Session& s, TenantId tenant, const domain::Settlement& settlement) {
    co_await delete_words(s, tenant, WordsOf::settlement_names, settlement.id.value,
                          match::name_words(settlement.counterparty_name));
    co_await s.send(remove_timers, tenant, settlement.id);
    const Rows removed = co_await s.run(remove_settlement, tenant, settlement.id);
    if (removed.empty())
        co_return;
    const bool is_booked = removed.front().integer(0) != 0;
    count_settlement(s, tenant,
                     {settlement.status, is_booked, settlement.amount, settlement.received_at},
                     false);
}

Step<> delete_match(Session& s, TenantId tenant, MatchId match) {
    co_await s.send(remove_end, tenant, match);
    co_await s.send(remove_match, tenant, match);
}

} // namespace settled::store
