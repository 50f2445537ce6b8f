// The JSON of the model core bank, as Mambu's schemas have it; and its requests, read.
#pragma once

#include "net/http.h"
#include "sandbox/core_bank/books.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::sandbox {

net::Response core_refusal(const CoreError& error);

// With custom fields if `is_full`.
void write_core_loan(wire::JsonWriter& w, const CoreLoan& loan, bool is_full);
void write_core_booking(wire::JsonWriter& w, const CoreBooking& booking, bool is_full);
std::string core_holder_json(const CoreHolder& holder);

// The bodies of requests.
CoreResult<CoreOrder> read_core_order(std::string_view body);
CoreResult<std::vector<CorePatch>> read_core_patch(std::string_view body);
CoreResult<std::string> read_core_notes(std::string_view body);

// One of {"filterCriteria":[{"field","operator","value"}]}.
struct CoreFilter {
    std::string field, operation, value;
};
CoreResult<std::vector<CoreFilter>> read_core_filters(std::string_view body);
// Whether a booking fits; an unknown field or operator is a refusal.
CoreResult<bool> fits(const CoreBooking& booking, const std::vector<CoreFilter>& filters);

} // namespace settled::sandbox
