#include "store/payments.h"

#include "store/identity_columns.h"

#include <algorithm>

namespace settled::store {

namespace {

#define PAYMENT_COLUMNS                                                                            \
    "id, client_id, status, amount_minor, currency, institution_id, scheme, reference, "           \
    "end_to_end_id, payee_name, payee_account, payer_name, payer_account, created_at, "            \
    "registered_at, version, c_account, c_end_to_end_id, c_reference, c_uetr, c_other_account, "   \
    "c_other_name"

const Statement insert{
    "INSERT INTO payment (tenant_id, fingerprint, " PAYMENT_COLUMNS ") VALUES ($1, $2, "
    "$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
    "$20, $21, $22, $23, $24)"};
const Statement find_by_id{"SELECT " PAYMENT_COLUMNS
                           " FROM payment WHERE tenant_id = $1 AND id = $2"};
const Statement find_by_client_id{
    "SELECT " PAYMENT_COLUMNS ", fingerprint FROM payment WHERE tenant_id = $1 AND client_id = $2"};
const Statement list{"SELECT " PAYMENT_COLUMNS " FROM payment WHERE tenant_id = $1 AND id < $2 "
                     "AND ($3 = '' OR status = $3) AND ($4 = '' OR c_account = $4) "
                     "ORDER BY id DESC LIMIT $5"};
const Statement close{"UPDATE payment SET status = $3, version = version + 1 WHERE tenant_id = $1 "
                      "AND id = $2 AND status IN ('expected', 'overdue')"};
const Statement count_open{
    "SELECT count(*) FROM (SELECT id FROM payment WHERE tenant_id = $1 AND status "
    "IN ('expected', 'overdue') LIMIT $2) AS open"};

#undef PAYMENT_COLUMNS

flow::PaymentStatus status_of(std::string_view text) {
    using enum flow::PaymentStatus;
    for (const auto status : {expected, settled, partially_settled, overdue, returned, cancelled})
        if (token(status) == text)
            return status;
    SETTLED_ASSERT(false, "the store holds a payment status that is none: {}", text);
    return expected;
}

flow::Payment read(const Row& row) {
    flow::Payment payment;
    payment.id = row.id<PaymentId>(0);
    payment.client_id = row.text(1);
    payment.status = status_of(row.text(2));
    payment.amount = money_at(row, 3, 4);
    payment.institution_id = row.text(5);
    payment.scheme = row.text(6);
    payment.reference = row.text(7);
    payment.end_to_end_id = row.text(8);
    payment.payee_name = row.text(9);
    payment.payee_account = row.text(10);
    payment.payer_name = row.text(11);
    payment.payer_account = row.text(12);
    payment.created_at = row.instant(13);
    payment.registered_at = row.instant(14);
    payment.version = row.integer(15);
    payment.identity = identity_at(row, 16, payment.amount, payment.created_at);
    return payment;
}

} // namespace

Step<> insert_payment(Session& s, TenantId tenant, const flow::Payment& p,
                      const crypto::Digest& fingerprint) {
    const match::Identity& c = p.identity;
    co_await s.send(insert, tenant, fingerprint, p.id, p.client_id, token(p.status), p.amount.minor,
                    p.amount.currency.code(), p.institution_id, p.scheme, p.reference,
                    p.end_to_end_id, p.payee_name, p.payee_account, p.payer_name, p.payer_account,
                    p.created_at, p.registered_at, p.version, c.account, c.end_to_end_id,
                    c.reference, c.uetr, c.other_account, c.other_name);
}

Step<std::optional<flow::Payment>> find_payment(Session& s, TenantId tenant, PaymentId id) {
    const Rows rows = co_await s.run(find_by_id, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::optional<RegisteredPayment>> find_payment_by_client_id(Session& s, TenantId tenant,
                                                                 std::string_view client_id) {
    const Rows rows = co_await s.run(find_by_client_id, tenant, client_id);
    if (rows.empty())
        co_return std::nullopt;
    RegisteredPayment found{read(rows.front()), {}};
    std::ranges::copy(rows.front().blob(22), found.fingerprint.begin());
    co_return found;
}

Step<std::vector<flow::Payment>> list_payments(Session& s, TenantId tenant, PaymentFilter filter,
                                               std::int64_t before, std::size_t limit) {
    const Rows rows = co_await s.run(list, tenant, before, filter.status, filter.account,
                                     static_cast<std::int64_t>(limit));
    std::vector<flow::Payment> payments;
    for (std::size_t i = 0; i < rows.size(); ++i)
        payments.push_back(read(rows[i]));
    co_return payments;
}

Step<bool> close_payment(Session& s, TenantId tenant, PaymentId id, flow::PaymentStatus status) {
    const Rows closed = co_await s.run(close, tenant, id, token(status));
    co_return closed.changed() == 1;
}

Step<std::int64_t> count_open_payments(Session& s, TenantId tenant, std::int64_t most) {
    const Rows rows = co_await s.run(count_open, tenant, most);
    co_return rows.front().integer(0);
}

} // namespace settled::store
