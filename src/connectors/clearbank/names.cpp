#include "connectors/clearbank/names.h"

#include "base/limits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace settled::connectors::clearbank {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view without_version(std::string_view type) {
    std::size_t end = type.size();
    while (end > 0 && is_digit(type[end - 1]))
        --end;
    const std::size_t digits = type.size() - end;
    if (digits == 0 || digits > 2 || end < 2 || type[end - 1] != 'V')
        return type;
    return type.substr(0, end - 1);
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> spellings{{
    {"PaymentMessageAssessmentFailed", "PaymentMessageAssesmentFailed"},
    {"OuboundHeldTransaction", "OutboundHeldTransaction"},
    {"BacsDirectDebitIndemnityClaimReceivedEvent", "BacsDirectDebitIndemnityClaimReceived"},
}};

} // namespace

std::string base_type(std::string_view type) {
    const std::string_view bare = without_version(type);
    const auto* const known =
        std::ranges::find(spellings, bare, [](const auto& spelling) { return spelling.first; });
    return std::string(known == spellings.end() ? bare : known->second);
}

std::optional<wire::Json> member_of(wire::Json object, std::string_view name) {
    std::optional<wire::Json> found = object.member(name);
    if (!found)
        found = object.member_any_case(name);
    if (found && found->is_null())
        return std::nullopt;
    return found;
}

std::optional<std::string_view> text_of(wire::Json object, std::string_view name) {
    const std::optional<wire::Json> found = member_of(object, name);
    if (!found)
        return std::nullopt;
    const std::optional<std::string_view> text = found->string();
    if (!text || text->empty())
        return std::nullopt;
    return text;
}

std::string text_or_empty(wire::Json object, std::string_view name) {
    return std::string(text_of(object, name).value_or(std::string_view()));
}

std::string id_or_empty(wire::Json object, std::string_view name) {
    std::string id = text_or_empty(object, name);
    return id.size() <= limits::text_bytes_max ? id : std::string();
}

} // namespace settled::connectors::clearbank
