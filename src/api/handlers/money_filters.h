// Filters of the lists of payments and settlements: by what their rows hold, compared as the matching compares, all of
// them together.
#pragma once

#include "api/handlers/filtered_page.h"
#include "api/handlers/why/search_query.h"
#include "api/page.h"
#include "domain/payment.h"
#include "domain/settlement.h"
#include "net/http.h"
#include "store/session.h"
#include "store/step.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::api {

// Empty members are not asked for.
struct MoneyFilter {
    std::string status;
    std::string account;               // account_key() of ours
    std::string reference;             // canonical
    std::string end_to_end_id;         // canonical
    std::string transaction_id;        // of settlements, as the bank writes it
    std::string institution;           // of payments
    std::string payer_account;         // account_key()
    std::string payer_name;            // canonical
    std::vector<SoughtAmount> amounts; // any of them
    std::optional<Currency> currency;
    bool waiting = false;                                    // unmatched, and booked on no loan
    Instant from{std::numeric_limits<std::int64_t>::min()};  // of creation, or of arrival
    Instant until{std::numeric_limits<std::int64_t>::max()}; // and before this

    // Whether more is asked for than status and account.
    bool is_detailed() const;
    bool has_times() const;
};
bool fits(const MoneyFilter& filter, const domain::Payment& payment);
bool fits(const MoneyFilter& filter, const domain::Settlement& settlement);

// `times`: "created" or "received". Fails with parameter_invalid.
Result<MoneyFilter> read_money_filter(const net::Request& request, std::string_view times);

// Newest first: by their ids, or where times are asked for and nothing that finds fewer, by their creation.
store::Step<FilteredPage<domain::Payment>>
filtered_payments(store::Session& s, TenantId tenant, std::shared_ptr<const MoneyFilter> filter,
                  Page page);
store::Step<FilteredPage<domain::Settlement>>
filtered_settlements(store::Session& s, TenantId tenant, std::shared_ptr<const MoneyFilter> filter,
                     Page page);

} // namespace settled::api
