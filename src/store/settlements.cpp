#include "store/settlements.h"

#include "store/identity_columns.h"

namespace settled::store {

namespace {

#define SETTLEMENT_COLUMNS                                                                         \
    "id, webhook_id, status, amount_minor, currency, scheme, transaction_id, reference, "          \
    "end_to_end_id, account_iban, counterparty_name, counterparty_account, settled_at, "           \
    "received_at, version, c_account, c_end_to_end_id, c_reference, c_uetr, c_other_account, "     \
    "c_other_name"
#define MATCH_COLUMNS "id, settlement_id, payment_id, rank, rule_version, evidence, matched_at"

const Statement insert{
    "INSERT INTO settlement (tenant_id, " SETTLEMENT_COLUMNS ") VALUES ($1, $2, $3, "
    "$4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, "
    "$21, $22)"};
const Statement find_by_id{"SELECT " SETTLEMENT_COLUMNS
                           " FROM settlement WHERE tenant_id = $1 AND id = $2"};
const Statement list{"SELECT " SETTLEMENT_COLUMNS
                     " FROM settlement WHERE tenant_id = $1 AND id < $2 "
                     "AND ($3 = '' OR status = $3) AND ($4 = '' OR c_account = $4) "
                     "ORDER BY id DESC LIMIT $5"};
const Statement update{
    "UPDATE settlement SET status = $3, version = $4 WHERE tenant_id = $1 AND id = $2"};

const Statement insert_one_match{"INSERT INTO settlement_match (tenant_id, " MATCH_COLUMNS
                                 ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
const Statement match_by_id{"SELECT " MATCH_COLUMNS
                            " FROM settlement_match WHERE tenant_id = $1 AND id = $2"};
const Statement match_by_settlement{
    "SELECT " MATCH_COLUMNS " FROM settlement_match WHERE tenant_id = $1 AND settlement_id = $2"};
const Statement match_by_payment{"SELECT " MATCH_COLUMNS
                                 " FROM settlement_match WHERE tenant_id = $1 AND payment_id = $2"};
const Statement list_all_matches{"SELECT " MATCH_COLUMNS
                                 " FROM settlement_match WHERE tenant_id = $1 "
                                 "AND id < $2 ORDER BY id DESC LIMIT $3"};

#undef SETTLEMENT_COLUMNS
#undef MATCH_COLUMNS

flow::SettlementStatus status_of(std::string_view text) {
    using enum flow::SettlementStatus;
    for (const auto status : {unmatched, matched, ambiguous})
        if (token(status) == text)
            return status;
    SETTLED_ASSERT(false, "the store holds a settlement status that is none: {}", text);
    return unmatched;
}

flow::Settlement read(const Row& row) {
    flow::Settlement settlement;
    settlement.id = row.id<SettlementId>(0);
    settlement.webhook_id = row.id<WebhookId>(1);
    settlement.status = status_of(row.text(2));
    settlement.amount = money_at(row, 3, 4);
    settlement.scheme = row.text(5);
    settlement.transaction_id = row.text(6);
    settlement.reference = row.text(7);
    settlement.end_to_end_id = row.text(8);
    settlement.account_iban = row.text(9);
    settlement.counterparty_name = row.text(10);
    settlement.counterparty_account = row.text(11);
    settlement.settled_at = row.instant(12);
    settlement.received_at = row.instant(13);
    settlement.version = row.integer(14);
    settlement.identity = identity_at(row, 15, settlement.amount, settlement.settled_at);
    return settlement;
}

flow::Match read_match(const Row& row) {
    return {row.id<MatchId>(0),
            row.id<SettlementId>(1),
            row.id<PaymentId>(2),
            static_cast<match::Rank>(row.integer(3)),
            static_cast<int>(row.integer(4)),
            row.string(5),
            row.instant(6)};
}

std::optional<flow::Match> first_match(const Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(read_match(rows.front()));
}

} // namespace

Step<> insert_settlement(Session& s, TenantId tenant, const flow::Settlement& t) {
    const match::Identity& c = t.identity;
    co_await s.send(insert, tenant, t.id, t.webhook_id, token(t.status), t.amount.minor,
                    t.amount.currency.code(), t.scheme, t.transaction_id, t.reference,
                    t.end_to_end_id, t.account_iban, t.counterparty_name, t.counterparty_account,
                    t.settled_at, t.received_at, t.version, c.account, c.end_to_end_id, c.reference,
                    c.uetr, c.other_account, c.other_name);
}

Step<std::optional<flow::Settlement>> find_settlement(Session& s, TenantId tenant,
                                                      SettlementId id) {
    const Rows rows = co_await s.run(find_by_id, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<flow::Settlement>> list_settlements(Session& s, TenantId tenant,
                                                     SettlementFilter filter, std::int64_t before,
                                                     std::size_t limit) {
    const Rows rows = co_await s.run(list, tenant, before, filter.status, filter.account,
                                     static_cast<std::int64_t>(limit));
    std::vector<flow::Settlement> settlements;
    for (std::size_t i = 0; i < rows.size(); ++i)
        settlements.push_back(read(rows[i]));
    co_return settlements;
}

Step<> update_settlement(Session& s, TenantId tenant, SettlementId id,
                         flow::SettlementStatus status, std::int64_t version) {
    const Rows updated = co_await s.run(update, tenant, id, token(status), version);
    SETTLED_ASSERT(updated.changed() == 1, "a settlement that was read can be updated");
}

Step<> insert_match(Session& s, TenantId tenant, const flow::Match& m) {
    co_await s.send(insert_one_match, tenant, m.id, m.settlement_id, m.payment_id,
                    static_cast<int>(m.rank), m.rule_version, m.evidence, m.matched_at);
}

Step<std::optional<flow::Match>> find_match(Session& s, TenantId tenant, MatchId id) {
    const Rows rows = co_await s.run(match_by_id, tenant, id);
    co_return first_match(rows);
}

Step<std::optional<flow::Match>> find_match_of_settlement(Session& s, TenantId tenant,
                                                          SettlementId id) {
    const Rows rows = co_await s.run(match_by_settlement, tenant, id);
    co_return first_match(rows);
}

Step<std::optional<flow::Match>> find_match_of_payment(Session& s, TenantId tenant, PaymentId id) {
    const Rows rows = co_await s.run(match_by_payment, tenant, id);
    co_return first_match(rows);
}

Step<std::vector<flow::Match>> list_matches(Session& s, TenantId tenant, std::int64_t before,
                                            std::size_t limit) {
    const Rows rows =
        co_await s.run(list_all_matches, tenant, before, static_cast<std::int64_t>(limit));
    std::vector<flow::Match> matches;
    for (std::size_t i = 0; i < rows.size(); ++i)
        matches.push_back(read_match(rows[i]));
    co_return matches;
}

} // namespace settled::store
