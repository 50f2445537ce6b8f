#include "store/queries/money/payments.h"

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

#define PAYMENT_COLUMNS                                                                            \
    "id, client_id, status, amount_minor, currency, institution_id, scheme, reference, "           \
    "end_to_end_id, payee_name, payee_account, payer_name, payer_account, created_at, "            \
    "registered_at, version, c_account, c_end_to_end_id, c_reference, c_uetr, c_other_account, "   \
    "c_other_name, settled_minor, lowest_minor, highest_minor, bounds_currency, single_use"

const Statement insert{
    "INSERT INTO payment (tenant_id, fingerprint, " PAYMENT_COLUMNS ") VALUES ($1, $2, "
    "$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
    "$20, $21, $22, $23, $24, $25, $26, $27, $28, $29)"};
const Statement find_by_id{"SELECT " PAYMENT_COLUMNS
                           " FROM payment WHERE tenant_id = $1 AND id = $2"};
const Statement find_several_by_id{"SELECT " PAYMENT_COLUMNS
                                   " FROM payment WHERE id IN (" SETTLED_ID_LIST
                                   ") AND tenant_id = $17 ORDER BY id"};
const Statement find_by_client_id{
    "SELECT " PAYMENT_COLUMNS ", fingerprint FROM payment WHERE tenant_id = $1 AND client_id = $2"};
#define BELOW " FROM payment WHERE tenant_id = $1 AND id < $2 "
const Statement list{"SELECT " PAYMENT_COLUMNS BELOW "ORDER BY id DESC LIMIT $3"};
const Statement list_of_status{"SELECT " PAYMENT_COLUMNS BELOW
                               "AND status = $4 ORDER BY id DESC LIMIT $3"};
const Statement list_of_account{"SELECT " PAYMENT_COLUMNS BELOW
                                "AND c_account = $5 AND status = $4 ORDER BY id DESC LIMIT $3"};
#undef BELOW
const Statement list_by_creation{
    "SELECT " PAYMENT_COLUMNS " FROM payment WHERE tenant_id = $1 AND (created_at, id) < ($2, $3) "
    "AND created_at >= $4 ORDER BY created_at DESC, id DESC LIMIT $5"};
const Statement update{"UPDATE payment SET status = $4, settled_minor = $5, version = version + 1 "
                       "WHERE tenant_id = $1 AND id = $2 AND status = $3 AND settled_minor = $6"};
const Statement walk_open{"SELECT " PAYMENT_COLUMNS " FROM payment WHERE tenant_id = $1 AND "
                          "status = $5 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4"};
const Statement count_open{
    "SELECT count(*) FROM (SELECT id FROM payment WHERE tenant_id = $1 AND status "
    "IN ('expected', 'overdue', 'partially_settled') LIMIT $2) AS open"};

#undef PAYMENT_COLUMNS

domain::PaymentStatus status_of(std::string_view text) {
    const auto status = domain::payment_status_named(text);
    SETTLED_ASSERT(status.has_value(), "the store holds a payment status that is none: {}", text);
    return *status;
}

std::optional<match::Bounds> bounds_at(const Row& row, std::size_t first) {
    if (row.text(first + 2).empty())
        return std::nullopt;
    return match::Bounds{money_at(row, first, first + 2), money_at(row, first + 1, first + 2)};
}

domain::Payment read(const Row& row) {
    domain::Payment payment;
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
    payment.settled_minor = row.integer(22);
    const Money rest{payment.amount.minor - payment.settled_minor, payment.amount.currency};
    payment.identity = identity_at(row, 16, rest, payment.created_at);
    payment.identity.rail = match::rail_of(payment.scheme);
    payment.identity.accepted_range = bounds_at(row, 23);
    payment.identity.single_use = row.integer(26) != 0;
    return payment;
}

// Into the sum, or out of the sum, of what is still to come of payments in that state.
void count(Session& s, TenantId tenant, Money amount, PaymentState state, bool is_added) {
    const Money rest{amount.minor - state.settled_minor, amount.currency};
    if (const auto part = part_of(state.status))
        count_money(s, {tenant, *part, rest, is_added});
}

std::vector<domain::Payment> read_all(const Rows& rows) {
    std::vector<domain::Payment> payments;
    for (std::size_t i = 0; i < rows.size(); ++i)
        payments.push_back(read(rows[i]));
    return payments;
}

} // namespace

