// Many payments and their settlements, number by number: the provider and the bank of the sandbox
// make them from the same words, so item 17 here is item 17 there.
#pragma once

#include "demo/stage.h"

#include <string>
#include <vector>

namespace settled::demo {

struct SeriesPlan {
    std::string name; // "batch-" gives payments "batch-000001", …
    std::size_t count = 0;
    std::int64_t pence = 0;
    std::size_t amounts = 1; // so many different ones, to make them alike but not the same
};

// True when the server took all of them.
Task<bool> register_series(Stage& stage, SeriesPlan plan);

// The settlements of the series, held and signed by the bank until a call releases them; one for
// each payment, in order. Shorter when the bank refused.
Task<std::vector<Sent>> hold_settlements(Stage& stage, SeriesPlan plan);

// The payment's id and its amount; `index` counts from 0.
std::string series_item(const SeriesPlan& plan, std::size_t index);
Money series_amount(const SeriesPlan& plan, std::size_t index);

} // namespace settled::demo
