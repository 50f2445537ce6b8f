// How much money is expected, overdue, unmatched, in review and settled, by currency.
//
// The queries that change a payment or a settlement note what that adds to which sum (count_money).
// The writer adds up what a group of units has noted and writes it in the same commit, into rows of its
// own, as it does with figures: so no two writers wait for each other, a sum holds if and only if the
// rows that it counts do, and a reader adds the writers up, however many payments are open.
//
// Amounts are kept as billions and a rest of minor units, since the sum of amounts of 18 digits does
// not fit into 64 bits.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "base/money.h"
#include "domain/payment.h"
#include "domain/settlement.h"
#include "store/bite.h"
#include "store/session.h"
#include "store/step.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace settled::store {

// The numbers are in the store (migration 0037): never renumber.
enum class MoneyPart : std::uint8_t {
    expected = 1,          // what is still to come of such payments
    partially_settled = 2, // the same
    overdue = 3,           // the same
    unmatched = 4,         // settlements that are booked on no loan
    in_review = 5,         // settlements that are ambiguous
    settled = 6,           // settlements that are matched, by when they were received
};

struct MoneyItem {
    TenantId tenant;
    MoneyPart part;
    Money amount;
    bool is_added = true;  // else taken away
    Instant received_at{}; // of what is settled
};

// The sum that a payment or a settlement is part of; nullopt: of none.
std::optional<MoneyPart> part_of(domain::PaymentStatus status);
std::optional<MoneyPart> part_of(domain::SettlementStatus status, bool is_booked);

// Adds to or takes from a sum when, and only when, this unit is committed.
void count_money(Session& s, const MoneyItem& item);

// A settlement as the sums see it.
struct SettlementState {
    domain::SettlementStatus status{};
    bool is_booked = false;
    Money amount;
    Instant received_at;
};
void count_settlement(Session& s, TenantId tenant, const SettlementState& state, bool is_added);

// Adds them to the rows of that writer. The engine calls it before it commits; the statements' rows are
// not waited for.
Step<> write_money_sums(Session& s, const std::vector<MoneyItem>& items, std::int64_t writer);

struct MoneyCount {
    Money amount; // the sum; the largest that there is, where it is larger
    std::int64_t count = 0;
};
// Rows of: currency, billions of minor units, count, the rest of the minor units.
std::vector<MoneyCount> sums_in(const Rows& rows);

// What is so now: every part but `settled`, each by currency.
using OpenMoney = std::map<MoneyPart, std::vector<MoneyCount>>;
Step<OpenMoney> read_open_money(Session& s, TenantId tenant);

// What was received from `from` on and before `to` and is settled, by currency. Both are where rows of
// that length (minute_row, hour_row) begin.
struct Received {
    Instant from;
    Instant to;
    std::chrono::seconds row{};
};
Step<std::vector<MoneyCount>> read_settled_money(Session& s, TenantId tenant, Received received);

// Deletes rows of what was received, of that length, that began before `until`, as drop_old_figures does.
Step<Bitten> drop_old_money_sums(Session& s, std::chrono::seconds length, Instant until, Bite bite);

} // namespace settled::store
