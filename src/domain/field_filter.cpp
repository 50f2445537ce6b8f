#include "domain/field_filter.h"

#include "base/limits.h"

#include <algorithm>

namespace settled::domain {

namespace {

constexpr std::string_view form =
    R"(give {"at":"/data/settlement/scheme","is":["FasterPayments"]})";

Result<std::string> parse_value(wire::Json written) {
    const auto text = written.string();
    if (!text || text->size() > limits::text_bytes_max)
        return fail(Code::value_invalid, "`is` holds texts of at most 256 bytes");
    return std::string(*text);
}

} // namespace

bool FieldCondition::holds(wire::Json document) const {
    const auto value = pointer.find(document);
    const auto text = value ? wire::scalar_text(*value) : std::nullopt;
    return text && std::ranges::find(is, *text) != is.end();
}

Result<FieldCondition> parse_condition(wire::Json written) {
    const auto at = written.member("at");
    const auto is = written.member("is");
    if (!at || !is || !at->string() || written.size() != 2)
        return fail(Code::value_invalid, std::string(form));
    FieldCondition condition;
    condition.at = *at->string();
    TRY(condition.pointer, wire::JsonPointer::parse(condition.at));
    if (is->is_string()) {
        TRY(std::string value, parse_value(*is));
        condition.is.push_back(std::move(value));
        return condition;
    }
    if (!is->is_array() || is->size() == 0 || is->size() > field_values_max)
        return fail(Code::value_invalid, "`is` is a text or a list of 1 to 16 texts");
    for (std::size_t i = 0; i < is->size(); ++i) {
        TRY(std::string value, parse_value(is->at(i)));
        condition.is.push_back(std::move(value));
    }
    return condition;
}

Result<FieldFilter> parse_filter(wire::Json written) {
    if (!written.is_array() || written.size() == 0 || written.size() > field_conditions_max)
        return fail(Code::value_invalid, "give a list of 1 to 16 conditions");
    FieldFilter filter;
    for (std::size_t i = 0; i < written.size(); ++i) {
        TRY(FieldCondition condition, parse_condition(written.at(i)));
        filter.push_back(std::move(condition));
    }
    return filter;
}

bool fits(const FieldFilter& filter, wire::Json document) {
    return std::ranges::all_of(filter, [&](const auto& each) { return each.holds(document); });
}

void write_condition(wire::JsonWriter& w, const FieldCondition& condition) {
    w.object().member("at", condition.at).key("is").array();
    for (const std::string& value : condition.is)
        w.value(value);
    w.end().end();
}

void write_filter(wire::JsonWriter& w, const FieldFilter& filter) {
    w.array();
    for (const FieldCondition& condition : filter)
        write_condition(w, condition);
    w.end();
}

} // namespace settled::domain
