#include "record_linkage/memo.h"

#include "match/fold.h"
#include "match/match_fields.h"

#include <algorithm>
#include <cmath>

namespace settled::record_linkage {

namespace {

// Beginnings and endings of a word are looked for up to this many characters.
constexpr std::size_t part_length_max = 24;
constexpr std::size_t ending_length_min = 3;
// Beyond this many distinct memos the pairs of a sample are counted: shares need no more, and the
// table stays below a few hundred megabytes however large the files are.
constexpr std::uint32_t counted_memos_max = 400'000;

std::uint64_t pair_key(std::uint32_t before, std::uint64_t next_key, bool whole) {
    enum Part : std::uint64_t { beginning = 3, all = 4 };
    return mix(mix(whole ? all : beginning, before), next_key);
}

bool is_separator(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x80 &&
           !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
}

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(
        utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

} // namespace

MemoBook::MemoBook() {
    add("");
}

std::uint32_t MemoBook::add(std::string_view text) {
    const std::uint32_t number = texts_.of(text);
    if (number < memos_.size())
        return number;
    Memo memo;
    memo.length = static_cast<std::uint16_t>(std::min<std::size_t>(characters(text), 65535));
    if (match::canonical(text).empty())
        text = {};
    while (!text.empty() && memo.count < memo_words_max) {
        const auto* const end = std::ranges::find_if(text, is_separator);
        const auto length = static_cast<std::size_t>(end - text.begin());
        const std::string word = match::fold_to_ascii(text.substr(0, length));
        if (!word.empty())
            memo.words[memo.count++] = words_.of(word);
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    memos_.push_back(memo);
    return number;
}

Rarity::Rarity(const MemoBook& book, const std::vector<std::uint32_t>& uses)
    : memo_uses_(uses), word_uses_(book.word_count()), beginnings_(book.word_count()),
      endings_(book.word_count()) {
    std::uint64_t transfers = 0;
    for (const std::uint32_t n : uses)
        transfers += n;
    transfers_ = std::max(1.0, static_cast<double>(transfers));
    word_keys_.reserve(book.word_count());
    for (std::uint32_t w = 0; w < book.word_count(); ++w)
        word_keys_.push_back(key_of(book.word(w)));
    const Within beginnings = words_within(book, Where::beginning);
    count_words(book, beginnings);
    count_pairs(book, beginnings);
    count_endings(book);
}

Rarity::Within Rarity::words_within(const MemoBook& book, Where where) {
    Within within;
    within.first.reserve(book.word_count() + 1);
    for (std::uint32_t w = 0; w < book.word_count(); ++w) {
        within.first.push_back(static_cast<std::uint32_t>(within.words.size()));
        const std::string_view text = book.word(w);
        const std::size_t shortest = where == Where::ending ? ending_length_min : 1;
        for (std::size_t n = shortest; n < std::min(text.size(), part_length_max); ++n) {
            const std::string_view part =
                where == Where::beginning ? text.substr(0, n) : text.substr(text.size() - n);
            if (const std::uint32_t known = book.word_number(part); known != 0)
                within.words.push_back(known);
        }
        if (text.size() >= shortest)
            within.words.push_back(w);
    }
    within.first.push_back(static_cast<std::uint32_t>(within.words.size()));
    return within;
}

void Rarity::count_words(const MemoBook& book, const Within& beginnings) {
    std::vector<std::uint32_t> occurrences(book.word_count()); // repetitions in a memo included
    for (std::uint32_t m = 0; m < book.memo_count(); ++m) {
        const Memo& memo = book.memo(m);
        for (std::size_t i = 0; i < memo.count; ++i) {
            const std::uint32_t word = memo.words[i];
            occurrences[word] += memo_uses_[m];
            if (std::find(memo.words.begin(), memo.words.begin() + i, word) ==
                memo.words.begin() + i)
                word_uses_[word] += memo_uses_[m];
        }
    }
    for (std::uint32_t w = 1; w < book.word_count(); ++w) {
        initials_[static_cast<unsigned char>(book.word(w).front())] += occurrences[w];
        for (std::uint32_t k = beginnings.first[w]; k < beginnings.first[w + 1]; ++k)
            beginnings_[beginnings.words[k]] += occurrences[w];
    }
}

void Rarity::count_pairs(const MemoBook& book, const Within& beginnings) {
    const std::uint32_t step = book.memo_count() / counted_memos_max + 1;
    scale_ = step;
    for (std::uint32_t m = 0; m < book.memo_count(); ++m) {
        if (step > 1 && key_of(book.text(m)) % step != 0)
            continue; // chosen by its text: the order of rows changes nothing
        const Memo& memo = book.memo(m);
        for (std::size_t i = 1; i < memo.count; ++i) {
            const std::uint32_t before = memo.words[i - 1];
            const std::uint32_t word = memo.words[i];
            pairs_.add(pair_key(before, word_keys_[word], true), memo_uses_[m]);
            for (std::uint32_t k = beginnings.first[word]; k < beginnings.first[word + 1]; ++k)
                pairs_.add(pair_key(before, word_keys_[beginnings.words[k]], false), memo_uses_[m]);
        }
    }
}

void Rarity::count_endings(const MemoBook& book) {
    std::vector<std::uint32_t> firsts(book.word_count()); // as the first word of a memo
    for (std::uint32_t m = 0; m < book.memo_count(); ++m)
        if (book.memo(m).count > 0)
            firsts[book.memo(m).words[0]] += memo_uses_[m];
    const Within endings = words_within(book, Where::ending);
    for (std::uint32_t w = 1; w < book.word_count(); ++w)
        for (std::uint32_t k = endings.first[w]; k < endings.first[w + 1]; ++k)
            endings_[endings.words[k]] += firsts[w];
}

double Rarity::rarity(double count) const {
    return std::log(transfers_ / (std::max(count - 2, 0.0) + 0.5));
}

double Rarity::of_memo(std::uint32_t memo) const {
    return rarity(memo_uses_[memo]);
}

double Rarity::of_word(std::uint32_t word) const {
    return rarity(word_uses_[word]);
}

double Rarity::of_initial(char initial) const {
    return rarity(initials_[static_cast<unsigned char>(initial)]);
}

double Rarity::of_beginning(std::uint32_t word) const {
    return rarity(beginnings_[word]);
}

double Rarity::of_ending(std::uint32_t word) const {
    return rarity(endings_[word]);
}

double Rarity::of_pair(std::uint32_t before, std::uint32_t next, bool whole) const {
    const std::uint64_t key = pair_key(before, word_keys_[next], whole);
    const double pairs = std::max(scale_ * pairs_.of(key) - 2, 0.0) + 0.5;
    const double befores = std::max(static_cast<double>(word_uses_[before]) - 2, 0.0) + 1;
    return std::max(0.0, std::log(befores / pairs));
}

double Rarity::share_of_word(std::uint32_t word) const {
    return word_uses_[word] / transfers_;
}

} // namespace settled::record_linkage
