#include "store/queries/money/links.h"

#include "base/assert.h"

namespace settled::store {

namespace {

#define LINK_COLUMNS                                                                               \
    "id, client_id, connector_id, core_banking, loan_account_id, owner_name, asked_iban, "         \
    "external_id, status, iban, virtual_account_id, errors, generation, version, created_at, "     \
    "updated_at, loan_key"
#define SELECT_LINKS "SELECT " LINK_COLUMNS " FROM account_link WHERE tenant_id = $1 AND "

const Statement insert{"INSERT INTO account_link (tenant_id, " LINK_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                       "$15, $16, $17, $18) ON CONFLICT DO NOTHING"};
const Statement by_id{SELECT_LINKS "id = $2"};
const Statement by_loan{SELECT_LINKS "connector_id = $2 AND loan_account_id = $3 AND status IN "
                                     "('requested', 'active') LIMIT 1"};
const Statement last_of_loan{SELECT_LINKS "connector_id = $2 AND loan_account_id = $3 "
                                          "ORDER BY id DESC LIMIT 1"};
const Statement by_external_id{SELECT_LINKS "connector_id = $2 AND external_id = $3"};
const Statement by_iban{SELECT_LINKS "iban = $2 AND iban <> '' AND status IN "
                                     "('requested', 'active') LIMIT 1"};
const Statement by_account{SELECT_LINKS "connector_id = $2 AND virtual_account_id = $3 AND "
                                        "virtual_account_id <> '' ORDER BY id DESC LIMIT 1"};
const Statement others_with_iban{
    "SELECT id FROM account_link WHERE tenant_id = $1 AND iban = $2 AND iban <> '' AND "
    "status IN ('requested', 'active') AND id <> $3 LIMIT 1"};
const Statement update{
    "UPDATE account_link SET status = $3, iban = $4, virtual_account_id = $5, errors = $6, "
    "version = $7, updated_at = $8, loan_key = $9, owner_name = $10, asked_iban = $11 WHERE "
    "tenant_id = $1 AND id = $2"};
const Statement list{SELECT_LINKS "id < $2 ORDER BY id DESC LIMIT $3"};

#undef SELECT_LINKS
#undef LINK_COLUMNS

LinkRow read(const Row& row) {
    const auto status = domain::link_status_named(row.text(8));
    SETTLED_ASSERT(status.has_value(), "the store holds a link of an unknown status");
    return {row.id<LinkId>(0), row.string(1),   row.id<ConnectorId>(2), row.string(3),
            row.string(4),     row.string(5),   row.string(6),          row.string(7),
            *status,           row.string(9),   row.string(10),         row.string(11),
            row.integer(12),   row.integer(13), row.instant(14),        row.instant(15),
            row.string(16)};
}

std::optional<LinkRow> read_first(const Rows& rows) {
    if (rows.empty())
        return std::nullopt;
    return read(rows.front());
}

} // namespace

Step<bool> insert_link(Session& s, TenantId tenant, const LinkRow& l) {
    const Rows inserted = co_await s.run(
        insert, tenant, l.id, l.client_id, l.connector, l.core_banking, l.loan_account_id,
        l.owner_name, l.asked_iban, l.external_id, token(l.status), l.iban, l.virtual_account_id,
        l.errors, l.generation, l.version, l.created_at, l.updated_at, l.loan_key);
    co_return inserted.changed() == 1;
}

Step<std::optional<LinkRow>> find_link(Session& s, TenantId tenant, LinkId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    co_return read_first(rows);
}

Step<std::optional<LinkRow>> find_link_of_loan(Session& s, TenantId tenant, ConnectorId connector,
                                               std::string_view loan_account_id) {
    const Rows live = co_await s.run(by_loan, tenant, connector, loan_account_id);
    if (!live.empty())
        co_return read_first(live);
    const Rows last = co_await s.run(last_of_loan, tenant, connector, loan_account_id);
    co_return read_first(last);
}

Step<std::optional<LinkRow>> find_link_by_external_id(Session& s, TenantId tenant,
                                                      ConnectorId connector,
                                                      std::string_view external_id) {
    const Rows rows = co_await s.run(by_external_id, tenant, connector, external_id);
    co_return read_first(rows);
}

Step<std::optional<LinkRow>> find_link_by_iban(Session& s, TenantId tenant, std::string_view iban) {
    const Rows rows = co_await s.run(by_iban, tenant, iban);
    co_return read_first(rows);
}

Step<std::optional<LinkRow>> find_link_by_account(Session& s, TenantId tenant,
                                                  ConnectorId connector,
                                                  std::string_view virtual_account_id) {
    const Rows rows = co_await s.run(by_account, tenant, connector, virtual_account_id);
    co_return read_first(rows);
}

Step<bool> update_link(Session& s, TenantId tenant, const LinkRow& l) {
    if (l.is_live() && !l.iban.empty()) {
        const Rows others = co_await s.run(others_with_iban, tenant, l.iban, l.id);
        if (!others.empty())
            co_return false;
    }
    co_await s.send(update, tenant, l.id, token(l.status), l.iban, l.virtual_account_id, l.errors,
                    l.version, l.updated_at, l.loan_key, l.owner_name, l.asked_iban);
    co_return true;
}

Step<std::vector<LinkRow>> list_links(Session& s, TenantId tenant, std::int64_t before,
                                      std::size_t limit) {
    const Rows rows = co_await s.run(list, tenant, before, static_cast<std::int64_t>(limit));
    std::vector<LinkRow> links;
    for (std::size_t i = 0; i < rows.size(); ++i)
        links.push_back(read(rows[i]));
    co_return links;
}

} // namespace settled::store
