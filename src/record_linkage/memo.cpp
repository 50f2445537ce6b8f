#include "record_linkage/memo.h"

#include "match/fold.h"
#include "match/match_fields.h"

#include <algorithm>
#include <cmath>

namespace settled::record_linkage {

namespace {

// Longer beginnings than this are as rare as the whole word.
constexpr std::size_t part_length_max = 12;
constexpr std::size_t ending_length_min = 3;
// Beyond this many uses of distinct memos a sample is counted: shares need no more, and the table
// stays below a few hundred megabytes however large the files are.
constexpr std::uint32_t counted_memos_max = 400'000;

enum class Part : std::uint64_t { beginning = 1, ending, pair_beginning, pair_whole };

std::uint64_t part_key(Part part, std::uint64_t before, std::string_view text) {
    return mix(mix(static_cast<std::uint64_t>(part), before), key_of(text));
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
    : memo_uses_(uses), word_uses_(book.word_count()) {
    std::uint64_t transfers = 0;
    for (const std::uint32_t n : uses)
        transfers += n;
    transfers_ = std::max(1.0, static_cast<double>(transfers));
    const std::uint32_t step = book.memo_count() / counted_memos_max + 1;
    scale_ = step;
    for (std::uint32_t m = 0; m < book.memo_count(); ++m) {
        const Memo& memo = book.memo(m);
        for (std::size_t i = 0; i < memo.count; ++i) {
            const std::uint32_t word = memo.words[i];
            if (std::find(memo.words.begin(), memo.words.begin() + i, word) ==
                memo.words.begin() + i)
                word_uses_[word] += uses[m];
            if (m % step != 0)
                continue;
            const std::string_view text = book.word(word);
            const std::size_t longest = std::min(text.size(), part_length_max);
            for (std::size_t n = 1; n <= longest; ++n) {
                parts_.add(part_key(Part::beginning, 0, text.substr(0, n)), uses[m]);
                if (i > 0)
                    parts_.add(part_key(Part::pair_beginning, memo.words[i - 1], text.substr(0, n)),
                               uses[m]);
            }
            if (i > 0)
                parts_.add(part_key(Part::pair_whole, memo.words[i - 1], text), uses[m]);
            else
                for (std::size_t n = ending_length_min; n <= longest; ++n)
                    parts_.add(part_key(Part::ending, 0, text.substr(text.size() - n)), uses[m]);
        }
    }
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

double Rarity::of_beginning(std::string_view beginning) const {
    return rarity(scale_ *
                  parts_.of(part_key(Part::beginning, 0, beginning.substr(0, part_length_max))));
}

double Rarity::of_ending(std::string_view ending) const {
    if (ending.size() > part_length_max)
        ending.remove_prefix(ending.size() - part_length_max);
    return rarity(scale_ * parts_.of(part_key(Part::ending, 0, ending)));
}

double Rarity::of_pair(std::uint32_t before, std::string_view next, bool whole) const {
    const auto key = whole
                         ? part_key(Part::pair_whole, before, next)
                         : part_key(Part::pair_beginning, before, next.substr(0, part_length_max));
    const double pairs = std::max(scale_ * parts_.of(key) - 2, 0.0) + 0.5;
    const double befores = std::max(static_cast<double>(word_uses_[before]) - 2, 0.0) + 1;
    return std::max(0.0, std::log(befores / pairs));
}

double Rarity::share_of_word(std::uint32_t word) const {
    return word_uses_[word] / transfers_;
}

} // namespace settled::record_linkage
