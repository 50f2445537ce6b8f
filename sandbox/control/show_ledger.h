// The control API's answers about the ledger, rules, faults and calls, as JSON. Amounts end in
// `_minor` and are pence; times end in `_us` and are microseconds since 1970.
#pragma once

#include "sandbox/bank/api/api.h"
#include "sandbox/bank/payments/ledger.h"
#include "sandbox/bank/payments/payment_rules.h"
#include "sandbox/control/paging.h"

#include <string>
#include <string_view>

namespace settled::sandbox {

// Bookings behind `page.after`, of one end-to-end id and in one state; empty: of all, in any.
struct LedgerFilter {
    std::string end_to_end_id;
    std::string state;
};
std::string show_ledger(const Ledger& ledger, Page page, const LedgerFilter& filter);
std::string show_ledger_summary(const LedgerSummary& summary,
                                const BankApi::SignatureCounts& signatures);
std::string show_payment_rules(const PaymentRules& rules);
std::string show_faults(const ApiFaults& faults);
// Calls whose target begins with `path`; empty: all.
std::string show_calls(const CallLog& calls, Page page, std::string_view path);

} // namespace settled::sandbox
