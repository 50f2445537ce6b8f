// The money rules that must hold at every instant (ARCHITECTURE.md, "What is guaranteed"), asked of
// the database and compared with a ledger that the test keeps by itself.
#pragma once

#include "store/store.h"

#include <cstdint>
#include <string>
#include <vector>

namespace settled::scenario {

// What was sent in: settlements that count as money for a payment.
struct Ledger {
    std::int64_t settlements = 0;
    std::int64_t minor = 0; // their sum, whatever the currency: it is only compared
};

// The rules that are broken; empty when all hold.
std::vector<std::string> broken_rules(store::Store& store, const Ledger& ledger);

} // namespace settled::scenario
