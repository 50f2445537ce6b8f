#include "store/queries/last_backup.h"

#include "store/queries/installation.h"

#include <charconv>
#include <string>

namespace settled::store {

namespace {

// Of an installation value: microseconds, as digits.
constexpr std::string_view name = "last_backup_at";

} // namespace

Step<std::optional<Instant>> find_last_backup(Session& s) {
    const auto value = co_await find_installation_value(s, name);
    if (!value)
        co_return std::nullopt;
    const std::string_view text = as_text(*value);
    Instant at;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), at.us);
    if (error != std::errc{} || end != text.data() + text.size())
        co_return std::nullopt;
    co_return at;
}

Step<> set_last_backup(Session& s, Instant at) {
    const std::string digits = std::to_string(at.us);
    co_await set_installation_value(s, std::string(name), Bytes(digits.begin(), digits.end()));
}

} // namespace settled::store
