#include "payloads/reader.h"

#include "payloads/bounds.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::payloads {

namespace {

// A client's member name in an error: enough to find it, and nothing that harms a terminal.
std::string shown_name(std::string_view name) {
    constexpr std::size_t shown_max = 64;
    std::string shown(name.substr(0, shown_max));
    std::ranges::replace_if(
        shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return shown;
}

bool has_control_characters(std::string_view text, bool lines) {
    return std::ranges::any_of(text, [lines](char c) {
        const bool line_end = c == '\n' || c == '\r';
        return (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) && !(lines && line_end);
    });
}

// A name inside a JSON pointer (RFC 6901).
std::string pointer_part(std::string_view name) {
    std::string part = "/";
    for (const char c : name) {
        if (c == '~')
            part += "~0";
        else if (c == '/')
            part += "~1";
        else
            part += c;
    }
    return part;
}

// The same member, or one inside it.
bool is_within(std::string_view pointer, std::string_view outer) {
    return pointer.starts_with(outer) &&
           (pointer.size() == outer.size() || pointer[outer.size()] == '/');
}

} // namespace

Reader::Reader(wire::Json object, Unknown unknown)
    : Reader(object, std::make_shared<State>(State{.error = {}, .unknown = unknown}), {}) {}

Reader::Reader(wire::Json object, std::shared_ptr<State> state, Place place)
    : object_(object), state_(std::move(state)), place_(std::move(place)),
      refused_before_(state_->refused) {
    if (!object_.is_object())
        refuse(Code::value_invalid, place_, "give an object");
    is_object_ = object_.is_object();
}

Reader Reader::nested(std::string_view name, wire::Json value) const {
    return {value, state_, place_of(name)};
}

Reader Reader::nested(std::string_view name, std::size_t index, wire::Json value) const {
    return {value, state_, place_of(name, index)};
}

std::optional<wire::Json> Reader::member(std::string_view name) {
    if (std::ranges::find(asked_, name) == asked_.end())
        asked_.push_back(name);
    const auto value = object_.member(name);
    return value && value->is_null() ? std::nullopt : value;
}

bool Reader::has(std::string_view name) {
    const auto value = member(name);
    return value && value->string() != "";
}

std::string Reader::checked(const Place& place, const wire::Json& value, std::size_t bytes_max,
                            bool lines) {
    const auto text = value.string();
    if (!text)
        refuse(Code::value_invalid, place,
               value.number() ? "give a text: put the number in quotes" : "give a text");
    else if (text->size() > bytes_max)
        refuse(Code::value_invalid, place, fmt::format("give at most {} bytes", bytes_max));
    else if (has_control_characters(*text, lines))
        refuse(Code::value_invalid, place, "give no control characters");
    else
        return std::string(*text);
    return {};
}

std::string Reader::text(std::string_view name, std::size_t bytes_max) {
    std::string given = optional_text(name, bytes_max);
    if (given.empty())
        missing(name); // or its problem was reported already
    return given;
}

std::string Reader::optional_text(std::string_view name, std::size_t bytes_max) {
    const auto value = member(name);
    return value ? checked(place_of(name), *value, bytes_max, false) : std::string{};
}

std::optional<std::vector<std::string>>
Reader::optional_texts(std::string_view name, std::size_t count_max, std::size_t bytes_max) {
    const auto value = member(name);
    if (!value)
        return std::nullopt;
    std::vector<std::string> texts;
    if (!value->is_array() || value->size() == 0 || value->size() > count_max) {
        refuse(Code::value_invalid, name, fmt::format("give a list of 1 to {} texts", count_max));
        return texts;
    }
    for (std::size_t i = 0; i < value->size(); ++i)
        texts.push_back(checked(place_of(name, i), value->at(i), bytes_max, true));
    return texts;
}

std::optional<std::int64_t> Reader::optional_integer(std::string_view name, std::int64_t least,
                                                     std::int64_t most) {
    const auto value = member(name);
    if (!value)
        return std::nullopt;
    const auto number = value->integer();
    if (!number || *number < least || *number > most)
        refuse(Code::value_invalid, name,
               fmt::format("give a whole number from {} to {}", least, most));
    return number;
}

bool Reader::optional_flag(std::string_view name) {
    const auto value = member(name);
    if (!value)
        return false;
    const auto flag = value->boolean();
    if (!flag)
        refuse(Code::value_invalid, name, "give true or false");
    return flag.value_or(false);
}

Money Reader::money(std::string_view name) {
    Money money;
    object(name, [&](Reader& in) {
        constexpr std::size_t decimal_bytes_max = 32;
        const auto value = in.member("value");
        if (const auto number = value ? value->number() : std::nullopt;
            number && number->size() <= decimal_bytes_max)
            in.refuse(Code::value_invalid, "value",
                      fmt::format("send the amount in quotes: \"{}\"", *number));
        const std::string digits = in.text("value", decimal_bytes_max);
        const std::string code = in.text("currency", decimal_bytes_max);
        if (in.failed())
            return;
        const auto currency = Currency::parse(code);
        if (!currency)
            return in.refuse(currency.error().code, "currency", currency.error().detail);
        const auto parsed = parse_money(digits, *currency);
        if (!parsed)
            return in.refuse(parsed.error().code, "value", parsed.error().detail);
        if (parsed->minor <= 0)
            return in.refuse(Code::amount_invalid, "value", "give an amount above zero");
        money = *parsed;
    });
    return money;
}

void Reader::refuse(Code code, std::string_view name, std::string_view why) {
    refuse(code, name.empty() ? place_ : place_of(name), why);
}

void Reader::refuse(Code code, const Place& place, std::string_view why) {
    ++state_->refused;
    if (!state_->error)
        state_->error = Error{code, place.path.empty() ? std::string(why)
                                                       : fmt::format("{}: {}", place.path, why)};
    std::vector<Problem>& problems = state_->error->problems;
    const bool is_told = std::ranges::any_of(
        problems, [&](const Problem& told) { return is_within(told.pointer, place.pointer); });
    if (is_object_ && !is_told && problems.size() < bounds::problems_max)
        problems.push_back({place.pointer, code, std::string(why)});
}

void Reader::refuse_list(std::string_view name, bool is_there, std::size_t count_max) {
    if (!is_there)
        return missing(name);
    refuse(Code::value_invalid, name, fmt::format("give a list of 1 to {}", count_max));
}

void Reader::missing(std::string_view name) {
    refuse(Code::member_missing, name, "it is required");
}

void Reader::close() {
    if (state_->unknown == Unknown::tolerant)
        return;
    for (std::size_t i = 0; i < object_.size() && is_object_; ++i) {
        const std::string_view name = object_.name_at(i);
        if (std::ranges::find(asked_, name) == asked_.end())
            refuse(Code::member_unknown, shown_name(name), "there is no such member");
    }
}

Result<> Reader::finish() {
    close();
    if (state_->error)
        return std::unexpected(*state_->error);
    return {};
}

Reader::Place Reader::place_of(std::string_view name) const {
    return {place_.path.empty() ? std::string(name) : fmt::format("{}.{}", place_.path, name),
            place_.pointer + pointer_part(name)};
}

Reader::Place Reader::place_of(std::string_view name, std::size_t index) const {
    Place place = place_of(name);
    place.path += fmt::format("[{}]", index);
    place.pointer += fmt::format("/{}", index);
    return place;
}

} // namespace settled::payloads
