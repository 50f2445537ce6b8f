#include "store/queries/database_size.h"

namespace settled::store {

namespace {

const Statement size{"SELECT bytes FROM database_size"};

} // namespace

Step<std::optional<std::int64_t>> find_database_size(Session& s) {
    const Rows rows = co_await s.run(size);
    co_return rows.front().is_null(0) ? std::nullopt : std::optional(rows.front().integer(0));
}

} // namespace settled::store
