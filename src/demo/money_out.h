// What the scenes about money out share: an order as a client posts it, and what the bank's own
// ledger has of it.
#pragma once

#include "demo/stage.h"

#include <string>
#include <vector>

namespace settled::demo {

struct PayOut {
    std::string client_id;
    std::int64_t pence = 0;
    std::string payee;
    std::string reference;
};

inline constexpr std::string_view loan_account = "LN-4711";
inline constexpr std::string_view borrower = "Ann Lee";

// From the loan's account, by Faster Payments.
Task<Answer> post_order(World& world, PayOut order);
// The order as soon as it is in that state, else as it is when the time is over.
Task<Answer> order_when(World& world, std::string id, std::string_view status);

// What the bank has booked under an end-to-end id, oldest first.
std::vector<const sandbox::Booking*> booked(World& world, const std::string& end_to_end_id);
// Checks that the bank's ledger has exactly one payment of it, settled, of this amount.
void check_paid_once(Stage& stage, const std::string& end_to_end_id, std::int64_t pence);

std::string shown_pounds(std::int64_t pence); // "GBP 12.34"

} // namespace settled::demo
