#include "sandbox/base/input.h"

#include <algorithm>

namespace settled::sandbox {

namespace {

std::unexpected<Error> invalid(std::string_view name, std::string_view wanted) {
    return fail(Code::value_invalid, std::string(name) + " must be " + std::string(wanted));
}

} // namespace

std::optional<wire::Json> Input::member(std::string_view name) const {
    std::optional<wire::Json> found = object_.member(name);
    if (found && found->is_null())
        return std::nullopt;
    return found;
}

std::optional<Input> Input::part(std::string_view name) const {
    const std::optional<wire::Json> found = member(name);
    if (!found || !found->is_object())
        return std::nullopt;
    return Input(*found);
}

Result<> Input::only(std::initializer_list<std::string_view> names) const {
    if (!object_.is_object())
        return fail(Code::value_invalid, "an object is expected");
    for (std::size_t i = 0; i < object_.size(); ++i)
        if (std::ranges::find(names, object_.name_at(i)) == names.end())
            return fail(Code::member_unknown, std::string(object_.name_at(i)) + " is not known");
    return {};
}

Result<std::string> Input::text(std::string_view name) const {
    const std::optional<wire::Json> found = member(name);
    if (!found)
        return fail(Code::member_missing, std::string(name) + " is needed");
    const std::optional<std::string_view> text = found->string();
    if (!text)
        return invalid(name, "a string");
    return std::string(*text);
}

Result<std::string> Input::text_or(std::string_view name, std::string_view otherwise) const {
    if (!member(name))
        return std::string(otherwise);
    return text(name);
}

Result<std::int64_t> Input::integer_or(std::string_view name, std::int64_t otherwise,
                                       std::int64_t min, std::int64_t max) const {
    const std::optional<wire::Json> found = member(name);
    if (!found)
        return otherwise;
    const std::optional<std::int64_t> number = found->integer();
    if (!number || *number < min || *number > max)
        return invalid(name,
                       "an integer from " + std::to_string(min) + " to " + std::to_string(max));
    return *number;
}

Result<bool> Input::flag_or(std::string_view name, bool otherwise) const {
    const std::optional<wire::Json> found = member(name);
    if (!found)
        return otherwise;
    const std::optional<bool> flag = found->boolean();
    if (!flag)
        return invalid(name, "true or false");
    return *flag;
}

Result<Money> Input::amount() const {
    TRY(const std::string code, text_or("currency", "GBP"));
    TRY(const Currency currency, Currency::parse(code));
    TRY(const std::string digits, text("amount"));
    TRY(const Money money, parse_money(digits, currency));
    if (money.minor <= 0)
        return fail(Code::amount_invalid, "amount must be more than nothing");
    return money;
}

} // namespace settled::sandbox