Step<> insert_payment(Session& s, TenantId tenant, const domain::Payment& p,
                      const crypto::Digest& fingerprint) {
    const match::MatchFields& c = p.identity;
    const auto bounds = c.accepted_range.value_or(match::Bounds{});
    co_await s.send(insert, tenant, fingerprint, p.id, p.client_id, token(p.status), p.amount.minor,
                    p.amount.currency.code(), p.institution_id, p.scheme, p.reference,
                    p.end_to_end_id, p.payee_name, p.payee_account, p.payer_name, p.payer_account,
                    p.created_at, p.registered_at, p.version, c.account, c.end_to_end_id,
                    c.reference, c.uetr, c.other_account, c.other_name, p.settled_minor,
                    bounds.lowest.minor, bounds.highest.minor,
                    c.accepted_range ? bounds.lowest.currency.code() : std::string_view(),
                    c.single_use ? 1 : 0);
    co_await insert_words(s, tenant, WordsOf::payment_names, p.id.value,
                          match::name_words(p.payer_name));
    count(s, tenant, p.amount, {p.status, p.settled_minor}, true);
    s.made({Feed::payments, tenant, p.id.value});
}

Step<std::optional<domain::Payment>> find_payment(Session& s, TenantId tenant, PaymentId id) {
    const Rows rows = co_await s.run(find_by_id, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<domain::Payment>> find_existing_payments(Session& s, TenantId tenant,
                                                          std::vector<std::int64_t> ids) {
    std::vector<FeedPlace> places;
    for (const std::int64_t id : ids)
        places.push_back({0, id});
    std::vector<domain::Payment> found;
    co_await find_those(s, find_several_by_id, tenant, places, std::nullopt,
                        [&](const Row& row) { found.push_back(read(row)); });
    co_return found;
}

Step<std::vector<domain::Payment>> find_payments(Session& s, TenantId tenant,
                                                 std::vector<std::int64_t> ids) {
    return find_by_ids<domain::Payment>(s, find_by_id, find_several_by_id, tenant, std::move(ids),
                                        read);
}

Step<std::optional<RegisteredPayment>> find_payment_by_client_id(Session& s, TenantId tenant,
                                                                 std::string_view client_id) {
    const Rows rows = co_await s.run(find_by_client_id, tenant, client_id);
    if (rows.empty())
        co_return std::nullopt;
    RegisteredPayment found{read(rows.front()), {}};
    std::ranges::copy(rows.front().blob(27), found.fingerprint.begin());
    co_return found;
}

Step<std::vector<domain::Payment>> list_payments(Session& s, TenantId tenant, PaymentFilter filter,
                                                 std::int64_t before, std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    if (filter.account.empty() && filter.status.empty()) {
        const Rows rows = co_await s.run(list, tenant, before, most);
        co_return read_all(rows);
    }
    if (filter.account.empty()) {
        const Rows rows = co_await s.run(list_of_status, tenant, before, most, filter.status);
        co_return read_all(rows);
    }
    std::vector<domain::Payment> payments;
    for (const std::string_view status : wanted(filter.status, domain::payment_status_tokens())) {
        const Rows rows =
            co_await s.run(list_of_account, tenant, before, most, status, filter.account);
        std::ranges::move(read_all(rows), std::back_inserter(payments));
    }
    keep_newest(payments, limit);
    co_return payments;
}

Step<std::vector<domain::Payment>> list_payments_by_creation(Session& s, TenantId tenant,
                                                             Instant from, CreatedPlace below,
                                                             std::size_t limit) {
    const Rows rows = co_await s.run(list_by_creation, tenant, below.created_at, below.id, from,
                                     static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<bool> update_payment(Session& s, TenantId tenant, const domain::Payment& p,
                          PaymentState before) {
    const Rows updated = co_await s.run(update, tenant, p.id, token(before.status), token(p.status),
                                        p.settled_minor, before.settled_minor);
    if (updated.changed() != 1)
        co_return false;
    count(s, tenant, p.amount, before, false);
    count(s, tenant, p.amount, {p.status, p.settled_minor}, true);
    co_return true;
}

Step<std::vector<domain::Payment>> walk_open_payments(Session& s, TenantId tenant,
                                                      std::int64_t after, std::int64_t until,
                                                      std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    std::vector<domain::Payment> payments;
    for (const std::string_view status : domain::payment_status_tokens()) {
        if (!domain::is_open(status_of(status)))
            continue;
        const Rows rows = co_await s.run(walk_open, tenant, after, until, most, status);
        std::ranges::move(read_all(rows), std::back_inserter(payments));
    }
    keep_oldest(payments, limit);
    co_return payments;
}

Step<std::int64_t> count_open_payments(Session& s, TenantId tenant, std::int64_t most) {
    const Rows rows = co_await s.run(count_open, tenant, most);
    co_return rows.front().integer(0);
}

Step<FeedPage<domain::Payment>> payments_after(Session& s, TenantId tenant, FeedPlace after,
                                               std::size_t limit) {
    return read_feed<domain::Payment>(s, Feed::payments, find_several_by_id, tenant, after,
                                      std::nullopt, limit, read);
}

} // namespace settled::store
