// What a small world comes to, said of the set of its facts: no order of arrival, no store, no
// keys, no timers. It goes over all payments and all settlements again and again until nothing
// changes, which no server could afford, and asks match/ of each pair.
#pragma once

#include "match/choice.h"

#include <cstddef>
#include <string>
#include <vector>

namespace settled::scenario {

struct WorldPayment {
    std::string name;
    match::MatchFields identity; // as it was registered
    bool is_cancelled = false;
};

struct WorldSettlement {
    std::string name;
    match::MatchFields identity;
    bool is_rejected = false;  // by a person
    std::string given_to = {}; // the payment that a person gave it; empty: to none
};

struct WorldReturn {
    std::string name;
    match::MatchFields identity;
};

struct SmallWorld {
    std::vector<WorldPayment> payments;
    std::vector<WorldSettlement> settlements;
    std::vector<WorldReturn> returns;
};

// "s1 matched p1", "p1 settled", "r1 applied", …, one line each, sorted. Of a set of twins it is
// not said which got which.
std::vector<std::string> oracle(const SmallWorld& world);

// Whether an id decides something at once that would end otherwise if what came after it had come
// before: there, and there alone, the order of arrival matters (docs/matching.md).
bool order_matters(const SmallWorld& world);

} // namespace settled::scenario
