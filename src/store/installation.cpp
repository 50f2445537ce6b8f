#include "store/installation.h"

namespace settled::store {

namespace {

const Statement find{"SELECT value FROM installation WHERE name = $1"};
const Statement keep{
    "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"};

} // namespace

Step<std::optional<Bytes>> find_installation_value(Session& s, std::string_view name) {
    const Rows rows = co_await s.run(find, name);
    if (rows.empty())
        co_return std::nullopt;
    const BytesView value = rows.front().blob(0);
    co_return Bytes(value.begin(), value.end());
}

Step<Bytes> keep_installation_value(Session& s, std::string_view name, Bytes value) {
    co_await s.send(keep, name, BytesView(value));
    const auto kept = co_await find_installation_value(s, name);
    SETTLED_ASSERT(kept.has_value(), "a value that was kept can be read");
    co_return *kept;
}

} // namespace settled::store
