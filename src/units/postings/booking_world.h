// Disbursements that are booked in the core banking system, for tests.
#pragma once

#include "units/postings/loan_world.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::units::testing {

class BookingWorld : public LoanWorld {
  public:
    explicit BookingWorld(std::string_view more = "") : LoanWorld(more) {
        mambu().add_loan("LN-1");
    }
    // A booking of 100.00 by FPS that was reported and read. Returns its encoded key.
    std::string booked(std::string_view amount = "100.00",
                       std::string_view channel = "MBU_Loan_Disbursement_FPS") {
        const auto& made = mambu().book("LN-1", std::string(amount), now(), std::string(channel));
        const std::string key = made.key;
        disbursed(made);
        run_core();
        return key;
    }
    std::vector<domain::Order> orders() {
        auto all = read<std::vector<domain::Order>>(
            [&](store::Session& s) { return store::list_orders(s, tenant, "", last_id, 100); });
        std::ranges::reverse(all);
        return all;
    }
    store::BookingRow booking(const std::string& key) {
        return read<std::optional<store::BookingRow>>([&](store::Session& s) {
                   return store::find_booking_of_key(s, tenant, core, key);
               })
            .value();
    }
    // The bank takes the order's call.
    domain::Order pay() {
        const auto call = take_one();
        const auto order = orders().front();
        reply(call, 202, BankWorld::accepted({order.end_to_end_id}));
        return order;
    }
};

} // namespace settled::units::testing
