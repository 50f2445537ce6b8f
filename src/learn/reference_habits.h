// What a bank does to references: where it cuts them, their case, which characters it drops, what
// it puts around them. Learnt from the texts of both sides as they were written.
//
// Lengths are characters of the raw text, since that is what a bank cuts; `arrived` are canonical
// lengths, since that is what keys are made of.
#pragma once

#include "learn/tally.h"
#include "match/keys.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace settled::learn {

// A payment's reference and what arrived of it.
struct ReferencePair {
    std::string_view sent, arrived;                     // as written
    std::string_view sent_canonical, arrived_canonical; // match/match_fields.h
};

enum class Fate : std::uint8_t { whole, cut, extended, absent, replaced };
// `whole`: canonically equal. `cut`: a beginning of what was sent. `extended`: it holds what was
// sent, or 8 or more of its first characters, and more. `absent`: empty or a sentinel. `replaced`:
// anything else.
Fate fate_of(const ReferencePair& pair);

// Text that is put before or behind references. It keeps one candidate and lets others vote it
// down, so that one text that is always the same is found and names, which are always others, are
// not.
struct Affix {
    std::string text;
    Weight votes = 0;
    void vote(std::string_view seen);
    friend bool operator==(const Affix&, const Affix&) = default;
};

class ReferenceHabits {
  public:
    // Lengths are classed by the listed prefixes: class 0 is shorter than the first of them.
    static constexpr std::size_t length_classes = std::size(match::prefix_lengths) + 1;
    static std::size_t length_class(std::size_t canonical_chars);

    void observe(const ReferencePair& pair);

    // Where references are cut, if they are: most of what was cut is no longer than this, and
    // nearly nothing arrives longer. nullopt: not known to be cut.
    std::optional<std::size_t> length_max() const;
    // "upper", "lower", "kept"; empty: not known.
    std::string_view letter_case() const;
    // Characters other than letters and digits that arrived, and those that did not, most of the
    // time.
    std::string punctuation_kept() const;
    std::string punctuation_lost() const;
    // Empty: none that is usual.
    std::string usual_prefix() const { return usual(prefix); }
    std::string usual_suffix() const { return usual(suffix); }

    Weight seen() const { return whole + cut + extended + absent + replaced; }
    void fade(std::int64_t days);
    void add(const ReferenceHabits& other);
    friend bool operator==(const ReferenceHabits&, const ReferenceHabits&) = default;

    // State, for the store.
    Weight whole = 0, cut = 0, extended = 0, absent = 0, replaced = 0;
    std::map<std::size_t, Weight> cut_at;         // raw length of what was cut
    std::map<std::size_t, Weight> came_with;      // raw length of what arrived, cut or not
    std::array<Weight, length_classes> arrived{}; // by canonical length
    std::array<Weight, length_classes> sent{};
    Weight upper = 0, lower = 0, kept = 0;
    struct Character {
        Weight kept = 0, lost = 0;
        friend bool operator==(const Character&, const Character&) = default;
    };
    std::map<char, Character> characters;
    Affix prefix, suffix;

  private:
    void observe_letters(std::string_view sent_text, std::string_view arrived_text);
    void observe_affixes(const ReferencePair& pair);
    std::string usual(const Affix& affix) const;
};

} // namespace settled::learn
