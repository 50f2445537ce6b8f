// What is known of a memo without comparing it with another one.
#include "record_linkage/memo_compare.h"

#include <algorithm>

namespace settled::record_linkage {

namespace {

enum LetterKind : std::uint64_t { initial = 1, initials };

} // namespace

// What `relation` finds has a key in common here, short of a long word written differently at its
// beginning and at its end.
void MemoComparer::evidence_of(std::uint32_t memo, Role role, std::vector<Evidence>& out) const {
    const Memo& words = book_->memo(memo);
    for (std::size_t i = 0; i < words.count; ++i) {
        const Word& word = words_[words.words[i]];
        if (word.rarity < nothing_max)
            continue;
        for (std::size_t j = 0; j < i; ++j)
            if (words_[words.words[j]].rarity >= nothing_max)
                evidence_of_letters(words_[words.words[j]], word, role, out);
        if (word.rarity < shared_min)
            continue;
        if (rarity_.of_initial(word.first()) >= static_cast<double>(shared_min))
            out.push_back({.key = key_of_two(initial, word.head >> 56U)});
        evidence_of_word(words.words[i], static_cast<std::uint16_t>(1U << i), role, out);
    }
}

// Two first letters in order. A rare word of more than a letter shares with another such word what
// the evidence of words finds, so that their first letters need not be looked up.
void MemoComparer::evidence_of_letters(const Word& before, const Word& word, Role role,
                                       std::vector<Evidence>& out) {
    const auto is_open = [](const Word& w) { return w.length == 1 || w.rarity < shared_min; };
    const std::uint64_t letters = before.head >> 56U << 8U | word.head >> 56U;
    const auto add = [&](bool before_open, bool open) {
        const std::uint64_t which = (before_open ? 2U : 0U) | (open ? 1U : 0U);
        out.push_back({.key = key_of_two(initials, which << 16U | letters)});
    };
    if (role == Role::index)
        return add(is_open(before), is_open(word));
    add(true, true);
    if (is_open(before))
        add(false, true);
    if (is_open(word))
        add(true, false);
    if (is_open(before) && is_open(word))
        add(false, false);
}

void MemoComparer::evidence_of_word(std::uint32_t number, std::uint16_t bit, Role role,
                                    std::vector<Evidence>& out) const {
    const Word& word = words_[number];
    enum Kind : std::uint64_t {
        two = 0x10,
        only_two,
        three,
        four,
        whole,
        last_two,
        last_three,
        ends
    };
    const auto add = [&](Kind kind, std::uint64_t letters, bool narrows = false) {
        out.push_back({.key = key_of_two(kind, letters), .words = bit, .narrows = narrows});
    };
    const std::uint64_t head_two = word.head >> 48U;
    // A word of two letters begins others, or is begun by nothing but itself.
    if (word.length == 2 || (role == Role::index && word.length > 2))
        add(two, head_two);
    if ((role == Role::index && word.length == 2) || (role == Role::look_up && word.length > 2))
        add(only_two, head_two);
    if (word.length >= 3) {
        add(three, word.head >> 40U);
        add(last_three, word.tail & 0xFF'FFFFU);
    }
    // A letter in the middle of a short word takes part in both.
    if (word.length == 4)
        add(last_two, word.tail & 0xFFFFU);
    if (word.length >= 4 && word.length <= 6)
        add(ends, head_two << 8U | (word.tail & 0xFFU));
    if (word.length >= 4)
        add(four, word.head >> 32U, true);
    if (word.length >= 5)
        add(whole, key_of(text(number)), true);
}

void MemoComparer::find_commons() {
    std::vector<std::uint32_t> commons;
    for (std::uint32_t w = 1; w < words_.size(); ++w)
        if (words_[w].rarity < shared_min && words_[w].length > 1)
            commons.push_back(w);
    for (std::uint32_t w = 1; w < words_.size(); ++w)
        for (const std::uint32_t c : commons) {
            const Word& word = words_[w];
            const Word& common = words_[c];
            if ((word.first() == common.first() || word.last() == common.last()) &&
                word.length > 1 && (w == c || relation(w, c, true, true) != Relation::none))
                more_[w].commons |= std::uint32_t{1} << key_of(text(c)) % 32;
        }
}

Outline MemoComparer::outline_of(std::uint32_t memo) const {
    const Memo& words = book_->memo(memo);
    Outline outline;
    for (std::size_t i = 0; i < words.count; ++i) {
        const Word& word = words_[words.words[i]];
        outline.firsts |= Outline::letter(word.first());
        outline.commons |= more_[words.words[i]].commons;
        if (word.length == 1)
            outline.singles |= Outline::letter(word.first());
        else if (word.usual == unusual_word && more_[words.words[i]].commons == 0)
            outline.telling = static_cast<std::uint16_t>(outline.telling | 1U << i);
    }
    return outline;
}

std::size_t MemoComparer::credits_of(std::uint32_t memo,
                                     std::span<Credit, memo_words_max> out) const {
    const Memo& words = book_->memo(memo);
    for (std::size_t i = 0; i < words.count; ++i) {
        const Word& word = words_[words.words[i]];
        double whole = rarity_.of_word(words.words[i]);
        double initial = rarity_.of_initial(word.first());
        double common = static_cast<double>(shared_min);
        if (i > 0) { // behind a word that is shared it may be worth more than alone
            const std::uint32_t before = words.words[i - 1];
            const std::uint32_t letter = book_->word_number(text(words.words[i]).substr(0, 1));
            common = std::max(common, rarity_.of_pair(before, words.words[i], true));
            whole = std::max({whole, common, rarity_.of_pair(before, words.words[i], false)});
            initial = std::max(initial, rarity_.of_pair(before, letter, false));
        }
        out[i] = {.letter = Outline::letter(word.first()),
                  .commons = more_[words.words[i]].commons,
                  .whole = static_cast<float>(whole),
                  .initial = static_cast<float>(initial),
                  .common = static_cast<float>(common),
                  .is_single = word.length == 1};
    }
    return words.count;
}

std::uint64_t MemoComparer::words_key(std::uint32_t memo) const {
    const Memo& words = book_->memo(memo);
    std::uint64_t key = words.count;
    for (std::size_t i = 0; i < words.count; ++i)
        key = key_of_two(key, key_of(text(words.words[i])));
    return key;
}

} // namespace settled::record_linkage
