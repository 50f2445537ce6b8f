#include "record_linkage/memo_compare.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <string_view>
#include <utility>

namespace settled::record_linkage {

namespace {

// A word that this share of transfers has says little about which of them it is.
constexpr double usual_share = 0.004;
// A length is a cut when it is this much more frequent than the lengths around it.
constexpr double cut_share_min = 0.03;
constexpr double cut_peak = 2.5;
constexpr std::size_t cut_length_min = 8;
constexpr std::size_t lengths = 256;
// An edit (a letter changed, lost, added) is an explanation that fits many other words as well.
constexpr double edit_doubt = 1.5;

std::vector<std::uint32_t> sum(const std::vector<std::uint32_t>& a,
                               const std::vector<std::uint32_t>& b) {
    std::vector<std::uint32_t> out(a);
    for (std::size_t i = 0; i < b.size(); ++i)
        out[i] += b[i];
    return out;
}

} // namespace

Cuts::Cuts(const MemoBook& book, const std::vector<std::uint32_t>& uses) : at_(lengths + 1) {
    std::vector<double> at(lengths + 1);
    double all = 0;
    for (std::uint32_t m = 0; m < book.memo_count(); ++m) {
        at[std::min<std::size_t>(book.memo(m).length, lengths)] += uses[m];
        all += uses[m];
    }
    for (std::size_t n = cut_length_min; n < lengths; ++n) {
        at_[n] = at[n] > cut_share_min * all && at[n] > cut_peak * std::max(1.0, at[n + 1]) &&
                 at[n] > 1.2 * at[n - 1];
        any_ = any_ || at_[n];
    }
}

bool Cuts::at(std::size_t length, bool within_word) const {
    return any_ ? at_[std::min(length, lengths)] : within_word;
}

namespace {

// At most `limit` letters changed, lost or added; words of at most 24 letters.
bool within_edits(std::string_view a, std::string_view b, int limit) {
    if (a.size() > b.size())
        std::swap(a, b);
    if (b.size() - a.size() > static_cast<std::size_t>(limit) || b.size() > 24)
        return false;
    std::array<int, 25> row{};
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        int diagonal = row[0];
        row[0] = static_cast<int>(i);
        int least = row[0];
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const int above = row[j];
            row[j] =
                std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
            least = std::min(least, row[j]);
        }
        if (least > limit)
            return false;
    }
    return row[b.size()] <= limit;
}

// 0 to 35.
unsigned first_bit(char c) {
    return static_cast<unsigned>(c >= 'A' ? c - 'A' : 26 + c - '0');
}

std::uint32_t letters_of(std::string_view text) {
    std::uint32_t letters = 0;
    for (const char c : text)
        letters |= std::uint32_t{1} << (static_cast<unsigned char>(c) & 31U);
    return letters;
}

// Each edit takes at most one letter away and adds at most one.
bool may_be_edits(std::uint32_t a, std::uint32_t b, int limit) {
    return std::popcount(a ^ b) <= 2 * limit;
}

} // namespace

MemoComparer::Word MemoComparer::word_of(std::string_view text, std::uint32_t number,
                                         const Rarity& rarity) {
    Word word{};
    for (std::size_t i = 0; i < 8; ++i) {
        const auto at = [&](std::size_t place) {
            return std::uint64_t{static_cast<unsigned char>(text[place])};
        };
        word.head = word.head << 8U | (i < text.size() ? at(i) : 0);
        if (i < text.size())
            word.tail |= at(text.size() - 1 - i) << (8 * i);
    }
    word.length = static_cast<std::uint16_t>(text.size());
    word.letters = letters_of(text);
    word.rarity = static_cast<float>(rarity.of_word(number));
    word.as_beginning = static_cast<float>(rarity.of_beginning(number));
    word.usual = unusual_word;
    return word;
}

MemoComparer::Relation MemoComparer::relation(std::uint32_t a_number, std::uint32_t b_number,
                                              bool a_first, bool b_first) const {
    const Word& a = words_[a_number];
    const Word& b = words_[b_number];
    const bool a_shorter = a.length < b.length;
    const Word& shorter = a_shorter ? a : b;
    const Word& longer = a_shorter ? b : a;
    const auto text_of = [&](const Word& word) { return text(&word == &a ? a_number : b_number); };
    const unsigned unlike_bits = shorter.length >= 8 ? 0U : 64U - 8U * shorter.length;
    if (longer.first() == shorter.first()) {
        if ((longer.head ^ shorter.head) >> unlike_bits == 0 &&
            (shorter.length <= 8 || text_of(longer).starts_with(text_of(shorter))))
            return Relation::beginning;
    } else if (shorter.length < 3 || longer.last() != shorter.last()) {
        return Relation::none; // an edit leaves one end as it was
    } else if ((a_shorter ? a_first : b_first) &&
               (longer.tail ^ shorter.tail) << unlike_bits == 0 &&
               (shorter.length <= 8 || text_of(longer).ends_with(text_of(shorter)))) {
        return Relation::ending;
    }
    const int limit = shorter.length >= 8 ? 2 : 1;
    if (shorter.length >= 4 && longer.length <= shorter.length + limit &&
        may_be_edits(a.letters, b.letters, limit) &&
        within_edits(text(a_number), text(b_number), limit))
        return Relation::edited;
    return Relation::none;
}

