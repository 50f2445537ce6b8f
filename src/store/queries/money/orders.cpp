#include "store/queries/money/orders.h"

#include "base/assert.h"
#include "domain/order_text.h"
#include "match/match_fields.h"
#include "match/name_words.h"
#include "store/queries/money/order_feed.h"
#include "store/queries/money/search.h"
#include "store/queries/search_words.h"
#include "store/several.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace settled::store {

namespace {

#define ORDER_COLUMNS                                                                              \
    "id, client_id, fingerprint, connector_id, status, scheme, amount_minor, currency, debtor, "   \
    "debtor_key, creditor, creditor_key, reference, end_to_end_id, loan_account_id, purpose, "     \
    "reason_code, reason, advice, call_id, transaction_id, actual_id, settlement_id, "             \
    "returned_by_id, retry_of, not_before, made_by, version, created_at, updated_at, warnings, "   \
    "core_banking"
#define SELECT_ORDERS                                                                              \
    "SELECT " ORDER_COLUMNS ", lookup, ask_at FROM payment_order WHERE tenant_id = $1 AND "

const Statement insert{
    "INSERT INTO payment_order (tenant_id, " ORDER_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
    "$19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33) ON CONFLICT DO "
    "NOTHING"};
const Statement by_id{SELECT_ORDERS "id = $2"};
const Statement several_by_id{"SELECT " ORDER_COLUMNS
                              ", lookup, ask_at FROM payment_order WHERE id "
                              "IN (" SETTLED_ID_LIST ") AND tenant_id = $17 ORDER BY id"};
const Statement by_client_id{SELECT_ORDERS "client_id = $2"};
const Statement by_end_to_end_id{SELECT_ORDERS "connector_id = $2 AND end_to_end_id = $3"};
const Statement by_actual_id{SELECT_ORDERS
                             "actual_id = $2 AND actual_id <> '' AND connector_id = $3 LIMIT 2"};
const Statement by_retry{SELECT_ORDERS "retry_of = $2"};
const Statement by_call{SELECT_ORDERS "call_id = $2 ORDER BY id"};
const Statement list{SELECT_ORDERS "id < $2 ORDER BY id DESC LIMIT $3"};
const Statement list_of_status{SELECT_ORDERS "status = $4 AND id < $2 ORDER BY id DESC LIMIT $3"};
const Statement ids_after{"SELECT id FROM payment_order WHERE tenant_id = $1 AND id > $2 "
                          "ORDER BY id LIMIT $3"};
const Statement update{
    "UPDATE payment_order SET status = $3, reason_code = $4, reason = $5, advice = $6, "
    "call_id = $7, transaction_id = $8, actual_id = $9, settlement_id = $10, returned_by_id = $11, "
    "not_before = $12, version = $13, updated_at = $14, lookup = $15, ask_at = $16 "
    "WHERE tenant_id = $1 AND id = $2"};
const Statement next_waiting_account{
    "SELECT debtor_key FROM payment_order WHERE tenant_id = $1 AND connector_id = $2 AND "
    "status = 'queued' AND call_id IS NULL AND not_before IS NULL AND debtor_key > $3 "
    "ORDER BY debtor_key LIMIT 1"};
const Statement waiting{SELECT_ORDERS
                        "connector_id = $2 AND debtor_key = $3 AND status = 'queued' "
                        "AND call_id IS NULL AND not_before IS NULL ORDER BY id LIMIT $4"};
const Statement timed{SELECT_ORDERS "connector_id = $2 AND status = 'queued' AND call_id IS NULL "
                                    "AND not_before <= $3 AND lookup >= $4 "
                                    "ORDER BY not_before, id LIMIT $5"};
// The same of those that the bank was asked about, by an index of their own.
const Statement next_cleared_account{
    "SELECT debtor_key FROM payment_order WHERE tenant_id = $1 AND connector_id = $2 AND "
    "status = 'queued' AND call_id IS NULL AND lookup = 2 AND not_before IS NULL AND debtor_key > "
    "$3 "
    "ORDER BY debtor_key LIMIT 1"};
const Statement cleared{SELECT_ORDERS "connector_id = $2 AND debtor_key = $3 AND status = 'queued' "
                                      "AND call_id IS NULL AND lookup = 2 AND not_before IS NULL "
                                      "ORDER BY id LIMIT $4"};
const Statement unasked{SELECT_ORDERS "connector_id = $2 AND status = 'queued' AND call_id IS NULL "
                                      "AND lookup = 0 ORDER BY id LIMIT $3"};
const Statement to_ask{SELECT_ORDERS "connector_id = $2 AND status = 'submitted' AND "
                                     "ask_at <= $3 ORDER BY ask_at LIMIT $4"};
const Statement open_after{SELECT_ORDERS
                           "connector_id = $2 AND status IN ('queued', 'submitted', 'held', "
                           "'in_doubt', 'needs_review') AND id > $3 ORDER BY id LIMIT $4"};
const Statement of_account{SELECT_ORDERS "debtor_key = $2 AND created_at >= $3 AND created_at < $4 "
                                         "ORDER BY created_at, id LIMIT $5"};
const Statement sum_since{
    "SELECT CAST(COALESCE(sum(amount_minor), 0) AS bigint) FROM payment_order WHERE tenant_id = $1 "
    "AND connector_id = $2 AND created_at >= $3 AND status <> 'rejected' AND status <> "
    "'cancelled'"};
const Statement open_of{
    "SELECT id FROM payment_order WHERE tenant_id = $1 AND connector_id = $2 AND status IN "
    "('queued', 'submitted', 'held', 'in_doubt', 'needs_review') ORDER BY id LIMIT 1"};
const Statement similar{
    "SELECT id FROM payment_order WHERE tenant_id = $1 AND loan_account_id = $2 "
    "AND loan_account_id <> '' AND created_at >= $5 AND amount_minor = $3 AND creditor_key = $4 "
    "AND status <> 'rejected' AND status <> 'cancelled' AND status <> 'returned' LIMIT 1"};
const Statement add_webhook{"INSERT INTO subject_webhook (tenant_id, subject_id, webhook_id) "
                            "VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"};
const Statement find_webhooks{"SELECT webhook_id FROM subject_webhook WHERE tenant_id = $1 "
                              "AND subject_id = $2 ORDER BY webhook_id"};

#undef SELECT_ORDERS
#undef ORDER_COLUMNS

template <class IdType>
std::optional<IdType> id_at(const Row& row, std::size_t column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.id<IdType>(column));
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

RegisteredOrder read(const Row& row) {
    const auto status = domain::order_status_named(row.text(4));
    const auto currency = Currency::parse(row.text(7));
    const auto advice = domain::advice_named(row.text(18));
    SETTLED_ASSERT(status && currency && advice, "the store holds an order that is none");
    RegisteredOrder read;
    domain::Order& order = read.order;
    order.id = row.id<OrderId>(0);
    order.client_id = row.text(1);
    const BytesView print = row.blob(2);
    std::copy_n(print.begin(), std::min(print.size(), read.fingerprint.size()),
                read.fingerprint.begin());
    order.connector = row.id<ConnectorId>(3);
    order.status = *status;
    order.scheme = row.text(5);
    order.amount = {row.integer(6), *currency};
    auto debtor = domain::parse_order_party(row.text(8));
    order.debtor = std::move(debtor.party);
    order.debtor_address = std::move(debtor.address);
    auto creditor = domain::parse_order_party(row.text(10));
    order.creditor = std::move(creditor.party);
    order.creditor_address = std::move(creditor.address);
    order.reference = row.text(12);
    order.end_to_end_id = row.text(13);
    order.loan_account_id = row.text(14);
    const std::string_view purposes = row.text(15);
    order.purpose = purposes.substr(0, purposes.find(' '));
    if (const auto space = purposes.find(' '); space != purposes.npos)
        order.category_purpose = purposes.substr(space + 1);
    order.reason_code = row.text(16);
    order.reason = row.text(17);
    order.advice = *advice;
    order.call = id_at<CallId>(row, 19);
    order.transaction_id = row.text(20);
    order.actual_end_to_end_id = row.text(21);
    order.settlement = id_at<SettlementId>(row, 22);
    order.returned_by = id_at<SettlementId>(row, 23);
    order.retry_of = id_at<OrderId>(row, 24);
    if (!row.is_null(25))
        order.not_before = row.instant(25);
    order.made_by = row.text(26);
    order.version = row.integer(27);
    order.created_at = row.instant(28);
    order.updated_at = row.instant(29);
    order.warnings = words_of(row.text(30));
    order.core_banking = row.text(31);
    order.lookup = static_cast<domain::Lookup>(row.integer(32));
    if (!row.is_null(33))
        order.ask_at = row.instant(33);
    return read;
}

std::optional<domain::Order> read_first(const Rows& rows) {
    if (rows.empty())
        return std::nullopt;
    return read(rows.front()).order;
}

std::vector<domain::Order> read_all(const Rows& rows) {
    std::vector<domain::Order> orders;
    for (std::size_t i = 0; i < rows.size(); ++i)
        orders.push_back(read(rows[i]).order);
    return orders;
}

} // namespace

