// What a caller of the control API asks of the model core bank, read from JSON.
#pragma once

#include "sandbox/base/input.h"
#include "sandbox/core_bank/books.h"

#include <optional>

namespace settled::sandbox {

struct NewCoreLoan {
    CoreLoan loan;
    bool notifies = true; // by webhook, when it is approved
};
// {"id","amount","state","currency","holder":{"name","group","line1","city","postcode","country"},
//  "virtual_account_id","iban","notify"}; `count` is left to the caller.
Result<NewCoreLoan> read_core_loan(const Input& input);

struct NewCoreBooking {
    CoreOrder order;
    std::optional<Instant> created; // of one that was booked earlier
    bool notifies = true;
};
// {"amount","channel","creditor":{"name","iban","sort_code","account_number"},"reference",
//  "created_us","notify","fields":{"field":"value"}}
Result<NewCoreBooking> read_core_booking(const Input& input);

// {"without_channels":[…],"without_fields":["_set.field"],"time_zone","currency"}: the published
// setup without these.
Result<CoreSetup> read_core_setup(const Input& input);

} // namespace settled::sandbox
