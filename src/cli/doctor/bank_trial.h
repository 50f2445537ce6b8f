// A bank is called to see whether it answers: a signed test call, and the institution's account. A
// core banking system is asked for its organisation, its transaction channels and custom fields. The
// server makes the calls, on the path that all calls take.
#pragma once

#include "wire/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace settled::cli::doctor {

class Site;

// How a call ended, as /v1/calls shows it.
struct CallEnd {
    bool is_taken = false;
    std::string reason;      // else: why, in a clause
    std::string found;       // of a call that was taken: what is wrong with what it shows
    std::string reply;       // of the bank, when it is taken
    std::int64_t us = 0;     // of the try that was answered
    bool is_awaited = false; // nothing has come of it within the wait
};

struct BankTrial {
    // Why the bank was not called. Empty: it was.
    std::string put_off;
    CallEnd test;
    CallEnd account;
    std::vector<CallEnd> setup; // of a core banking system
    std::string newest_webhook; // before the calls; "": there was none
};

BankTrial try_bank(Site& site, const wire::Json& connector);

} // namespace settled::cli::doctor