Step<bool> insert_order(Session& s, TenantId tenant, const domain::Order& o,
                        const crypto::Digest& fingerprint) {
    const std::string debtor = domain::to_json({o.debtor, o.debtor_address});
    const std::string creditor = domain::to_json({o.creditor, o.creditor_address});
    const std::string debtor_key = domain::account_key_of(o.debtor);
    const std::string creditor_key = domain::account_key_of(o.creditor);
    const std::string purposes =
        o.category_purpose.empty() ? o.purpose : o.purpose + " " + o.category_purpose;
    const std::string warnings = fmt::format("{}", fmt::join(o.warnings, " "));
    const std::array<Value, 33> values{Value(tenant),
                                       Value(o.id),
                                       Value(o.client_id),
                                       Value(fingerprint),
                                       Value(o.connector),
                                       Value(token(o.status)),
                                       Value(o.scheme),
                                       Value(o.amount.minor),
                                       Value(o.amount.currency.code()),
                                       Value(debtor),
                                       Value(debtor_key),
                                       Value(creditor),
                                       Value(creditor_key),
                                       Value(o.reference),
                                       Value(o.end_to_end_id),
                                       Value(o.loan_account_id),
                                       Value(purposes),
                                       Value(o.reason_code),
                                       Value(o.reason),
                                       Value(token(o.advice)),
                                       Value(o.call),
                                       Value(o.transaction_id),
                                       Value(o.actual_end_to_end_id),
                                       Value(o.settlement),
                                       Value(o.returned_by),
                                       Value(o.retry_of),
                                       Value(o.not_before),
                                       Value(o.made_by),
                                       Value(o.version),
                                       Value(o.created_at),
                                       Value(o.updated_at),
                                       Value(warnings),
                                       Value(o.core_banking)};
    const Rows inserted = co_await s.run(insert, values);
    if (inserted.changed() == 0)
        co_return false;
    co_await insert_order_words(s, tenant, o);
    s.made({order_feed, tenant, o.id.value});
    co_return true;
}

