// The text of a transfer as words, and how often words and beginnings of words occur.
//
// Banks cut memos, add marks, shorten words to their beginnings ("PAYM"), names to initials ("M
// CORVINUS"). What two memos share is worth the more the rarer it is: BGC proves nothing, CORVINUS
// much, and CORVINUS after M little more than M CORVINUS as a pair. So words, beginnings of words
// and pairs of neighbours are counted over all transfers of both sides.
#pragma once

#include "record_linkage/counts.h"
#include "record_linkage/names.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace settled::record_linkage {

// More words than any memo of 140 characters usefully has; later words are not compared.
inline constexpr std::size_t memo_words_max = 12;

struct Memo {
    std::array<std::uint32_t, memo_words_max> words{}; // numbers in MemoBook::word
    std::uint8_t count = 0;
    std::uint16_t length = 0; // characters as they came, for finding where a bank cuts
};

// Every distinct memo of both sides once. Words are folded (match/fold.h), so that case, accents
// and scripts do not matter. A memo that means "nothing" (match::canonical) has no words.
class MemoBook {
  public:
    static constexpr std::uint32_t empty = 0; // the memo without words

    MemoBook();
    std::uint32_t add(std::string_view text); // the memo's number
    const Memo& memo(std::uint32_t number) const { return memos_[number]; }
    std::string_view text(std::uint32_t number) const { return texts_.text(number); }
    std::string_view word(std::uint32_t number) const { return words_.text(number); }
    // The number of this text as a word; 0 when no memo has it.
    std::uint32_t word_number(std::string_view text) const { return words_.find(text); }
    std::uint32_t memo_count() const { return static_cast<std::uint32_t>(memos_.size()); }
    std::uint32_t word_count() const { return words_.size(); }

  private:
    Names texts_;
    Names words_;
    std::vector<Memo> memos_;
};

// How rare things are among the transfers of both files: natural logarithms of 1/probability, with
// the two transfers that are being compared left out, so that sharing a text that occurs nowhere
// else is worth what the number of transfers allows, not more.
class Rarity {
  public:
    // `uses[m]` transfers have memo m.
    Rarity(const MemoBook& book, const std::vector<std::uint32_t>& uses);

    double of_memo(std::uint32_t memo) const;
    double of_word(std::uint32_t word) const;
    // Of a word that begins with this character.
    double of_initial(char initial) const;
    // Of a word that begins with the text of `word`, or of a memo's first word that ends with it.
    double of_beginning(std::uint32_t word) const;
    double of_ending(std::uint32_t word) const;
    // Of `next` (whole, or as the beginning of a word) behind the word `before`.
    double of_pair(std::uint32_t before, std::uint32_t next, bool whole) const;

    // The share of transfers whose memo has this word.
    double share_of_word(std::uint32_t word) const;

  private:
    // For each word those words that it begins with, itself included; a word is cut to what
    // another memo has in full, so that no other beginnings are ever asked for.
    struct Within {
        std::vector<std::uint32_t> first; // by word, one more at the end
        std::vector<std::uint32_t> words;
    };
    enum class Where : std::uint8_t { beginning, ending };
    static Within words_within(const MemoBook& book, Where where);
    void count_words(const MemoBook& book, const Within& beginnings);
    void count_pairs(const MemoBook& book, const Within& beginnings);
    void count_endings(const MemoBook& book);
    double rarity(double count) const;

    double transfers_ = 1;
    double scale_ = 1; // each memo whose pairs are counted stands for this many
    std::vector<std::uint32_t> memo_uses_;
    std::vector<std::uint32_t> word_uses_;
    std::vector<std::uint64_t> word_keys_; // by word
    std::array<std::uint32_t, 256> initials_{};
    std::vector<std::uint32_t> beginnings_; // by word
    std::vector<std::uint32_t> endings_;    // by word
    Counts pairs_;
};

} // namespace settled::record_linkage
