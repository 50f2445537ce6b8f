#include "store/queries/money/postings.h"

#include "base/assert.h"

namespace settled::store {

namespace {

#define POSTING_COLUMNS                                                                            \
    "id, connector_id, kind, cause, status, loan_account_id, subject_kind, subject_id, "           \
    "external_id, amount_minor, currency, scheme, value_at, detail, transaction_key, undo, "       \
    "reason_code, reason, version, created_at, updated_at"
#define SELECT_POSTINGS "SELECT " POSTING_COLUMNS " FROM posting WHERE tenant_id = $1 AND "

const Statement insert{"INSERT INTO posting (tenant_id, " POSTING_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                       "$15, $16, $17, $18, $19, $20, $21, $22) ON CONFLICT DO NOTHING"};
const Statement by_id{SELECT_POSTINGS "id = $2"};
const Statement by_cause{SELECT_POSTINGS "connector_id = $2 AND cause = $3"};
const Statement by_subject{SELECT_POSTINGS "subject_id = $2 ORDER BY id"};
const Statement update{
    "UPDATE posting SET status = $3, detail = $4, transaction_key = $5, undo = $6, "
    "reason_code = $7, reason = $8, version = $9, updated_at = $10 WHERE tenant_id = $1 AND "
    "id = $2"};
const Statement open_of{SELECT_POSTINGS "connector_id = $2 AND status IN ('queued', 'in_doubt', "
                                        "'needs_review') AND id > $3 ORDER BY id LIMIT $4"};
const Statement list{SELECT_POSTINGS "id < $2 ORDER BY id DESC LIMIT $3"};
const Statement list_of_status{SELECT_POSTINGS "status = $4 AND id < $2 ORDER BY id DESC LIMIT $3"};
const Statement list_of_loan{SELECT_POSTINGS "loan_account_id = $4 AND id < $2 ORDER BY id DESC "
                                             "LIMIT $3"};

#undef SELECT_POSTINGS
#undef POSTING_COLUMNS

PostingRow read(const Row& row) {
    const auto kind = domain::posting_kind_named(row.text(2));
    const auto status = domain::posting_status_named(row.text(4));
    const auto subject = domain::posting_subject_named(row.text(6));
    const auto currency = Currency::parse(row.text(10));
    SETTLED_ASSERT(kind && status && subject && currency, "the store holds a posting that is none");
    PostingRow p;
    p.id = row.id<PostingId>(0);
    p.connector = row.id<ConnectorId>(1);
    p.kind = *kind;
    p.cause = row.text(3);
    p.status = *status;
    p.loan_account_id = row.text(5);
    p.subject = *subject;
    p.subject_id = row.integer(7);
    p.external_id = row.text(8);
    p.amount = {row.integer(9), *currency};
    p.scheme = row.text(11);
    p.value_at = row.instant(12);
    p.detail = row.text(13);
    p.transaction_key = row.text(14);
    p.undo = row.integer(15) != 0;
    p.reason_code = row.text(16);
    p.reason = row.text(17);
    p.version = row.integer(18);
    p.created_at = row.instant(19);
    p.updated_at = row.instant(20);
    return p;
}

std::optional<PostingRow> read_first(const Rows& rows) {
    if (rows.empty())
        return std::nullopt;
    return read(rows.front());
}

std::vector<PostingRow> read_all(const Rows& rows) {
    std::vector<PostingRow> postings;
    for (std::size_t i = 0; i < rows.size(); ++i)
        postings.push_back(read(rows[i]));
    return postings;
}

} // namespace

Step<bool> insert_posting(Session& s, TenantId tenant, const PostingRow& p) {
    const Rows inserted = co_await s.run(
        insert, tenant, p.id, p.connector, token(p.kind), p.cause, token(p.status),
        p.loan_account_id, token(p.subject), p.subject_id, p.external_id, p.amount.minor,
        p.amount.currency.code(), p.scheme, p.value_at, p.detail, p.transaction_key, p.undo ? 1 : 0,
        p.reason_code, p.reason, p.version, p.created_at, p.updated_at);
    co_return inserted.changed() == 1;
}

Step<std::optional<PostingRow>> find_posting(Session& s, TenantId tenant, PostingId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    co_return read_first(rows);
}

Step<std::optional<PostingRow>>
find_posting_of_cause(Session& s, TenantId tenant, ConnectorId connector, std::string_view cause) {
    const Rows rows = co_await s.run(by_cause, tenant, connector, cause);
    co_return read_first(rows);
}

Step<std::vector<PostingRow>> postings_of(Session& s, TenantId tenant, std::int64_t subject_id) {
    const Rows rows = co_await s.run(by_subject, tenant, subject_id);
    co_return read_all(rows);
}

Step<> update_posting(Session& s, TenantId tenant, const PostingRow& p) {
    co_await s.send(update, tenant, p.id, token(p.status), p.detail, p.transaction_key,
                    p.undo ? 1 : 0, p.reason_code, p.reason, p.version, p.updated_at);
}

Step<bool> has_open_postings(Session& s, TenantId tenant, ConnectorId connector) {
    const Rows rows = co_await s.run(open_of, tenant, connector, std::int64_t{0}, std::int64_t{1});
    co_return !rows.empty();
}

Step<std::vector<PostingRow>> open_postings(Session& s, TenantId tenant, ConnectorId connector,
                                            std::int64_t after, std::size_t limit) {
    const Rows rows =
        co_await s.run(open_of, tenant, connector, after, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::vector<PostingRow>> list_postings(Session& s, TenantId tenant, PostingFilter filter,
                                            std::int64_t before, std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    if (!filter.loan_account_id.empty()) {
        const Rows rows =
            co_await s.run(list_of_loan, tenant, before, most, filter.loan_account_id);
        co_return read_all(rows);
    }
    if (!filter.status.empty()) {
        const Rows rows = co_await s.run(list_of_status, tenant, before, most, filter.status);
        co_return read_all(rows);
    }
    const Rows rows = co_await s.run(list, tenant, before, most);
    co_return read_all(rows);
}

} // namespace settled::store
