#include "store/queries/money/bacs.h"

#include "base/assert.h"

namespace settled::store {

namespace {

#define BACS_COLUMNS                                                                               \
    "id, connector_id, subject, bank_id, returned_by, status, amount_minor, currency, account, "   \
    "account_key, counterparty_name, counterparty_account, reference, service_user_number, "       \
    "transaction_code, reason_code, detail, day, settlement_id, asked, version, created_at, "      \
    "updated_at"
#define SELECT_ITEMS "SELECT " BACS_COLUMNS " FROM bacs_item WHERE tenant_id = $1 AND "

const Statement insert{"INSERT INTO bacs_item (tenant_id, " BACS_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                       "$15, $16, $17, $18, $19, $20, $21, $22, $23, $24) ON CONFLICT DO NOTHING"};
const Statement update{
    "UPDATE bacs_item SET returned_by = $3, status = $4, amount_minor = $5, currency = $6, "
    "account = $7, account_key = $8, counterparty_name = $9, counterparty_account = $10, "
    "reference = $11, service_user_number = $12, transaction_code = $13, reason_code = $14, "
    "detail = $15, day = $16, settlement_id = $17, asked = $18, version = $19, updated_at = $20 "
    "WHERE tenant_id = $1 AND id = $2"};
const Statement by_id{SELECT_ITEMS "id = $2"};
const Statement by_bank_id{SELECT_ITEMS "connector_id = $2 AND bank_id = $3 AND subject = $4"};
const Statement by_return{SELECT_ITEMS
                          "connector_id = $2 AND returned_by = $3 AND returned_by <> '' LIMIT 1"};
const Statement list{SELECT_ITEMS "id < $2 ORDER BY id DESC LIMIT $3"};
const Statement list_of{SELECT_ITEMS "subject = $2 AND id < $3 ORDER BY id DESC LIMIT $4"};

#undef SELECT_ITEMS
#undef BACS_COLUMNS

domain::BacsItem read(const Row& row) {
    const auto subject = domain::bacs_subject_named(row.text(2));
    const auto status = domain::bacs_status_named(row.text(5));
    SETTLED_ASSERT(subject && status, "the store holds a Bacs item that is none");
    domain::BacsItem item;
    item.id = row.id<BacsItemId>(0);
    item.connector = row.id<ConnectorId>(1);
    item.subject = *subject;
    item.bank_id = row.text(3);
    item.returned_by = row.text(4);
    item.status = *status;
    item.amount = {row.integer(6), Currency::parse(row.text(7)).value_or(Currency())};
    item.account = row.text(8);
    item.account_key = row.text(9);
    item.counterparty_name = row.text(10);
    item.counterparty_account = row.text(11);
    item.reference = row.text(12);
    item.service_user_number = row.text(13);
    item.transaction_code = row.text(14);
    item.reason_code = row.text(15);
    item.detail = row.text(16);
    item.day = row.text(17);
    item.settlement = SettlementId{row.integer(18)};
    item.asked = row.integer(19);
    item.version = row.integer(20);
    item.created_at = row.instant(21);
    item.updated_at = row.instant(22);
    return item;
}

std::optional<domain::BacsItem> read_first(const Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(read(rows.front()));
}

} // namespace

Step<bool> insert_bacs_item(Session& s, TenantId tenant, const domain::BacsItem& i) {
    const Rows inserted = co_await s.run(
        insert, tenant, i.id, i.connector, token(i.subject), i.bank_id, i.returned_by,
        token(i.status), i.amount.minor, i.amount.currency.code(), i.account, i.account_key,
        i.counterparty_name, i.counterparty_account, i.reference, i.service_user_number,
        i.transaction_code, i.reason_code, i.detail, i.day, i.settlement, i.asked, i.version,
        i.created_at, i.updated_at);
    co_return inserted.changed() == 1;
}

Step<> update_bacs_item(Session& s, TenantId tenant, const domain::BacsItem& i) {
    co_await s.send(update, tenant, i.id, i.returned_by, token(i.status), i.amount.minor,
                    i.amount.currency.code(), i.account, i.account_key, i.counterparty_name,
                    i.counterparty_account, i.reference, i.service_user_number, i.transaction_code,
                    i.reason_code, i.detail, i.day, i.settlement, i.asked, i.version, i.updated_at);
}

Step<std::optional<domain::BacsItem>> find_bacs_item(Session& s, TenantId tenant, BacsItemId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    co_return read_first(rows);
}

Step<std::optional<domain::BacsItem>> find_bacs_item_of(Session& s, TenantId tenant,
                                                        ConnectorId connector,
                                                        domain::BacsSubject subject,
                                                        std::string_view bank_id) {
    const Rows rows = co_await s.run(by_bank_id, tenant, connector, bank_id, token(subject));
    co_return read_first(rows);
}

Step<std::optional<domain::BacsItem>> find_bacs_item_returned_by(Session& s, TenantId tenant,
                                                                 ConnectorId connector,
                                                                 std::string_view returned_by) {
    const Rows rows = co_await s.run(by_return, tenant, connector, returned_by);
    co_return read_first(rows);
}

Step<std::vector<domain::BacsItem>> list_bacs_items(Session& s, TenantId tenant,
                                                    std::optional<domain::BacsSubject> subject,
                                                    std::int64_t before, std::size_t limit) {
    const auto count = static_cast<std::int64_t>(limit);
    const Rows rows = subject ? co_await s.run(list_of, tenant, token(*subject), before, count)
                              : co_await s.run(list, tenant, before, count);
    std::vector<domain::BacsItem> items;
    for (std::size_t i = 0; i < rows.size(); ++i)
        items.push_back(read(rows[i]));
    co_return items;
}

} // namespace settled::store
