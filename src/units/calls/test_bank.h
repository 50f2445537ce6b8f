// An operator tests a connector's API: the bank's test endpoint is called, and the institution's
// account is looked up. Neither moves money.
#pragma once

#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

namespace settled::units {

struct BankTest {
    CallId test;    // the bank sends FITestEvent for it
    CallId account; // its reply shows the institution's account
};
// Commits both calls. Under Lock::calls of the connector.
store::Step<BankTest> test_bank(store::Session& s, const UnitScope& work, const Bank& bank);

} // namespace settled::units
