#include "store/queries/money/search.h"

#include "base/assert.h"

#include <array>

namespace settled::store {

namespace {

#define NEWEST(table, column, present)                                                             \
    "SELECT id FROM " table " WHERE tenant_id = $1 AND " column " = $2 AND " present               \
    " <> '' AND id < $4 ORDER BY id DESC LIMIT $3"
const Statement payment_client_id{NEWEST("payment", "lower(client_id)", "client_id")};
const Statement payment_end_to_end_id{NEWEST("payment", "c_end_to_end_id", "c_end_to_end_id")};
const Statement payment_uetr{NEWEST("payment", "c_uetr", "c_uetr")};
const Statement payment_payer{NEWEST("payment", "c_other_account", "c_other_account")};
const Statement payment_payer_name{NEWEST("payment", "c_other_name", "c_other_name")};
const Statement payment_reference{NEWEST("payment", "c_reference", "c_reference")};
const Statement settlement_end_to_end_id{
    NEWEST("settlement", "c_end_to_end_id", "c_end_to_end_id")};
const Statement settlement_uetr{NEWEST("settlement", "c_uetr", "c_uetr")};
const Statement settlement_payer{NEWEST("settlement", "c_other_account", "c_other_account")};
const Statement settlement_payer_name{NEWEST("settlement", "c_other_name", "c_other_name")};
const Statement settlement_reference{NEWEST("settlement", "c_reference", "c_reference")};
const Statement order_client_id{NEWEST("payment_order", "lower(client_id)", "client_id")};
const Statement order_end_to_end_id{
    NEWEST("payment_order", "lower(end_to_end_id)", "end_to_end_id")};
const Statement order_creditor{NEWEST("payment_order", "creditor_key", "creditor_key")};
const Statement return_client_id{NEWEST("money_return", "lower(client_id)", "client_id")};
const Statement return_end_to_end_id{NEWEST("money_return", "end_to_end_id", "end_to_end_id")};
const Statement link_client_id{NEWEST("account_link", "lower(client_id)", "client_id")};
const Statement link_iban{
    "SELECT id FROM account_link WHERE tenant_id = $1 AND iban = $2 AND iban "
    "<> '' AND status IN ('requested', 'active') AND id < $4 ORDER BY id DESC LIMIT $3"};
#undef NEWEST

const std::array<const Statement*, 18> by_key{&payment_client_id,
                                              &payment_end_to_end_id,
                                              &payment_uetr,
                                              &payment_payer,
                                              &payment_payer_name,
                                              &payment_reference,
                                              &settlement_end_to_end_id,
                                              &settlement_uetr,
                                              &settlement_payer,
                                              &settlement_payer_name,
                                              &settlement_reference,
                                              &order_client_id,
                                              &order_end_to_end_id,
                                              &order_creditor,
                                              &return_client_id,
                                              &return_end_to_end_id,
                                              &link_client_id,
                                              &link_iban};
static_assert(by_key.size() == static_cast<std::size_t>(SearchKey::link_iban) + 1);

#define OF_AMOUNT(table)                                                                           \
    "SELECT id, currency FROM " table " WHERE tenant_id = $1 AND amount_minor = $2 AND "           \
    "amount_minor <> 0 AND id < $4 ORDER BY id DESC LIMIT $3"
const Statement payments_of{OF_AMOUNT("payment")};
const Statement settlements_of{OF_AMOUNT("settlement")};
const Statement orders_of{OF_AMOUNT("payment_order")};
#undef OF_AMOUNT
const std::array<const Statement*, 3> by_amount{&payments_of, &settlements_of, &orders_of};

#define LONGER(table)                                                                              \
    "SELECT id FROM " table " WHERE tenant_id = $1 AND c_reference > $2 AND c_reference < $3 "     \
    "AND c_reference <> '' ORDER BY c_reference, id LIMIT $4"
const Statement longer_payments{LONGER("payment")};
const Statement longer_settlements{LONGER("settlement")};
#undef LONGER

const Statement same_words{"SELECT owner_id FROM search_word WHERE tenant_id = $1 AND kind = $2 "
                           "AND word = $3 ORDER BY owner_id DESC LIMIT $4"};
const Statement longer_words{
    "SELECT owner_id FROM search_word WHERE tenant_id = $1 AND kind = $2 AND word > $3 AND word < "
    "$4 ORDER BY word, owner_id LIMIT $5"};

std::vector<std::int64_t> ids_in(const Rows& rows) {
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows[i].integer(0));
    return ids;
}

void add(Beginnings& found, const Rows& rows, bool exact) {
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.rows.push_back({rows[i].integer(0), exact});
}

// Above every text of capitals and digits that begins so, and below all others above those.
std::string end_of(const std::string& beginning) {
    return beginning + "~";
}

std::int64_t rest_of(std::size_t rows_max, const Beginnings& found) {
    return static_cast<std::int64_t>(rows_max - found.rows.size());
}

} // namespace

Step<std::vector<std::int64_t>> newest_with(Session& s, TenantId tenant, SearchKey key,
                                            std::string value, std::size_t limit,
                                            std::int64_t before) {
    if (value.empty())
        co_return std::vector<std::int64_t>{};
    const Rows rows = co_await s.run(*by_key.at(static_cast<std::size_t>(key)), tenant, value,
                                     static_cast<std::int64_t>(limit), before);
    co_return ids_in(rows);
}

Step<std::vector<OfAmount>> newest_of_amount(Session& s, TenantId tenant, SearchAmount which,
                                             std::int64_t minor, std::size_t limit,
                                             std::int64_t before) {
    const Rows rows = co_await s.run(*by_amount.at(static_cast<std::size_t>(which)), tenant, minor,
                                     static_cast<std::int64_t>(limit), before);
    std::vector<OfAmount> found;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto currency = Currency::parse(rows[i].text(1));
        SETTLED_ASSERT(currency.has_value(), "the store holds a currency that is none");
        found.push_back({rows[i].integer(0), *currency});
    }
    co_return found;
}

Step<Beginnings> references_from(Session& s, TenantId tenant, SearchReference which,
                                 std::string beginning, std::size_t rows_max) {
    const bool are_payments = which == SearchReference::payments;
    Beginnings found;
    const Rows same =
        co_await s.run(are_payments ? payment_reference : settlement_reference, tenant, beginning,
                       static_cast<std::int64_t>(rows_max), INT64_MAX);
    add(found, same, true);
    const std::string end = end_of(beginning);
    const Rows longer = co_await s.run(are_payments ? longer_payments : longer_settlements, tenant,
                                       beginning, end, rest_of(rows_max, found));
    add(found, longer, false);
    found.limit_reached = found.rows.size() >= rows_max;
    co_return found;
}

Step<Beginnings> words_from(Session& s, TenantId tenant, WordsOf kind, std::string beginning,
                            std::size_t rows_max) {
    const auto number = static_cast<std::int64_t>(kind);
    Beginnings found;
    const Rows same =
        co_await s.run(same_words, tenant, number, beginning, static_cast<std::int64_t>(rows_max));
    add(found, same, true);
    const std::string end = end_of(beginning);
    const Rows longer =
        co_await s.run(longer_words, tenant, number, beginning, end, rest_of(rows_max, found));
    add(found, longer, false);
    found.limit_reached = found.rows.size() >= rows_max;
    co_return found;
}

} // namespace settled::store
