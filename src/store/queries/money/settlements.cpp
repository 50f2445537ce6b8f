#include "store/queries/money/settlements.h"

#include "match/name_words.h"
#include "store/merged.h"
#include "store/money_sums.h"
#include "store/queries/money/identity_columns.h"
#include "store/queries/money/search.h"
#include "store/queries/search_words.h"
#include "store/several.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace settled::store {

namespace {

#define SETTLEMENT_COLUMNS                                                                         \
    "id, webhook_id, status, amount_minor, currency, scheme, transaction_id, reference, "          \
    "end_to_end_id, account_iban, counterparty_name, counterparty_account, settled_at, "           \
    "received_at, version, c_account, c_end_to_end_id, c_reference, c_uetr, c_other_account, "     \
    "c_other_name, refused, undone, suggested, look_again"

const Statement insert{
    "INSERT INTO settlement (tenant_id, " SETTLEMENT_COLUMNS ") VALUES ($1, $2, $3, "
    "$4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, "
    "$21, $22, $23, $24, $25, $26)"};
const Statement find_by_id{"SELECT " SETTLEMENT_COLUMNS
                           " FROM settlement WHERE tenant_id = $1 AND id = $2"};
const Statement find_several_by_id{"SELECT " SETTLEMENT_COLUMNS
                                   " FROM settlement WHERE id IN (" SETTLED_ID_LIST
                                   ") AND tenant_id = $17 ORDER BY id"};
#define BELOW " FROM settlement WHERE tenant_id = $1 AND id < $2 "
const Statement list{"SELECT " SETTLEMENT_COLUMNS BELOW "ORDER BY id DESC LIMIT $3"};
const Statement list_of_status{"SELECT " SETTLEMENT_COLUMNS BELOW
                               "AND status = $4 ORDER BY id DESC LIMIT $3"};
const Statement list_of_account{"SELECT " SETTLEMENT_COLUMNS BELOW
                                "AND c_account = $5 AND status = $4 ORDER BY id DESC LIMIT $3"};
#undef BELOW
const Statement update{
    "UPDATE settlement SET status = $3, version = $4 WHERE tenant_id = $1 AND id = $2 AND status = "
    "$5 RETURNING amount_minor, currency, received_at, booked"};

const Statement complete{
    "UPDATE settlement SET webhook_id = $3, scheme = $4, reference = $5, end_to_end_id = $6, "
    "account_iban = $7, counterparty_name = $8, counterparty_account = $9, settled_at = $10, "
    "c_account = $11, c_end_to_end_id = $12, c_reference = $13, c_uetr = $14, c_other_account = "
    "$15, c_other_name = $16 WHERE tenant_id = $1 AND id = $2"};

const Statement name_of{
    "SELECT counterparty_name FROM settlement WHERE tenant_id = $1 AND id = $2"};

const Statement refuse{"UPDATE settlement SET refused = $3 WHERE tenant_id = $1 AND id = $2"};
const Statement undo{
    "UPDATE settlement SET refused = $3, undone = 1 WHERE tenant_id = $1 AND id = $2"};
const Statement suggest{"UPDATE settlement SET suggested = $3 WHERE tenant_id = $1 AND id = $2"};
const Statement look{"UPDATE settlement SET look_again = $3 WHERE tenant_id = $1 AND id = $2"};

#undef SETTLEMENT_COLUMNS

domain::SettlementStatus status_of(std::string_view text) {
    const auto status = domain::settlement_status_named(text);
    SETTLED_ASSERT(status.has_value(), "the store holds a settlement status that is none: {}",
                   text);
    return *status;
}

// "pay_… pay_…"
std::string text_of(const std::vector<PaymentId>& ids) {
    std::string text;
    for (const PaymentId id : ids)
        text += (text.empty() ? "" : " ") + to_string(id);
    return text;
}

std::vector<PaymentId> ids_in(std::string_view text) {
    std::vector<PaymentId> ids;
    while (!text.empty()) {
        const std::string_view one = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), one.size() + 1));
        const auto id = parse_id<PaymentIdTag>(one);
        SETTLED_ASSERT(id.has_value(), "the store holds a refused payment that is none: {}", one);
        ids.push_back(*id);
    }
    return ids;
}

std::int64_t as_number(bool flag) {
    return flag ? 1 : 0;
}

domain::Settlement read(const Row& row) {
    domain::Settlement settlement;
    settlement.id = row.id<SettlementId>(0);
    settlement.webhook_id = row.id<WebhookId>(1);
    settlement.status = status_of(row.text(2));
    settlement.amount = money_at(row, 3, 4);
    settlement.scheme = row.text(5);
    settlement.transaction_id = row.text(6);
    settlement.reference = row.text(7);
    settlement.end_to_end_id = row.text(8);
    settlement.account = row.text(9);
    settlement.counterparty_name = row.text(10);
    settlement.counterparty_account = row.text(11);
    settlement.settled_at = row.instant(12);
    settlement.received_at = row.instant(13);
    settlement.version = row.integer(14);
    settlement.identity = identity_at(row, 15, settlement.amount, settlement.settled_at);
    settlement.identity.rail = match::rail_of(settlement.scheme);
    settlement.refused = ids_in(row.text(21));
    settlement.undone = row.integer(22) != 0;
    settlement.suggested = row.integer(23) != 0;
    settlement.look_again = row.integer(24) != 0;
    return settlement;
}

std::vector<domain::Settlement> read_all(const Rows& rows) {
    std::vector<domain::Settlement> settlements;
    for (std::size_t i = 0; i < rows.size(); ++i)
        settlements.push_back(read(rows[i]));
    return settlements;
}

} // namespace

