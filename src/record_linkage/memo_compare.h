// What two memos have in common and what is left over on each side.
#pragma once

#include "record_linkage/memo.h"

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

namespace settled::record_linkage {

// What remains of one memo when the common words are taken away, in falling order of harmlessness.
enum class Rest : std::uint8_t {
    none,
    behind_cut, // all of it stands behind the place where the other memo ends at a known length
    usual,      // only words that many memos have
    rare,       // a word that says something, and the other side does not say it
};
inline constexpr std::size_t rest_count = 4;

enum class Likeness : std::uint8_t {
    both_empty,
    one_empty,
    nothing_shared, // or less than shared_min
    equal,          // word for word
    aligned,        // some words shared; `exact` and the rests say how
};

// Sharing what is not rarer than this (natural log of 1/probability) is sharing nothing: most
// memos have something like it in common.
inline constexpr float shared_min = 3.5F;

struct MemoMatch {
    Likeness likeness = Likeness::both_empty;
    bool exact = true; // shared words are whole, or cut at the end or beginning of a memo
    Rest origin_rest = Rest::none;
    Rest destination_rest = Rest::none;
    float shared = 0; // how rare the shared part is: natural log of 1/probability
    // The first word left over on each side, by its number among the usual words; 0 for no word.
    std::uint8_t origin_word = 0;
    std::uint8_t destination_word = 0;
};

inline constexpr std::uint8_t usual_words_max = 62;
inline constexpr std::uint8_t unusual_word = 63; // any word that is not a usual one
inline constexpr std::size_t usual_word_values = 64;

// The lengths at which one side cuts memos, seen as peaks in their distribution.
class Cuts {
  public:
    Cuts(const MemoBook& book, const std::vector<std::uint32_t>& uses);
    // Whether a memo of this length may have been cut. `within_word` says that its last word looks
    // cut, which decides when the side has no peak.
    bool at(std::size_t length, bool within_word) const;

  private:
    std::vector<bool> at_;
    bool any_ = false;
};

// Compares memos of one book. Immutable after construction.
class MemoComparer {
  public:
    // `origin_uses` and `destination_uses` say how many transfers of each side have a memo.
    MemoComparer(const MemoBook& book, const std::vector<std::uint32_t>& origin_uses,
                 const std::vector<std::uint32_t>& destination_uses);

    MemoMatch compare(std::uint32_t origin, std::uint32_t destination) const;
    // False if the two memos with these signatures share less than `shared_min`: a quick no, which
    // nearly all strangers get.
    static bool may_share(std::uint64_t a, std::uint64_t b) { return std::popcount(a & b) >= 2; }
    std::uint64_t signature(std::uint32_t memo) const { return signatures_[memo]; }
    bool is_empty(std::uint32_t memo) const { return book_->memo(memo).count == 0; }
    const Rarity& rarity() const { return rarity_; }

  private:
    // What comparing needs of a word, in one place.
    struct Word {
        std::string_view text;
        float rarity;
        char first;
        char last;
        std::uint8_t usual; // its number among the usual ones, or unusual_word
    };
    struct Alignment;
    struct Left;
    struct Fit;
    Alignment align(const Memo& a, const Memo& b) const;
    Left left_over(const Memo& memo, const std::array<bool, memo_words_max>& used) const;
    Fit fit_of(const Memo& a, const Memo& b, const Alignment& alignment) const;
    float shared_of(const Memo& a, const Memo& b, const Alignment& alignment) const;
    static Rest rest_of(const Left& left, bool other_is_cut);
    std::uint64_t signature_of(const Memo& memo) const;

    const MemoBook* book_;
    Rarity rarity_;
    std::vector<Word> words_;
    std::vector<std::uint64_t> signatures_;
    Cuts origin_cuts_;
    Cuts destination_cuts_;
};

} // namespace settled::record_linkage