// The pairs of words that go together, in order.
struct MemoComparer::Alignment {
    struct Pair {
        std::uint8_t a, b;
        Relation relation;
    };
    std::array<Pair, memo_words_max> pairs;
    std::size_t count = 0;
};

// Words of one memo that are related to words of the other, by their places. Memos with more of
// them repeat a letter; what is beyond is not looked at.
struct MemoComparer::Shared {
    static constexpr std::size_t count_max = 32;
    struct Cell {
        std::uint8_t a, b;
        Relation relation;
        std::int16_t before; // the cell before it in the best chain; -1: it is the first
        float best;          // weight of that chain
    };
    std::array<Cell, count_max> cells;
    std::size_t count = 0;
    std::array<float, memo_words_max>
        most{}; // by word of the origin: how rare what is shared can be
};

MemoComparer::MemoComparer(const MemoBook& book, const std::vector<std::uint32_t>& origin_uses,
                           const std::vector<std::uint32_t>& destination_uses)
    : book_(&book), rarity_(book, sum(origin_uses, destination_uses)),
      origin_cuts_(book, origin_uses), destination_cuts_(book, destination_uses) {
    words_.reserve(book.word_count());
    more_.reserve(book.word_count());
    std::vector<std::uint32_t> order; // those that may be usual
    for (std::uint32_t w = 0; w < book.word_count(); ++w) {
        words_.push_back(word_of(book.word(w), w, rarity_));
        more_.push_back({.text = book.word(w).data(),
                         .as_ending = static_cast<float>(rarity_.of_ending(w)),
                         .commons = 0});
        if (w > 0 && rarity_.share_of_word(w) >= usual_share)
            order.push_back(w);
    }
    std::ranges::sort(order, {},
                      [&](std::uint32_t w) { return std::pair(words_[w].rarity, text(w)); });
    std::uint8_t next = 1;
    for (const std::uint32_t word : order) {
        if (next > usual_words_max)
            break;
        words_[word].usual = next++;
    }
    find_commons();
    signatures_.reserve(book.memo_count());
    letters_.reserve(book.memo_count());
    for (std::uint32_t m = 0; m < book.memo_count(); ++m) {
        signatures_.push_back(signature_of(book.memo(m)));
        letters_.push_back(edges_of(book.memo(m)));
    }
}

// Two memos can share something rare only if they have two bits in common: one of a first letter
// and one of how the word goes on or ends; or those of two first letters; a first letter that is
// rare itself has two.
std::uint64_t MemoComparer::signature_of(const Memo& memo) const {
    std::uint64_t bits = 0;
    const auto set = [&](std::string_view text, std::uint64_t kind) {
        bits |= std::uint64_t{1} << (36 + mix(key_of(text), kind) % 28);
    };
    for (std::size_t i = 0; i < memo.count; ++i) {
        const Word& known = words_[memo.words[i]];
        const std::string_view word = text(memo.words[i]);
        // Frequent words would make every memo look like every other.
        if (known.rarity < nothing_max)
            continue;
        bits |= std::uint64_t{1} << first_bit(known.first());
        if (known.rarity < shared_min)
            continue;
        if (rarity_.of_initial(known.first()) >= static_cast<double>(shared_min))
            set(word.substr(0, 1), 5);
        if (word.size() >= 3) {
            set(word.substr(0, 2), 7);
            set(word.substr(word.size() - 2), 9); // head cuts and edits keep the end
        }
    }
    return bits;
}

MemoComparer::Letters MemoComparer::edges_of(const Memo& memo) const {
    Letters letters;
    for (std::size_t i = 0; i < std::min<std::size_t>(memo.count, lettered_max); ++i) {
        const auto byte = [&](char c) {
            return std::uint64_t{static_cast<unsigned char>(c)} << (8 * i);
        };
        letters.firsts |= byte(words_[memo.words[i]].first());
        letters.lasts |= byte(words_[memo.words[i]].last());
    }
    return letters;
}

