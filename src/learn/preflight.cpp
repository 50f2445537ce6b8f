#include "learn/preflight.h"

#include "match/fold.h"
#include "match/keys.h"
#include "match/match_fields.h"

#include <algorithm>
#include <array>

namespace settled::learn {

namespace {

std::string_view without_leading_space(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == text.npos ? std::string_view() : text.substr(first);
}

std::string left_of(std::string_view text, std::optional<std::size_t> cut) {
    text = without_leading_space(text);
    return match::canonical_reference(cut ? match::first_characters(text, *cut) : text);
}

bool is_carried(char c, const SchemeRules& rules) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ||
           rules.punctuation.contains(c);
}

bool is_longer(std::string_view text, std::size_t chars) {
    return match::first_characters(text, chars).size() < text.size();
}

} // namespace

std::string_view token(Warning warning) {
    static constexpr std::array<std::string_view, 7> tokens{"reference_is_sentinel",
                                                            "reference_too_short",
                                                            "reference_too_long_for_scheme",
                                                            "reference_outside_charset",
                                                            "reference_cut_collides",
                                                            "reference_repeats",
                                                            "scheme_unknown"};
    return tokens[static_cast<std::size_t>(warning)];
}

std::optional<std::size_t> cut_of(const Reference& reference) {
    const SchemeRules* const rules = rules_of(reference.scheme);
    if (rules == nullptr)
        return reference.length_max;
    return std::min(rules->reference_chars_max,
                    reference.length_max.value_or(rules->reference_chars_max));
}

std::string what_is_left(const Reference& reference) {
    return left_of(reference.text, cut_of(reference));
}

std::vector<Warning> warnings_for(const Reference& reference, std::span<const std::string> others) {
    std::vector<Warning> warnings;
    const std::string_view text = without_leading_space(reference.text);
    if (text.empty())
        return warnings;
    const std::string whole = match::canonical_reference(text);
    if (whole.empty())
        return {Warning::reference_is_sentinel};
    if (whole.size() < match::part_min)
        warnings.push_back(Warning::reference_too_short);
    if (const SchemeRules* const rules = rules_of(reference.scheme)) {
        if (is_longer(text, rules->reference_chars_max))
            warnings.push_back(Warning::reference_too_long_for_scheme);
        if (!std::ranges::all_of(text, [&](char c) { return is_carried(c, *rules); }))
            warnings.push_back(Warning::reference_outside_charset);
    }
    const auto cut = cut_of(reference);
    const std::string left = left_of(text, cut);
    bool repeats = false;
    bool collides = false;
    for (const std::string& other : others) {
        const bool same = match::canonical_reference(other) == whole;
        repeats = repeats || same;
        collides = collides || (!same && !left.empty() && left_of(other, cut) == left);
    }
    if (collides)
        warnings.push_back(Warning::reference_cut_collides);
    if (repeats)
        warnings.push_back(Warning::reference_repeats);
    return warnings;
}

} // namespace settled::learn
