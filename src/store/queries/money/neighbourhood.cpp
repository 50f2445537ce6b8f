#include "store/queries/money/neighbourhood.h"

#include "domain/payment.h"
#include "domain/settlement.h"
#include "store/merged.h"

#include <iterator>
#include <span>
#include <utility>

namespace settled::store {

namespace {

#define OF_AMOUNT(table)                                                                           \
    "SELECT id, c_account, currency FROM " table " WHERE tenant_id = $1 AND amount_minor = $2 "    \
    "AND amount_minor <> 0 AND id >= $3 AND id < $4 ORDER BY id DESC LIMIT $5"
const Statement payments_of_amount{OF_AMOUNT("payment")};
const Statement settlements_of_amount{OF_AMOUNT("settlement")};
#undef OF_AMOUNT

#define NEWEST(table)                                                                              \
    "SELECT id, c_reference FROM " table " WHERE tenant_id = $1 AND c_account = $2 AND status = "  \
    "$3 AND id >= $4 AND id < $5 ORDER BY id DESC LIMIT $6"
const Statement newest_payments{NEWEST("payment")};
const Statement newest_settlements{NEWEST("settlement")};
#undef NEWEST

} // namespace

Step<NeighbourIds> neighbours_of_amount(Session& s, TenantId tenant, Neighbourhood around,
                                        Money amount, std::size_t rows_max) {
    const Statement& statement =
        around.kind == Neighbours::payments ? payments_of_amount : settlements_of_amount;
    const Rows rows = co_await s.run(statement, tenant, amount.minor, around.first_id,
                                     around.end_id, static_cast<std::int64_t>(rows_max));
    NeighbourIds found{{}, rows.size(), rows.size() == rows_max};
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].text(1) == around.account && rows[i].text(2) == amount.currency.code())
            found.ids.push_back(rows[i].integer(0));
    co_return found;
}

Step<std::vector<NeighbourReference>>
newest_neighbours(Session& s, TenantId tenant, Neighbourhood around, std::size_t rows_max) {
    const bool are_payments = around.kind == Neighbours::payments;
    const Statement& statement = are_payments ? newest_payments : newest_settlements;
    std::vector<NeighbourReference> newest;
    for (const std::string_view status :
         are_payments ? domain::payment_status_tokens() : domain::settlement_status_tokens()) {
        const Rows rows = co_await s.run(statement, tenant, around.account, status, around.first_id,
                                         around.end_id, static_cast<std::int64_t>(rows_max));
        for (std::size_t i = 0; i < rows.size(); ++i)
            newest.push_back({rows[i].integer(0), rows[i].string(1)});
    }
    keep_newest(newest, rows_max);
    co_return newest;
}

} // namespace settled::store
