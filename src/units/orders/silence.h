// An order whose call got no answer, and a bank that is asked about it, for tests.
#pragma once

#include "units/orders/bank_world.h"

#include <chrono>
#include <functional>
#include <string>

namespace settled::units::testing {

// Plays the bank's silence until nothing is sent any more.
inline void play_silence(BankWorld& world, const std::function<std::string()>& query_answer) {
    for (int i = 0; i < 400 && world.status_of("payout-1") == domain::OrderStatus::in_doubt; ++i) {
        world.pass(std::chrono::seconds(60));
        for (const CallToSend& call : world.take()) {
            if (call.request.purpose == domain::CallPurpose::find_transactions)
                world.reply(call, 200, query_answer());
            else
                world.lose(call);
        }
    }
}

} // namespace settled::units::testing
