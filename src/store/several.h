// Rows of several ids, looked for together, so that a look costs one turn at the engine and not one
// for each id.
//
//   const Statement one{"SELECT … WHERE tenant_id = $1 AND id = $2"};
//   const Statement several{"SELECT … WHERE id IN (" SETTLED_SEVERAL ") AND tenant_id = $17"};
#pragma once

#include "store/session.h"
#include "store/step.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace settled::store {

#define SETTLED_SEVERAL "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16"
inline constexpr std::size_t several_max = 16;

// The rows of the first ids of `left`, at most several_max, which are taken out of it.
inline Step<Rows> run_several(Session& s, const Statement& one, const Statement& several,
                              TenantId tenant, std::span<const std::int64_t>& left) {
    const auto some = left.first(std::min(left.size(), several_max));
    left = left.subspan(some.size());
    if (some.size() == 1)
        co_return co_await s.run(one, tenant, some.front());
    std::array<Value, several_max + 1> values; // null where there are fewer: equal to nothing
    std::ranges::copy(some, values.begin());
    values.back() = tenant;
    co_return co_await s.run(several, values);
}

} // namespace settled::store
