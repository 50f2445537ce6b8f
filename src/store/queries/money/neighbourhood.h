// Payments and settlements of one account around a time, open or closed: what one of them could be confused with. Only
// for people who ask why; the matching has its own index (match_keys.h).
#pragma once

#include "base/id.h"
#include "base/money.h"
#include "store/session.h"
#include "store/step.h"

#include <cstdint>
#include <string>
#include <vector>

namespace settled::store {

enum class Neighbours : std::uint8_t { payments, settlements };

// Ids from `first_id` on and below `end_id`: of a time, since ids rise with it.
struct Neighbourhood {
    Neighbours kind = Neighbours::payments;
    std::string account; // account_key()
    std::int64_t first_id = 0;
    std::int64_t end_id = 0;
};

struct NeighbourIds {
    std::vector<std::int64_t> ids;
    std::size_t read = 0;
    bool limit_reached = false;
};
// Those of the amount, newest first, among the newest `rows_max` of that amount of any account.
Step<NeighbourIds> neighbours_of_amount(Session& s, TenantId tenant, Neighbourhood around,
                                        Money amount, std::size_t rows_max);

struct NeighbourReference {
    std::int64_t id = 0;
    std::string reference; // canonical
};
// The newest `rows_max` of any amount.
Step<std::vector<NeighbourReference>> newest_neighbours(Session& s, TenantId tenant,
                                                        Neighbourhood around, std::size_t rows_max);

} // namespace settled::store
