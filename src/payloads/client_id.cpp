#include "payloads/client_id.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::payloads {

Result<std::string> parse_client_id(std::string_view text) {
    const bool visible =
        std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '/'; });
    if (!visible || text == "." || text == "..")
        return fail(Code::value_invalid, "give visible ASCII characters without a slash");
    return std::string(text);
}

Result<std::string> parse_client_id_beside(std::string_view prefix, std::string_view text) {
    const std::string reserved = fmt::format("{}_", prefix);
    if (text.starts_with(reserved))
        return fail(Code::value_invalid,
                    fmt::format("ids that begin with {} are ours: give another", reserved));
    return parse_client_id(text);
}

} // namespace settled::payloads