Step<> insert_order_words(Session& s, TenantId tenant, const domain::Order& o) {
    co_await insert_words(s, tenant, WordsOf::order_names, o.id.value,
                          match::name_words(o.creditor.name));
    const std::string reference = match::canonical_reference(o.reference);
    if (!reference.empty())
        co_await insert_words(s, tenant, WordsOf::order_references, o.id.value, {reference});
}

Step<std::optional<domain::Order>> find_order(Session& s, TenantId tenant, OrderId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    co_return read_first(rows);
}

Step<std::optional<RegisteredOrder>> find_order_by_client_id(Session& s, TenantId tenant,
                                                             std::string_view client_id) {
    const Rows rows = co_await s.run(by_client_id, tenant, client_id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::optional<domain::Order>> find_order_by_end_to_end_id(Session& s, TenantId tenant,
                                                               ConnectorId connector,
                                                               std::string_view end_to_end_id) {
    const Rows rows = co_await s.run(by_end_to_end_id, tenant, connector, end_to_end_id);
    co_return read_first(rows);
}

Step<std::optional<domain::Order>> find_order_by_actual_id(Session& s, TenantId tenant,
                                                           ConnectorId connector,
                                                           std::string_view actual_id) {
    const Rows rows = co_await s.run(by_actual_id, tenant, actual_id, connector);
    if (rows.size() != 1)
        co_return std::nullopt;
    co_return read_first(rows);
}

Step<std::optional<domain::Order>> find_retry_of(Session& s, TenantId tenant, OrderId id) {
    const Rows rows = co_await s.run(by_retry, tenant, id);
    co_return read_first(rows);
}

Step<std::vector<domain::Order>> orders_of_call(Session& s, TenantId tenant, CallId call) {
    const Rows rows = co_await s.run(by_call, tenant, call);
    co_return read_all(rows);
}

Step<std::vector<domain::Order>> list_orders(Session& s, TenantId tenant, std::string_view status,
                                             std::int64_t before, std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    if (status.empty()) {
        const Rows rows = co_await s.run(list, tenant, before, most);
        co_return read_all(rows);
    }
    const Rows rows = co_await s.run(list_of_status, tenant, before, most, status);
    co_return read_all(rows);
}

Step<std::vector<std::int64_t>> order_ids_after(Session& s, TenantId tenant, std::int64_t after,
                                                std::size_t limit) {
    const Rows rows = co_await s.run(ids_after, tenant, after, static_cast<std::int64_t>(limit));
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows[i].integer(0));
    co_return ids;
}

Step<> update_order(Session& s, TenantId tenant, const domain::Order& o) {
    co_await s.send(update, tenant, o.id, token(o.status), o.reason_code, o.reason, token(o.advice),
                    o.call, o.transaction_id, o.actual_end_to_end_id, o.settlement, o.returned_by,
                    o.not_before, o.version, o.updated_at, static_cast<int>(o.lookup), o.ask_at);
}

Step<std::vector<std::string>> accounts_with_waiting_orders(Session& s, TenantId tenant,
                                                            ConnectorId connector,
                                                            WaitingOrders which,
                                                            std::size_t limit) {
    const Statement& next =
        which == WaitingOrders::cleared ? next_cleared_account : next_waiting_account;
    std::vector<std::string> accounts;
    std::string after;                // every account has a key
    while (accounts.size() < limit) { // DISTINCT would go through all that wait
        const Rows rows = co_await s.run(next, tenant, connector, after);
        if (rows.empty())
            break;
        after = rows[0].string(0);
        accounts.push_back(after);
    }
    co_return accounts;
}

Step<std::vector<domain::Order>> waiting_orders(Session& s, TenantId tenant, ConnectorId connector,
                                                std::string_view debtor_key, WaitingOrders which,
                                                std::size_t limit) {
    const Statement& those = which == WaitingOrders::cleared ? cleared : waiting;
    const Rows rows =
        co_await s.run(those, tenant, connector, debtor_key, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::vector<domain::Order>> unasked_orders(Session& s, TenantId tenant, ConnectorId connector,
                                                std::size_t limit) {
    const Rows rows = co_await s.run(unasked, tenant, connector, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::vector<domain::Order>> silent_orders(Session& s, TenantId tenant, ConnectorId connector,
                                               Instant now, std::size_t limit) {
    const Rows rows =
        co_await s.run(to_ask, tenant, connector, now, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::vector<domain::Order>> open_orders_after(Session& s, TenantId tenant,
                                                   ConnectorId connector, std::int64_t after,
                                                   std::size_t limit) {
    const Rows rows =
        co_await s.run(open_after, tenant, connector, after, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::vector<domain::Order>> timed_orders(Session& s, TenantId tenant, ConnectorId connector,
                                              Instant now, WaitingOrders which, std::size_t limit) {
    const Rows rows = co_await s.run(
        timed, tenant, connector, now,
        which == WaitingOrders::cleared ? static_cast<int>(domain::Lookup::clear) : 0,
        static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::vector<domain::Order>> orders_of_account(Session& s, TenantId tenant,
                                                   std::string debtor_key, Instant from,
                                                   Instant before, std::size_t limit) {
    const Rows rows = co_await s.run(of_account, tenant, debtor_key, from, before,
                                     static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<bool> has_open_orders(Session& s, TenantId tenant, ConnectorId connector) {
    const Rows rows = co_await s.run(open_of, tenant, connector);
    co_return !rows.empty();
}

Step<std::int64_t> ordered_since(Session& s, TenantId tenant, ConnectorId connector,
                                 Instant since) {
    const Rows rows = co_await s.run(sum_since, tenant, connector, since);
    co_return rows.front().integer(0);
}

Step<std::optional<OrderId>> similar_order(Session& s, TenantId tenant,
                                           std::string_view loan_account_id, std::int64_t minor,
                                           std::string_view creditor_key, Instant since) {
    const Rows rows = co_await s.run(similar, tenant, loan_account_id, minor, creditor_key, since);
    if (rows.empty())
        co_return std::nullopt;
    co_return rows.front().id<OrderId>(0);
}

Step<> add_subject_webhook(Session& s, TenantId tenant, std::int64_t subject, WebhookId webhook) {
    co_await s.send(add_webhook, tenant, subject, webhook);
}

Step<std::vector<WebhookId>> webhooks_of(Session& s, TenantId tenant, std::int64_t subject) {
    const Rows rows = co_await s.run(find_webhooks, tenant, subject);
    std::vector<WebhookId> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows[i].id<WebhookId>(0));
    co_return ids;
}

Step<FeedPage<domain::Order>> orders_after(Session& s, TenantId tenant, FeedPlace after,
                                           std::size_t limit) {
    return read_feed<domain::Order>(s, order_feed, several_by_id, tenant, after, std::nullopt,
                                    limit, [](const Row& row) { return read(row).order; });
}

Step<std::vector<domain::Order>> find_existing_orders(Session& s, TenantId tenant,
                                                      std::vector<std::int64_t> ids) {
    std::vector<FeedPlace> places;
    for (const std::int64_t id : ids)
        places.push_back({0, id});
    std::vector<domain::Order> found;
    co_await find_those(s, several_by_id, tenant, places, std::nullopt,
                        [&](const Row& row) { found.push_back(read(row).order); });
    co_return found;
}

} // namespace settled::store
