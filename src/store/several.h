// Rows of several ids, searched together, so that the search costs one turn at the engine and not
// one for each id.
//
//   const Statement one{"SELECT … WHERE tenant_id = $1 AND id = $2"};
//   const Statement several{"SELECT … WHERE id IN (" SETTLED_ID_LIST ") AND tenant_id = $17"};
#pragma once

#include "base/assert.h"
#include "store/session.h"
#include "store/step.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace settled::store {

#define SETTLED_ID_LIST "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16"
inline constexpr std::size_t several_max = 16;

// All of them, which exist, in the order of their ids. `read` makes a T of a Row.
template <class T, class Read>
Step<std::vector<T>> find_by_ids(Session& s, const Statement& one, const Statement& several,
                                 TenantId tenant, std::vector<std::int64_t> ids, Read read) {
    std::ranges::sort(ids);
    std::vector<T> found;
    for (std::span<const std::int64_t> left = ids; !left.empty();) {
        const auto some = left.first(std::min(left.size(), several_max));
        left = left.subspan(some.size());
        std::array<Value, several_max + 1> values; // null where there are fewer: equal to nothing
        std::ranges::copy(some, values.begin());
        values.back() = tenant;
        Rows rows;
        if (some.size() == 1) // nearly always, and cheaper
            rows = co_await s.run(one, tenant, some.front());
        else
            rows = co_await s.run(several, values);
        for (std::size_t i = 0; i < rows.size(); ++i)
            found.push_back(read(rows[i]));
    }
    SETTLED_ASSERT(found.size() == ids.size(), "what is looked for by its id exists");
    co_return found;
}

} // namespace settled::store