Step<> insert_settlement(Session& s, TenantId tenant, const domain::Settlement& t) {
    const match::MatchFields& c = t.identity;
    co_await s.send(insert, tenant, t.id, t.webhook_id, token(t.status), t.amount.minor,
                    t.amount.currency.code(), t.scheme, t.transaction_id, t.reference,
                    t.end_to_end_id, t.account, t.counterparty_name, t.counterparty_account,
                    t.settled_at, t.received_at, t.version, c.account, c.end_to_end_id, c.reference,
                    c.uetr, c.other_account, c.other_name, text_of(t.refused), as_number(t.undone),
                    as_number(t.suggested), as_number(t.look_again));
    co_await insert_words(s, tenant, WordsOf::settlement_names, t.id.value,
                          match::name_words(t.counterparty_name));
    count_settlement(s, tenant, {t.status, false, t.amount, t.received_at}, true);
    s.made({Feed::settlements, tenant, t.id.value});
}

Step<std::optional<domain::Settlement>> find_settlement(Session& s, TenantId tenant,
                                                        SettlementId id) {
    const Rows rows = co_await s.run(find_by_id, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<domain::Settlement>> find_existing_settlements(Session& s, TenantId tenant,
                                                                std::vector<std::int64_t> ids) {
    std::vector<FeedPlace> places;
    for (const std::int64_t id : ids)
        places.push_back({0, id});
    std::vector<domain::Settlement> found;
    co_await find_those(s, find_several_by_id, tenant, places, std::nullopt,
                        [&](const Row& row) { found.push_back(read(row)); });
    co_return found;
}

Step<std::vector<domain::Settlement>> find_settlements(Session& s, TenantId tenant,
                                                       std::vector<std::int64_t> ids) {
    return find_by_ids<domain::Settlement>(s, find_by_id, find_several_by_id, tenant,
                                           std::move(ids), read);
}

Step<std::vector<domain::Settlement>> list_settlements(Session& s, TenantId tenant,
                                                       SettlementFilter filter, std::int64_t before,
                                                       std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    if (filter.account.empty() && filter.status.empty()) {
        const Rows rows = co_await s.run(list, tenant, before, most);
        co_return read_all(rows);
    }
    if (filter.account.empty()) {
        const Rows rows = co_await s.run(list_of_status, tenant, before, most, filter.status);
        co_return read_all(rows);
    }
    std::vector<domain::Settlement> settlements;
    for (const std::string_view status :
         wanted(filter.status, domain::settlement_status_tokens())) {
        const Rows rows =
            co_await s.run(list_of_account, tenant, before, most, status, filter.account);
        std::ranges::move(read_all(rows), std::back_inserter(settlements));
    }
    keep_newest(settlements, limit);
    co_return settlements;
}

Step<> update_settlement(Session& s, TenantId tenant, SettlementId id, SettlementMove move) {
    const Rows updated =
        co_await s.run(update, tenant, id, token(move.after), move.version, token(move.before));
    SETTLED_ASSERT(updated.size() == 1, "a settlement that was read under its lock stands as read");
    const Row row = updated.front();
    SettlementState state{move.before, row.integer(3) != 0, money_at(row, 0, 1), row.instant(2)};
    count_settlement(s, tenant, state, false);
    state.status = move.after;
    count_settlement(s, tenant, state, true);
}

Step<> complete_settlement(Session& s, TenantId tenant, const domain::Settlement& t) {
    const match::MatchFields& c = t.identity;
    const Rows before = co_await s.run(name_of, tenant, t.id);
    SETTLED_ASSERT(!before.empty(), "a settlement that was read is there");
    co_await delete_words(s, tenant, WordsOf::settlement_names, t.id.value,
                          match::name_words(before.front().text(0)));
    co_await insert_words(s, tenant, WordsOf::settlement_names, t.id.value,
                          match::name_words(t.counterparty_name));
    const Rows updated = co_await s.run(
        complete, tenant, t.id, t.webhook_id, t.scheme, t.reference, t.end_to_end_id, t.account,
        t.counterparty_name, t.counterparty_account, t.settled_at, c.account, c.end_to_end_id,
        c.reference, c.uetr, c.other_account, c.other_name);
    SETTLED_ASSERT(updated.changed() == 1, "a settlement that was read can be updated");
}

Step<> mark_undone(Session& s, TenantId tenant, SettlementId id,
                   const std::vector<PaymentId>& refused) {
    const Rows updated = co_await s.run(undo, tenant, id, text_of(refused));
    SETTLED_ASSERT(updated.changed() == 1, "a settlement that was read can be updated");
}

Step<> mark_suggested(Session& s, TenantId tenant, SettlementId id, bool suggested) {
    co_await s.send(suggest, tenant, id, as_number(suggested));
}

Step<> mark_to_look_again(Session& s, TenantId tenant, SettlementId id, bool look_again) {
    co_await s.send(look, tenant, id, as_number(look_again));
}

Step<> update_refused(Session& s, TenantId tenant, SettlementId id,
                      const std::vector<PaymentId>& refused) {
    const Rows updated = co_await s.run(refuse, tenant, id, text_of(refused));
    SETTLED_ASSERT(updated.changed() == 1, "a settlement that was read can be updated");
}

Step<FeedPage<domain::Settlement>> settlements_after(Session& s, TenantId tenant, FeedPlace after,
                                                     std::size_t limit) {
    return read_feed<domain::Settlement>(s, Feed::settlements, find_several_by_id, tenant, after,
                                         std::nullopt, limit, read);
}

} // namespace settled::store