namespace {

// The highest bit of each byte that is `c`.
std::uint64_t bytes_equal(std::uint64_t bytes, char c) {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    constexpr std::uint64_t low = 0x7F * ones;
    const std::uint64_t unlike = bytes ^ (ones * static_cast<unsigned char>(c));
    return ~(((unlike & low) + low) | unlike | low);
}

} // namespace

// A bit for each word of the memo that begins or ends with the same letter.
std::uint32_t MemoComparer::alike(const Word& word, const Letters& letters,
                                  const Memo& memo) const {
    constexpr std::uint64_t gather = 0x0002'0408'1020'4081; // the highest bits, side by side
    const std::uint64_t equal =
        bytes_equal(letters.firsts, word.first()) | bytes_equal(letters.lasts, word.last());
    auto bits = static_cast<std::uint32_t>((equal >> 7U) * (gather << 7U) >> 56U);
    for (std::size_t j = lettered_max; j < memo.count; ++j) {
        const Word& other = words_[memo.words[j]];
        if (other.first() == word.first() || other.last() == word.last())
            bits |= 1U << j;
    }
    return bits;
}

void MemoComparer::relate(const Memo& a, const Memo& b, const Letters& letters,
                          Shared& shared) const {
    for (std::size_t j = 0; j < b.count; ++j) {
        const Word& wb = words_[b.words[j]];
        for (std::uint32_t left = alike(wb, letters, a); left != 0; left &= left - 1) {
            const auto i = static_cast<std::size_t>(std::countr_zero(left));
            const Word& wa = words_[a.words[i]];
            const Relation how = a.words[i] == b.words[j]
                                     ? Relation::equal
                                     : relation(a.words[i], b.words[j], i == 0, j == 0);
            if (how == Relation::none || shared.count == Shared::count_max)
                continue;
            float& most = shared.most[i];
            most = std::max({most, wa.rarity, wb.rarity});
            float weight = 0.4F * std::min(wa.rarity, wb.rarity);
            if (how == Relation::equal)
                weight = wa.rarity + 0.5F;
            else if (how == Relation::beginning)
                weight = 0.5F * std::min(wa.rarity, wb.rarity) + 0.25F;
            shared.cells[shared.count++] = {static_cast<std::uint8_t>(i),
                                            static_cast<std::uint8_t>(j), how, -1, weight};
        }
    }
}

// The heaviest chain of related words in order; weights are rarities, so that a rare word is not
// given up for two common ones.
MemoComparer::Alignment MemoComparer::align(const Memo& a, const Memo& b,
                                            const Letters& letters) const {
    Shared shared;
    relate(a, b, letters, shared);
    Alignment out;
    if (std::accumulate(shared.most.begin(), shared.most.end(), 0.0F) < shared_min)
        return out;
    std::ranges::sort(std::span(shared.cells).first(shared.count), {},
                      [](const Shared::Cell& cell) { return std::pair(cell.a, cell.b); });
    int last = -1;
    for (std::size_t k = 0; k < shared.count; ++k) {
        Shared::Cell& cell = shared.cells[k];
        float before = 0;
        for (std::size_t c = 0; c < k; ++c) {
            const Shared::Cell& other = shared.cells[c];
            if (other.a < cell.a && other.b < cell.b && other.best > before) {
                before = other.best;
                cell.before = static_cast<std::int16_t>(c);
            }
        }
        cell.best += before;
        if (last < 0 || cell.best > shared.cells[static_cast<std::size_t>(last)].best)
            last = static_cast<int>(k);
    }
    for (; last >= 0; last = shared.cells[static_cast<std::size_t>(last)].before) {
        const Shared::Cell& cell = shared.cells[static_cast<std::size_t>(last)];
        out.pairs[out.count++] = {cell.a, cell.b, cell.relation};
    }
    std::reverse(out.pairs.begin(), out.pairs.begin() + static_cast<std::ptrdiff_t>(out.count));
    return out;
}

struct MemoComparer::Left {
    std::size_t count = 0;
    std::size_t first = 0;
    bool rare = false;
    bool all_behind = true; // behind the last shared word
};

MemoComparer::Left MemoComparer::left_over(const Memo& memo, std::uint32_t used) const {
    Left left;
    bool behind = false;
    for (std::size_t i = memo.count; i-- > 0;) {
        if ((used >> i & 1U) != 0) {
            behind = true;
            continue;
        }
        ++left.count;
        left.first = i;
        left.all_behind = left.all_behind && !behind;
        left.rare = left.rare || words_[memo.words[i]].usual == unusual_word;
    }
    return left;
}

