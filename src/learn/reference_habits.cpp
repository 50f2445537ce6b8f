#include "learn/reference_habits.h"

#include "match/fold.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace settled::learn {

namespace {

constexpr std::size_t affix_chars_max = 35;
constexpr Weight enough = 3 * one; // before anything is said of what is usual
// Shorter texts occur in others by chance.
constexpr std::size_t contained_chars_min = 4;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const auto first = text.find_first_not_of(space);
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_punctuation(char c) {
    return c > ' ' && c < '\x7f' && !is_letter(c) && !(c >= '0' && c <= '9');
}
char upper_of(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
bool has_lower(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}
bool has_upper(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Characters of UTF-8, as a bank counts them.
std::size_t characters_in(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::size_t find_any_case(std::string_view text, std::string_view part) {
    const auto found = std::ranges::search(text, part, {}, upper_of, upper_of);
    return found.empty() ? text.npos : static_cast<std::size_t>(found.begin() - text.begin());
}

// How much of the beginning of `sent` the end of `arrived` is, if it is no less than a listed
// prefix.
std::size_t beginning_at_end(std::string_view sent, std::string_view arrived) {
    for (std::size_t chars = std::min(sent.size(), arrived.size()); chars >= match::part_min;
         --chars)
        if (arrived.ends_with(sent.substr(0, chars)))
            return chars;
    return 0;
}

template <class Map>
void fade_map(Map& map, std::int64_t days) {
    for (auto& [key, weight] : map)
        weight = faded(weight, days);
    std::erase_if(map, [](const auto& entry) { return entry.second == 0; });
}

template <class Array>
void fade_all(Array& weights, std::int64_t days) {
    for (Weight& weight : weights)
        weight = faded(weight, days);
}

void add_votes(Affix& to, const Affix& from) {
    if (to.text == from.text) {
        to.votes += from.votes;
    } else if (to.votes >= from.votes) {
        to.votes -= from.votes;
    } else {
        to.votes = from.votes - to.votes;
        to.text = from.text;
    }
}

} // namespace

Fate fate_of(const ReferencePair& pair) {
    const std::string_view sent = pair.sent_canonical;
    const std::string_view arrived = pair.arrived_canonical;
    if (arrived.empty())
        return Fate::absent;
    if (arrived == sent)
        return Fate::whole;
    if (sent.starts_with(arrived))
        return Fate::cut;
    const bool holds = sent.size() >= contained_chars_min && arrived.contains(sent);
    return holds || beginning_at_end(sent, arrived) > 0 ? Fate::extended : Fate::replaced;
}

void Affix::vote(std::string_view seen) {
    seen = match::first_characters(seen, affix_chars_max);
    if (seen == text) {
        votes += one;
    } else if (votes >= one) {
        votes -= one;
    } else {
        text = seen;
        votes = one;
    }
}

std::size_t ReferenceHabits::length_class(std::size_t canonical_chars) {
    const auto* const above = std::ranges::upper_bound(match::prefix_lengths, canonical_chars);
    return static_cast<std::size_t>(above - std::begin(match::prefix_lengths));
}

void ReferenceHabits::observe(const ReferencePair& pair) {
    if (pair.sent_canonical.empty())
        return; // nothing was sent
    const Fate fate = fate_of(pair);
    sent[length_class(pair.sent_canonical.size())] += one;
    (fate == Fate::whole      ? whole
     : fate == Fate::cut      ? cut
     : fate == Fate::extended ? extended
     : fate == Fate::absent   ? absent
                              : replaced) += one;
    if (fate == Fate::absent)
        return;
    arrived[length_class(pair.arrived_canonical.size())] += one;
    const std::size_t chars =
        std::min<std::size_t>(characters_in(trimmed(pair.arrived)), match::reference_chars_max);
    came_with[chars] += one;
    if (fate == Fate::cut)
        cut_at[chars] += one;
    if (fate == Fate::whole || fate == Fate::cut)
        observe_letters(trimmed(pair.sent), trimmed(pair.arrived));
    if (fate == Fate::whole || fate == Fate::extended)
        observe_affixes(pair);
}

void ReferenceHabits::observe_letters(std::string_view sent_text, std::string_view arrived_text) {
    sent_text = sent_text.substr(0, std::max(arrived_text.size(), std::size_t{1}));
    if (has_lower(sent_text) && has_upper(arrived_text) && !has_lower(arrived_text))
        upper += one;
    else if (has_upper(sent_text) && has_lower(arrived_text) && !has_upper(arrived_text))
        lower += one;
    else if (has_lower(sent_text) && has_lower(arrived_text))
        kept += one;
    std::string done;
    for (const char c : sent_text) {
        if (!is_punctuation(c) || done.contains(c))
            continue;
        done.push_back(c);
        Character& character = characters[c];
        (arrived_text.contains(c) ? character.kept : character.lost) += one;
    }
}

void ReferenceHabits::observe_affixes(const ReferencePair& pair) {
    const std::string_view text = trimmed(pair.arrived);
    const std::string_view inner = trimmed(pair.sent);
    const std::size_t at = inner.empty() ? text.npos : find_any_case(text, inner);
    if (at == text.npos)
        return; // it is there in another spelling: what stands around it is not certain
    prefix.vote(text.substr(0, at));
    suffix.vote(text.substr(at + inner.size()));
}

std::optional<std::size_t> ReferenceHabits::length_max() const {
    if (cut < enough)
        return std::nullopt;
    // A text that is cut behind a space arrives one shorter: the cap is the longest that is no
    // exception.
    std::size_t longest = 0;
    for (const auto& [chars, weight] : cut_at)
        if (weight * 20 >= cut)
            longest = chars;
    Weight longer = 0;
    Weight all = 0;
    for (const auto& [chars, weight] : came_with) {
        all += weight;
        longer += chars > longest ? weight : 0;
    }
    const bool holds = longest > 0 && longer * 20 <= all;
    return holds ? std::optional(longest) : std::nullopt;
}

std::string_view ReferenceHabits::letter_case() const {
    const Weight most = std::max({upper, lower, kept});
    if (most < enough || most * 10 < (upper + lower + kept) * 9)
        return "";
    return most == upper ? "upper" : most == lower ? "lower" : "kept";
}

std::string ReferenceHabits::punctuation_kept() const {
    std::string text;
    for (const auto& [c, character] : characters)
        if (character.kept > character.lost)
            text.push_back(c);
    return text;
}

std::string ReferenceHabits::punctuation_lost() const {
    std::string text;
    for (const auto& [c, character] : characters)
        if (character.lost >= character.kept && character.lost > 0)
            text.push_back(c);
    return text;
}

std::string ReferenceHabits::usual(const Affix& affix) const {
    return affix.votes >= enough && affix.votes * 2 > whole + extended ? affix.text : std::string();
}

void ReferenceHabits::fade(std::int64_t days) {
    for (Weight* weight : {&whole, &cut, &extended, &absent, &replaced, &upper, &lower, &kept,
                           &prefix.votes, &suffix.votes})
        *weight = faded(*weight, days);
    fade_map(cut_at, days);
    fade_map(came_with, days);
    fade_all(arrived, days);
    fade_all(sent, days);
    for (auto& [c, character] : characters)
        character = {faded(character.kept, days), faded(character.lost, days)};
    std::erase_if(characters, [](const auto& entry) { return entry.second == Character{}; });
}

void ReferenceHabits::add(const ReferenceHabits& other) {
    whole += other.whole;
    cut += other.cut;
    extended += other.extended;
    absent += other.absent;
    replaced += other.replaced;
    upper += other.upper;
    lower += other.lower;
    kept += other.kept;
    for (const auto& [chars, weight] : other.cut_at)
        cut_at[chars] += weight;
    for (const auto& [chars, weight] : other.came_with)
        came_with[chars] += weight;
    for (std::size_t i = 0; i < length_classes; ++i) {
        arrived[i] += other.arrived[i];
        sent[i] += other.sent[i];
    }
    for (const auto& [c, character] : other.characters) {
        characters[c].kept += character.kept;
        characters[c].lost += character.lost;
    }
    add_votes(prefix, other.prefix);
    add_votes(suffix, other.suffix);
}

} // namespace settled::learn
