#include "statements/charges.h"

#include "statements/bounds.h"

#include <fmt/format.h>

namespace settled::statements {

namespace {

constexpr std::string_view opening = "(charges ";

} // namespace

std::string with_charges(std::string text, Money charges) {
    const std::string note = fmt::format("{}{}{} {})", text.empty() ? "" : " ", opening,
                                         decimal(charges), charges.currency.code());
    return text.size() + note.size() > bounds::remittance_bytes_max ? text : text + note;
}

std::string_view without_charges(std::string_view text) {
    constexpr std::size_t currency_length = 4; // and the space before it
    const std::size_t at = text.rfind(opening);
    if (at == std::string_view::npos || !text.ends_with(')'))
        return text;
    std::string_view amount = text.substr(at + opening.size());
    amount.remove_suffix(1);
    if (amount.size() <= currency_length || amount[amount.size() - currency_length] != ' ')
        return text;
    const auto currency = Currency::parse(amount.substr(amount.size() - currency_length + 1));
    amount.remove_suffix(currency_length);
    if (!currency || !parse_money(amount, *currency))
        return text;
    const std::string_view before = text.substr(0, at);
    return before.ends_with(' ') ? before.substr(0, before.size() - 1) : before;
}

} // namespace settled::statements
