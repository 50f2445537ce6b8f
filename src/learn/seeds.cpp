#include "learn/seeds.h"

#include "base/limits.h"
#include "learn/names.h"
#include "learn/pattern_length.h"
#include "match/match_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace settled::learn {

namespace {

using wire::Json;
using ByName = std::map<std::pair<std::string, std::string>, std::size_t>;

bool is_name(std::string_view text) {
    const bool visible =
        std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '/'; });
    return !text.empty() && text.size() <= institution_bytes_max && visible;
}

std::string text_of(const Json& object, std::string_view name) {
    const auto member = object.member(name);
    return std::string(member ? member->string().value_or("") : "");
}

void keep_strictest(ByName& seeds, std::string institution, std::string scheme,
                    std::size_t length) {
    const auto [at, is_new] =
        seeds.try_emplace({std::move(institution), std::move(scheme)}, length);
    if (!is_new)
        at->second = std::min(at->second, length);
}

// The least length of any `reference` property below. JSON is at most limits::json_depth_max deep.
std::optional<std::size_t> length_in(const Json& schema) {
    std::optional<std::size_t> least;
    const auto take = [&](std::optional<std::size_t> length) {
        if (length && *length > 0)
            least = least ? std::min(*least, *length) : *length;
    };
    for (std::size_t i = 0; i < schema.size(); ++i) {
        const Json inner = schema.at(i);
        if (schema.is_object() && schema.name_at(i) == "reference" && inner.is_object()) {
            take(pattern_length_max(text_of(inner, "pattern")));
            if (const auto most = inner.member("maxLength");
                most && most->integer().value_or(0) > 0)
                take(static_cast<std::size_t>(*most->integer()));
        }
        if (inner.is_object() || inner.is_array())
            take(length_in(inner));
    }
    return least;
}

void read_constraint(std::string institution, const Json& element, ByName& seeds,
                     std::size_t& without) {
    for (const std::string_view name : {"institutionId", "id"})
        if (institution.empty())
            institution = text_of(element, name);
    const auto length = length_in(element);
    const bool counts = length && *length <= match::reference_chars_max && is_name(institution);
    if (counts)
        keep_strictest(seeds, std::move(institution), "", *length);
    else
        ++without;
}

Result<> read_ours(const Json& element, std::size_t index, ByName& seeds) {
    const auto wrong = [index](std::string_view member, std::string_view why) {
        return fail(Code::value_invalid,
                    fmt::format("institutions[{}].{}: {}", index, member, why));
    };
    if (!element.is_object())
        return fail(Code::value_invalid, fmt::format("institutions[{}]: give an object", index));
    for (std::size_t i = 0; i < element.size(); ++i) {
        const std::string_view name = element.name_at(i);
        if (name != "institution_id" && name != "scheme" && name != "reference_chars_max")
            return fail(Code::member_unknown, fmt::format("institutions[{}].{}", index, name));
    }
    const std::string institution = text_of(element, "institution_id");
    if (!is_name(institution))
        return wrong("institution_id", "give up to 128 visible characters without a slash");
    const auto most = element.member("reference_chars_max");
    const std::int64_t length = most ? most->integer().value_or(0) : 0;
    if (length < 1 || std::cmp_greater(length, match::reference_chars_max))
        return wrong("reference_chars_max", "give a number from 1 to 140");
    keep_strictest(seeds, institution, scheme_of(text_of(element, "scheme")),
                   static_cast<std::size_t>(length));
    return {};
}

} // namespace

Result<Seeds> read_seeds(const Json& root) {
    ByName found;
    Seeds seeds;
    const auto ours = root.member("institutions");
    const auto data = root.member("data");
    if (!root.is_object() || !(ours || data))
        return fail(Code::member_missing, "institutions");
    const Json list = ours ? *ours : *data;
    if (!list.is_array() && (ours || !list.is_object()))
        return fail(Code::value_invalid, ours ? "institutions: give a list" : "data: give a list");
    if (list.size() > seeds_at_once_max)
        return fail(Code::value_invalid,
                    fmt::format("give at most {} institutions at once", seeds_at_once_max));
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (ours) {
            TRY_VOID(read_ours(list.at(i), i, found));
            continue;
        }
        std::string name = list.is_object() ? std::string(list.name_at(i)) : std::string();
        read_constraint(std::move(name), list.at(i), found, seeds.without_length);
    }
    for (auto& [name, length] : found)
        seeds.seeds.push_back({name.first, name.second, length});
    return seeds;
}

} // namespace settled::learn
