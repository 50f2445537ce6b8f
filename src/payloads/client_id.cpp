#include "payloads/client_id.h"

#include "base/id.h"
#include "base/limits.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::payloads {

namespace {

constexpr std::size_t prefix_chars = PaymentIdTag::prefix.size(); // of every kind of id
constexpr std::size_t own_id_chars = prefix_chars + 1 + 13;

bool begins_like_an_id_of_ours(std::string_view text) {
    const std::string_view prefix = text.substr(0, prefix_chars);
    const bool are_letters =
        std::ranges::all_of(prefix, [](char c) { return c >= 'a' && c <= 'z'; });
    return are_letters && decode_id(prefix, text.substr(0, own_id_chars)).has_value();
}

} // namespace

Result<std::string> parse_client_id(std::string_view text) {
    const bool visible =
        std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '/'; });
    if (!visible || text == "." || text == "..")
        return fail(Code::value_invalid, "give visible ASCII characters without a slash");
    if (begins_like_an_id_of_ours(text))
        return fail(Code::value_invalid, "it begins like an id that this server gives (" +
                                             std::string(text.substr(0, prefix_chars + 1)) +
                                             " and 13 letters or digits); give an id of your own");
    return std::string(text);
}

Result<std::string> parse_client_id_beside(std::string_view prefix, std::string_view text) {
    const std::string reserved = fmt::format("{}_", prefix);
    if (text.starts_with(reserved))
        return fail(Code::value_invalid,
                    fmt::format("ids that begin with {} are ours: give another", reserved));
    return parse_client_id(text);
}

std::string read_client_id(Reader& in, std::string_view name) {
    std::string id = in.text(name, limits::client_id_bytes_max);
    (void)in.take(name, limits::client_id_bytes_max, parse_client_id);
    return id;
}

} // namespace settled::payloads