Rest MemoComparer::rest_of(const Left& left, bool other_is_cut) {
    if (left.count == 0)
        return Rest::none;
    if (other_is_cut && left.all_behind)
        return Rest::behind_cut;
    return left.rare ? Rest::rare : Rest::usual;
}

// How the shared words are alike.
struct MemoComparer::Fit {
    std::uint32_t used_a = 0; // a bit for each word
    std::uint32_t used_b = 0;
    bool whole = true;         // every shared word is the same on both sides
    bool exact = true;         // or cut where its memo ends or begins
    bool a_cut_within = false; // the last word of this memo is the beginning of the other's
    bool b_cut_within = false;
};

MemoComparer::Fit MemoComparer::fit_of(const Memo& a, const Memo& b,
                                       const Alignment& alignment) const {
    Fit fit;
    for (std::size_t k = 0; k < alignment.count; ++k) {
        const auto [i, j, how] = alignment.pairs[k];
        fit.used_a |= 1U << i;
        fit.used_b |= 1U << j;
        fit.whole = fit.whole && how == Relation::equal;
        if (how == Relation::edited)
            fit.exact = false;
        if (how != Relation::beginning)
            continue;
        const bool a_shorter = words_[a.words[i]].length < words_[b.words[j]].length;
        const bool last = a_shorter ? i + 1U == a.count : j + 1U == b.count;
        fit.a_cut_within = fit.a_cut_within || (a_shorter && last);
        fit.b_cut_within = fit.b_cut_within || (!a_shorter && last);
        fit.exact =
            fit.exact && last &&
            (a_shorter ? origin_cuts_.at(a.length, true) : destination_cuts_.at(b.length, true));
    }
    return fit;
}

// How rare what is shared is, a word behind its neighbour counting only what it adds to it.
float MemoComparer::shared_of(const Memo& a, const Memo& b, const Alignment& alignment) const {
    double shared = 0;
    for (std::size_t k = 0; k < alignment.count; ++k) {
        const auto [i, j, how] = alignment.pairs[k];
        const Word& wa = words_[a.words[i]];
        const Word& wb = words_[b.words[j]];
        const bool a_shorter = wa.length < wb.length;
        const std::uint32_t part = a_shorter ? a.words[i] : b.words[j];
        const bool follows = k > 0 && alignment.pairs[k - 1].a + 1 == i &&
                             alignment.pairs[k - 1].b + 1 == j &&
                             alignment.pairs[k - 1].relation == Relation::equal;
        const bool is_whole = how == Relation::equal;
        if (is_whole || how == Relation::beginning) {
            const auto alone =
                static_cast<double>(is_whole ? wa.rarity : words_[part].as_beginning);
            shared += follows ? rarity_.of_pair(a.words[i - 1U], part, is_whole) : alone;
        } else if (how == Relation::ending)
            shared += static_cast<double>(more_[part].as_ending);
        else
            shared +=
                std::max(0.0, static_cast<double>(std::min(wa.rarity, wb.rarity)) - edit_doubt);
    }
    return static_cast<float>(shared);
}

MemoMatch MemoComparer::compare(std::uint32_t origin, std::uint32_t destination) const {
    const Memo& a = book_->memo(origin);
    const Memo& b = book_->memo(destination);
    MemoMatch match;
    if (a.count == 0 || b.count == 0) {
        match.likeness = a.count == b.count ? Likeness::both_empty : Likeness::one_empty;
        return match;
    }
    if (origin == destination) {
        match.likeness = Likeness::equal;
        match.shared = static_cast<float>(rarity_.of_memo(origin));
        return match;
    }
    const Alignment alignment = align(a, b, letters_[origin]);
    if (alignment.count == 0) {
        match.likeness = Likeness::nothing_shared;
        return match;
    }
    const Fit fit = fit_of(a, b, alignment);
    const Left left_a = left_over(a, fit.used_a);
    const Left left_b = left_over(b, fit.used_b);
    const bool a_cut = left_a.count == 0 && origin_cuts_.at(a.length, fit.a_cut_within);
    const bool b_cut = left_b.count == 0 && destination_cuts_.at(b.length, fit.b_cut_within);
    const bool same_words = fit.whole && left_a.count == 0 && left_b.count == 0;
    match.likeness = same_words ? Likeness::equal : Likeness::aligned;
    match.exact = fit.exact;
    match.origin_rest = rest_of(left_a, b_cut);
    match.destination_rest = rest_of(left_b, a_cut);
    match.origin_word = left_a.count == 0 ? 0 : words_[a.words[left_a.first]].usual;
    match.destination_word = left_b.count == 0 ? 0 : words_[b.words[left_b.first]].usual;
    match.shared = shared_of(a, b, alignment);
    return match;
}

} // namespace settled::record_linkage
