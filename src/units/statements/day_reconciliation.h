// What is true of an account on a day: the bank's statements, our settlements, orders and returns side
// by side by count and sum, and each difference with its cause. Reads only.
//
// The bank's side is what the statements of the day book on it. Ours is what their entries report,
// and in addition what happened on that day (UTC) and is on no statement. So the two sides are equal
// unless there is a difference that is listed.
#pragma once

#include "base/error.h"
#include "domain/order.h"
#include "statements/day_books.h"
#include "statements/summary.h"
#include "store/queries/money/statements.h"
#include "units/statements/statement_reconciliation.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace settled::units {

struct DayItem {
    std::optional<StatementId> statement = {}; // with `entry`: the bank's side
    std::int64_t entry = 0;
    std::optional<SettlementId> settlement = {};
    std::optional<OrderId> order = {};
    std::optional<ReturnId> money_return = {};
    std::optional<std::int64_t> bank_minor = {}, our_minor = {};
    std::string end_to_end_id = {};
    std::string text = {}; // the bank's, or the status of an order or return
};

struct DayDifference {
    statements::DayGap gap = statements::DayGap::no_statement;
    statements::Flow flow = statements::Flow::paid_in;
    std::int64_t count = 0;
    std::int64_t minor = 0;     // of the side that has it; of amount_differs: bank less ours
    std::vector<DayItem> items; // the first of them
};

struct DayStatement {
    store::StatementRow row;
    statements::Place place;
};

struct DayFlow {
    statements::Side bank, ours;
};

struct DayReconciliation {
    std::string account_key;
    Instant day;
    Currency currency;
    std::vector<DayStatement> statements;
    std::array<DayFlow, 4> flows;                            // by Flow
    std::map<std::string, statements::Side> orders, returns; // made on the day, by status
    std::vector<DayDifference> differences;
};

struct DayQuestion {
    TenantId tenant;
    std::string account; // an IBAN, or as the bank writes it
    Instant day;
    Currency currency; // where no statement of the day says another one
};

// Fails with account_unknown, and with limit_reached when the day has more than may be held.
store::Step<Result<DayReconciliation>> reconcile_day(store::Session& s, DayQuestion question);

} // namespace settled::units
