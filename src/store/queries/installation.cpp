#include "store/queries/installation.h"

namespace settled::store {

namespace {

const Statement find{"SELECT value FROM installation WHERE name = $1"};
const Statement keep{
    "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"};
const Statement set{"INSERT INTO installation (name, value) VALUES ($1, $2) "
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"};
const Statement under{"SELECT name, value FROM installation "
                      "WHERE substr(name, 1, CAST($2 AS integer)) = $1 ORDER BY name"};

Bytes bytes_of(const Row& row, std::size_t column) {
    const BytesView value = row.blob(column);
    return {value.begin(), value.end()};
}

} // namespace

Step<std::optional<Bytes>> find_installation_value(Session& s, std::string_view name) {
    const Rows rows = co_await s.run(find, name);
    if (rows.empty())
        co_return std::nullopt;
    co_return bytes_of(rows.front(), 0);
}

Step<Bytes> keep_installation_value(Session& s, std::string_view name, Bytes value) {
    co_await s.send(keep, name, BytesView(value));
    const auto kept = co_await find_installation_value(s, name);
    SETTLED_ASSERT(kept.has_value(), "a value that was kept can be read");
    co_return *kept;
}

Step<> set_installation_value(Session& s, std::string name, Bytes value) {
    co_await s.send(set, name, BytesView(value));
}

Step<std::vector<InstallationValue>> installation_values_under(Session& s, std::string prefix) {
    const Rows rows = co_await s.run(under, prefix, static_cast<std::int64_t>(prefix.size()));
    std::vector<InstallationValue> values;
    for (std::size_t i = 0; i < rows.size(); ++i)
        values.push_back({std::string(rows[i].text(0)), bytes_of(rows[i], 1)});
    co_return values;
}

} // namespace settled::store
