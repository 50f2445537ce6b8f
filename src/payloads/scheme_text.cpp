#include "payloads/scheme_text.h"

#include "match/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace settled::payloads {

namespace {

constexpr std::string_view address_marks = " /-?:().,'+";
constexpr std::string_view more_marks = "#=!\"%&*<>;{@";

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_carried(char c, CharacterSet set) {
    return is_letter_or_digit(c) || address_marks.find(c) != std::string_view::npos ||
           (set == CharacterSet::words && more_marks.find(c) != std::string_view::npos);
}

// Calls `each` with every character: its bytes and, where they are UTF-8, its code point.
template <class Each>
void for_each_character(std::string_view utf8, const Each& each) {
    while (!utf8.empty()) {
        const std::string_view character = match::first_characters(utf8, 1);
        each(character);
        utf8.remove_prefix(character.size());
    }
}

std::uint32_t code_point_of(std::string_view character) {
    constexpr std::array<std::uint32_t, 5> lead_masks{0, 0x7f, 0x1f, 0x0f, 0x07};
    std::uint32_t value = static_cast<std::uint8_t>(character[0]) &
                          lead_masks[std::min<std::size_t>(character.size(), 4)];
    for (const char c : character.substr(1))
        value = value << 6U | (static_cast<std::uint8_t>(c) & 0x3fU);
    return value;
}

// Latin letters alternate between capital and small; where they begin with the small one is the
// exception.
bool is_small(std::uint32_t c) {
    if (c <= 0xff)
        return c >= 0xdf;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
        return c % 2 == 0;
    if (c == 0x178)
        return false;
    if (c <= 0x24f)
        return c % 2 == 1;
    if (c >= 0x370 && c <= 0x3ff)
        return c >= 0x3ac;
    if (c >= 0x400 && c <= 0x45f)
        return c >= 0x430;
    return c % 2 == 1; // U+1E00 to U+1EFF
}

constexpr std::array<std::pair<std::uint32_t, std::string_view>, 31> marks{{
    {0x5b, "("},    {0x5c, "/"},    {0x5d, ")"},     {0x5f, "-"},   {0x60, "'"},    {0x7c, "/"},
    {0x7d, ")"},    {0x7e, "-"},    {0xa0, " "},     {0xab, "\""},  {0xb4, "'"},    {0xbb, "\""},
    {0x2010, "-"},  {0x2011, "-"},  {0x2012, "-"},   {0x2013, "-"}, {0x2014, "-"},  {0x2015, "-"},
    {0x2018, "'"},  {0x2019, "'"},  {0x201a, "'"},   {0x201b, "'"}, {0x201c, "\""}, {0x201d, "\""},
    {0x201e, "\""}, {0x201f, "\""}, {0x2026, "..."}, {0x202f, " "}, {0x2032, "'"},  {0x2033, "\""},
    {0x3000, " "},
}};
static_assert(std::ranges::is_sorted(marks, {}, [](const auto& mark) { return mark.first; }));

std::string_view mark_for(std::uint32_t c) {
    const auto* const found =
        std::ranges::lower_bound(marks, c, {}, [](const auto& mark) { return mark.first; });
    return found != marks.end() && found->first == c ? found->second : std::string_view();
}

// The letters for one character beyond ASCII; empty when there are none. A superscript digit is no
// letter, and a number must not change.
std::string letters_for(std::string_view character, std::uint32_t c) {
    const bool full_width = c >= 0xff01 && c <= 0xff5e;
    if (full_width)
        return std::string(1, static_cast<char>(c - 0xff01 + '!'));
    std::string letters = match::fold_to_ascii(character);
    const bool all_letters =
        std::ranges::all_of(letters, [](char l) { return l >= 'A' && l <= 'Z'; });
    if (!all_letters)
        return {};
    if (is_small(c))
        for (char& l : letters)
            l = static_cast<char>(l - 'A' + 'a');
    else if (letters.size() > 1)
        for (char& l : std::span(letters).subspan(1))
            l = static_cast<char>(l - 'A' + 'a');
    return letters;
}

// A mark that stands on the letter before it: the letter alone remains.
bool is_combining(std::uint32_t c) {
    return c >= 0x300 && c <= 0x36f;
}

std::string written(std::string_view character) {
    const std::uint32_t c = code_point_of(character);
    if (is_combining(c))
        return {};
    if (const std::string_view mark = mark_for(c); !mark.empty())
        return std::string(mark);
    if (c >= 0x2000 && c <= 0x200a) // spaces of various widths
        return " ";
    if (c >= 0x80)
        if (std::string letters = letters_for(character, c); !letters.empty())
            return letters;
    return std::string(character);
}

struct Reading {
    std::size_t characters = 0;
    std::string_view first_refused;
};

Reading read(std::string_view text, CharacterSet set) {
    Reading reading;
    for_each_character(text, [&](std::string_view character) {
        ++reading.characters;
        const bool carried = character.size() == 1 && is_carried(character[0], set);
        if (!carried && reading.first_refused.empty())
            reading.first_refused = character;
    });
    return reading;
}

} // namespace

std::string transliterated(std::string_view utf8) {
    std::string text;
    for_each_character(utf8, [&](std::string_view character) {
        // In names that a payment carries everything ASCII that is carried stays as it is.
        const bool stays = character.size() == 1 && is_carried(character[0], CharacterSet::words);
        text += stays ? std::string(character) : written(character);
    });
    return text;
}

Result<std::string> parse_scheme_text(std::string_view utf8, SchemeText rule) {
    std::string text = rule.transliterate ? transliterated(utf8) : std::string(utf8);
    const Reading reading = read(text, rule.set);
    if (!reading.first_refused.empty())
        return fail(Code::characters_not_allowed,
                    fmt::format("the scheme does not carry the character '{}' (U+{:04X})",
                                reading.first_refused, code_point_of(reading.first_refused)));
    if (reading.characters > rule.characters_max)
        return fail(Code::value_invalid,
                    fmt::format("give at most {} characters: the scheme carries no more, and this "
                                "has {}",
                                rule.characters_max, reading.characters));
    if (text.find_first_not_of(' ') == std::string::npos)
        return fail(Code::value_invalid, "give more than spaces");
    if (rule.set == CharacterSet::id && (text.front() == ' ' || text.back() == ' '))
        return fail(Code::value_invalid, "give no space at the beginning or the end");
    return text;
}

} // namespace settled::payloads
