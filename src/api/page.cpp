#include "api/page.h"

#include "base/iban.h"
#include "base/id.h"
#include "base/money.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace settled::api {

Result<std::size_t> read_limit(const net::Request& request) {
    std::size_t limit = limits::page_size_default;
    const auto given = request.parameter("limit");
    if (!given)
        return limit;
    const char* const end = given->data() + given->size();
    const auto [stop, error] = std::from_chars(given->data(), end, limit);
    if (error != std::errc() || stop != end || limit == 0 || limit > limits::page_size_max)
        return fail(Code::parameter_invalid,
                    fmt::format("limit: give a number from 1 to {}", limits::page_size_max));
    return limit;
}

Result<Page> read_page(const net::Request& request, std::string_view prefix) {
    Page page;
    TRY(page.limit, read_limit(request));
    if (const auto after = request.parameter("after")) {
        const auto id = decode_id(prefix, *after);
        if (!id)
            return fail(Code::cursor_invalid, "after: give what `next` said");
        page.before = *id;
    }
    return page;
}

Result<std::string> read_choice(const net::Request& request, std::string_view name,
                                std::initializer_list<std::string_view> choices) {
    std::string given = request.parameter(name).value_or("");
    if (!given.empty() && std::ranges::find(choices, given) == choices.end())
        return fail(Code::parameter_invalid,
                    fmt::format("{}: give one of {}", name, fmt::join(choices, ", ")));
    return given;
}

Result<std::string> read_account_filter(const net::Request& request) {
    const auto given = request.parameter("account");
    if (!given)
        return std::string{};
    if (const auto iban = parse_iban(*given))
        return account_key(*iban);
    const std::string_view text = *given;
    const std::size_t space = text.find(' ');
    std::string key = space == text.npos
                          ? std::string{}
                          : account_key(text.substr(0, space), text.substr(space + 1));
    if (key.empty())
        return fail(Code::parameter_invalid,
                    "account: give an IBAN, or a sort code, a space and an account number");
    return key;
}

} // namespace settled::api
