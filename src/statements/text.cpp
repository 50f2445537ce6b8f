#include "statements/text.h"

#include "match/match_fields.h"
#include "statements/bounds.h"

#include <array>
#include <charconv>
#include <chrono>

namespace settled::statements {

namespace {

namespace chrono = std::chrono;

bool is_continuation(unsigned char c) {
    return (c & 0xC0U) == 0x80U;
}

// Bytes of the UTF-8 character at the beginning; 0: there is none. Overlong forms, surrogates and
// what is beyond U+10FFFF are none (RFC 3629, section 4).
std::size_t character_bytes(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = at(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if (!is_continuation(at(i)))
            return 0;
    const unsigned char second = at(1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool beyond = (first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90);
    return overlong || beyond ? 0 : length;
}

// C0 and C1 controls and DEL.
bool is_control(std::string_view character) {
    const auto first = static_cast<unsigned char>(character[0]);
    if (character.size() == 1)
        return first < 0x20 || first == 0x7F;
    return character.size() == 2 && first == 0xC2 &&
           static_cast<unsigned char>(character[1]) < 0xA0;
}

// What windows-1252 has where ISO 8859-1 has controls; "" where it has nothing.
constexpr std::array<std::string_view, 32> of_windows{
    "€", "",  "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "", "Ž", "",
    "",  "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "", "ž", "Ÿ"};

std::string from_single_byte(unsigned char c) {
    if (c < 0xA0)
        return std::string(of_windows[c - 0x80U].empty() ? " " : of_windows[c - 0x80U]);
    return {static_cast<char>(0xC0U | (c >> 6U)), static_cast<char>(0x80U | (c & 0x3FU))};
}

std::optional<int> number(std::string_view digits) {
    int value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (digits.empty() || digits.front() == '-' || error != std::errc() || stop != end)
        return std::nullopt;
    return value;
}

} // namespace

std::string clean_text(std::string_view text, std::size_t bytes_max) {
    std::string out;
    bool space = false; // one is due before the next character
    while (!text.empty()) {
        const std::size_t length = character_bytes(text);
        const std::string_view character = text.substr(0, length == 0 ? 1 : length);
        text.remove_prefix(character.size());
        const std::string kept = length == 0
                                     ? from_single_byte(static_cast<unsigned char>(character[0]))
                                     : std::string(character);
        if (kept == " " || is_control(kept)) {
            space = !out.empty();
            continue;
        }
        if (out.size() + (space ? 1 : 0) + kept.size() > bytes_max)
            break;
        if (space)
            out += ' ';
        space = false;
        out += kept;
    }
    return out;
}

std::string clean_id(std::string_view text) {
    std::string id = clean_text(text, bounds::id_bytes_max);
    if (match::canonical(id).empty())
        return {};
    return id;
}

std::optional<Instant> make_day(int year, int month, int day) {
    const chrono::year_month_day date{chrono::year(year),
                                      chrono::month(static_cast<unsigned>(month)),
                                      chrono::day(static_cast<unsigned>(day))};
    if (year < 1970 || year > 9999 || !date.ok())
        return std::nullopt;
    return Instant{chrono::sys_days(date).time_since_epoch().count() * day_us};
}

std::optional<Instant> parse_day(std::string_view text) {
    if (text.size() < 10 || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    // Behind the date: nothing, a time, or a zone alone (xsd:date allows it).
    if (text.size() > 10 && std::string_view("TZ+-").find(text[10]) == std::string_view::npos)
        return std::nullopt;
    const auto year = number(text.substr(0, 4));
    const auto month = number(text.substr(5, 2));
    const auto day = number(text.substr(8, 2));
    if (!year || !month || !day)
        return std::nullopt;
    return make_day(*year, *month, *day);
}

Instant day_of(Instant at) {
    return {at.us - at.us % day_us};
}

bool is_weekend(Instant day) {
    const auto weekday = (day.us / day_us + 4) % 7; // 1970-01-01 was a Thursday; 0 is a Sunday
    return weekday == 0 || weekday == 6;
}

Instant next_monday(Instant at) {
    Instant day = day_of(at);
    do
        day.us += day_us;
    while ((day.us / day_us + 4) % 7 != 1);
    return day;
}

} // namespace settled::statements
