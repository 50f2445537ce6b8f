// What two memos have in common and what is left over on each side.
#pragma once

#include "record_linkage/memo.h"

#include <cstddef>
#include <cstdint>
#include <span>
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

// A word this frequent (natural log of 1/probability) is as good as nothing.
inline constexpr float nothing_max = 1.5F;

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

// Something that two transfers may share, as a key of an index.
struct Evidence {
    std::uint64_t key;
    std::uint16_t words = 0; // of the memo, a bit for each, by place
    bool is_id = false;      // an id instead of words
    bool narrows = false;    // who shares it shares other evidence as well
};

// What is known of a memo before it is compared: the words that other memos can share only in ways
// that the index of evidence knows, and first letters.
struct Outline {
    std::uint32_t singles = 0; // first letters of words of one letter
    std::uint32_t firsts = 0;  // of all words
    std::uint32_t commons = 0; // words that the index leaves out, and what resembles them
    std::uint16_t telling = 0; // a bit for each word that says something if the other side lacks it
    static std::uint32_t letter(char first) {
        return std::uint32_t{1} << (static_cast<unsigned char>(first) % 31U);
    }
};

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
    static bool may_share(std::uint64_t a, std::uint64_t b) {
        const std::uint64_t both = a & b;
        return (both & (both - 1)) != 0;
    }
    std::uint64_t signature(std::uint32_t memo) const { return signatures_[memo]; }
    // Appends what this memo could share with another one so that it matters: beginnings and endings
    // of rare words, and pairs of first letters. Memos that share as much as `shared_min` have a key
    // in common, one asked for to be indexed and the other to be looked up, or what they share was
    // written differently twice over. Keys that narrow need not be looked up where the others are.
    enum class Role : std::uint8_t { index, look_up };
    void evidence_of(std::uint32_t memo, Role role, std::vector<Evidence>& out) const;
    // For callers that compare many: bring near what is needed of a memo.
    void prefetch(std::uint32_t memo) const {
        __builtin_prefetch(&book_->memo(memo));
        __builtin_prefetch(&letters_[memo]);
    }
    void prefetch_words(std::uint32_t memo) const {
        const Memo& words = book_->memo(memo);
        for (std::size_t i = 0; i < words.count; ++i)
            __builtin_prefetch(&words_[words.words[i]]);
    }
    // Equal for memos that are equal word for word.
    std::uint64_t words_key(std::uint32_t memo) const;
    bool is_empty(std::uint32_t memo) const { return book_->memo(memo).count == 0; }
    const Rarity& rarity() const { return rarity_; }
    Outline outline_of(std::uint32_t memo) const;
    // What each word of a memo can add to `MemoMatch::shared`, at most.
    struct Credit {
        std::uint32_t letter = 0;  // of its first letter
        std::uint32_t commons = 0; // as in Outline
        float whole = 0;           // when it is shared
        float initial = 0;         // when its first letter is shared, as a word of one letter
        float common = 0;          // when it resembles a common word that the other memo has
        bool is_single = false;    // it is one letter itself
    };
    std::size_t credits_of(std::uint32_t memo, std::span<Credit, memo_words_max> out) const;

  private:
    // What comparing needs of nearly every word, in half a cache line.
    struct alignas(32) Word {
        std::uint64_t head; // its first eight characters, the first one highest, zeros behind
        std::uint64_t tail; // its last eight, the last one lowest, zeros before
        float rarity;
        float as_beginning;    // rarity of a word that begins with it
        std::uint32_t letters; // a bit for each letter that it has
        std::uint16_t length;
        std::uint8_t usual; // its number among the usual ones, or unusual_word

        char first() const { return static_cast<char>(head >> 56U); }
        char last() const { return static_cast<char>(tail & 0xFFU); }
    };
    // What comparing needs of few.
    struct WordMore {
        const char* text;
        float as_ending;
        std::uint32_t commons; // words that the index leaves out and it is or resembles, as bits
    };
    // First and last letters of a memo's words, a byte each, zeros behind; more words than there
    // are bytes stand in none.
    struct Letters {
        std::uint64_t firsts = 0;
        std::uint64_t lasts = 0;
    };
    static constexpr std::size_t lettered_max = sizeof(std::uint64_t);
    enum class Relation : std::uint8_t { none, equal, beginning, ending, edited };
    struct Alignment;
    struct Left;
    struct Fit;
    struct Shared;
    static Word word_of(std::string_view text, std::uint32_t number, const Rarity& rarity);
    std::string_view text(std::uint32_t word) const {
        return {more_[word].text, words_[word].length};
    }
    // Of two words by their numbers, which may be the first of their memos.
    Relation relation(std::uint32_t a, std::uint32_t b, bool a_first, bool b_first) const;
    void find_commons();
    Letters edges_of(const Memo& memo) const;
    std::uint32_t alike(const Word& word, const Letters& letters, const Memo& memo) const;
    void relate(const Memo& a, const Memo& b, const Letters& letters, Shared& shared) const;
    Alignment align(const Memo& a, const Memo& b, const Letters& letters) const;
    Left left_over(const Memo& memo, std::uint32_t used) const;
    Fit fit_of(const Memo& a, const Memo& b, const Alignment& alignment) const;
    float shared_of(const Memo& a, const Memo& b, const Alignment& alignment) const;
    static Rest rest_of(const Left& left, bool other_is_cut);
    std::uint64_t signature_of(const Memo& memo) const;
    static void evidence_of_letters(const Word& before, const Word& word, Role role,
                                    std::vector<Evidence>& out);
    void evidence_of_word(std::uint32_t number, std::uint16_t bit, Role role,
                          std::vector<Evidence>& out) const;

    const MemoBook* book_;
    Rarity rarity_;
    std::vector<Word> words_;
    std::vector<WordMore> more_; // by word
    std::vector<std::uint64_t> signatures_;
    std::vector<Letters> letters_; // by memo
    Cuts origin_cuts_;
    Cuts destination_cuts_;
};

} // namespace settled::record_linkage
