#include "cli/client/query.h"

#include <fmt/format.h>

namespace settled::cli {

std::string query_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || std::string_view("-._~").contains(c);
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string with_parameters(std::string_view path, const Parameters& parameters) {
    std::string target(path);
    for (const auto& [name, value] : parameters)
        if (!value.empty())
            target +=
                fmt::format("{}{}={}", target.contains('?') ? '&' : '?', name, query_text(value));
    return target;
}

} // namespace settled::cli
