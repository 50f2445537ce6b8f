// The control API's answers about the model core bank, as JSON. Amounts end in `_minor` and are
// pence; times end in `_us` and are microseconds since 1970.
#pragma once

#include "sandbox/control/paging.h"
#include "sandbox/core_bank/books.h"
#include "sandbox/core_bank/core_api.h"
#include "sandbox/core_bank/core_webhooks.h"

#include <string>
#include <string_view>

namespace settled::sandbox {

std::string show_core_loan(const CoreLoan& loan);
std::string show_core_booking(const CoreBooking& booking);
// Bookings behind `page.after` (their numbers); of one loan, by id or key, or of all.
std::string show_core_ledger(CoreBooks& books, Page page, const std::string& loan);
// Count and sum by type and channel; what stands (was not adjusted); duplicates.
std::string show_core_summary(const CoreBooks& books, CoreApi& api);
std::string show_core_webhooks(const CoreWebhooks& webhooks, Page page);

} // namespace settled::sandbox
