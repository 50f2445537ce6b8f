#include "link/memo_compare.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

namespace settled::link {

namespace {

// A word that this share of transfers has says little about which of them it is.
constexpr double usual_share = 0.004;
// A length is a cut when it is this much more frequent than the lengths around it.
constexpr double cut_share_min = 0.03;
constexpr double cut_peak = 2.5;
constexpr std::size_t cut_length_min = 8;
constexpr std::size_t lengths = 256;
// A word this frequent (natural log of 1/probability) is as good as nothing.
constexpr float nothing_max = 1.5F;
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

enum class Relation : std::uint8_t { none, equal, beginning, ending, edited };

Relation relation(std::string_view a, std::string_view b, bool a_first, bool b_first) {
    const std::string_view shorter = a.size() < b.size() ? a : b;
    const std::string_view longer = a.size() < b.size() ? b : a;
    if (longer[0] == shorter[0]) {
        if (longer.starts_with(shorter))
            return Relation::beginning;
    } else if (shorter.size() < 3 || longer.back() != shorter.back()) {
        return Relation::none; // an edit leaves one end as it was
    } else if ((a.size() < b.size() ? a_first : b_first) && longer.ends_with(shorter)) {
        return Relation::ending;
    }
    if (shorter.size() >= 4 && within_edits(a, b, shorter.size() >= 8 ? 2 : 1))
        return Relation::edited;
    return Relation::none;
}

} // namespace

// The pairs of words that go together, in order.
struct MemoComparer::Alignment {
    struct Pair {
        std::uint8_t a, b;
        Relation relation;
    };
    std::array<Pair, memo_words_max> pairs;
    std::size_t count = 0;
};

MemoComparer::MemoComparer(const MemoBook& book, const std::vector<std::uint32_t>& origin_uses,
                           const std::vector<std::uint32_t>& destination_uses)
    : book_(&book), rarity_(book, sum(origin_uses, destination_uses)),
      usual_(book.word_count(), unusual_word), word_rarity_(book.word_count()),
      origin_cuts_(book, origin_uses), destination_cuts_(book, destination_uses) {
    std::vector<std::uint32_t> order(book.word_count());
    std::iota(order.begin(), order.end(), 0U);
    for (std::uint32_t w = 0; w < book.word_count(); ++w)
        word_rarity_[w] = static_cast<float>(rarity_.of_word(w));
    std::ranges::sort(order, {}, [&](std::uint32_t w) { return std::pair(word_rarity_[w], w); });
    std::uint8_t next = 1;
    for (const std::uint32_t word : order) {
        if (next > usual_words_max || rarity_.share_of_word(word) < usual_share)
            break;
        usual_[word] = next++;
    }
    for (std::uint32_t w = 0; w < book.word_count(); ++w)
        word_texts_.push_back(book.word(w));
    signatures_.reserve(book.memo_count());
    for (std::uint32_t m = 0; m < book.memo_count(); ++m)
        signatures_.push_back(signature_of(book.memo(m)));
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
        const std::string_view word = word_texts_[memo.words[i]];
        // Frequent words would make every memo look like every other.
        if (word_rarity_[memo.words[i]] < nothing_max)
            continue;
        bits |= std::uint64_t{1} << first_bit(word[0]);
        if (word_rarity_[memo.words[i]] < shared_min)
            continue;
        if (rarity_.of_beginning(word.substr(0, 1)) >= static_cast<double>(shared_min))
            set(word.substr(0, 1), 5);
        if (word.size() >= 3) {
            set(word.substr(0, 2), 7);
            set(word.substr(word.size() - 2), 9); // head cuts and edits keep the end
        }
    }
    return bits;
}

MemoComparer::Alignment MemoComparer::align(const Memo& a, const Memo& b) const {
    // The heaviest chain of word pairs in order; weights are rarities, so that a rare word is not
    // given up for two common ones.
    constexpr std::size_t cells_max = (memo_words_max + 1) * (memo_words_max + 1);
    const std::size_t side = b.count + 1U;
    std::array<float, cells_max> best;   // NOLINT: written below before it is read
    std::array<Relation, cells_max> how; // NOLINT
    std::fill_n(best.begin(), side, 0.0F);
    for (std::size_t i = 1; i <= a.count; ++i)
        best[i * side] = 0;
    for (std::size_t i = 1; i <= a.count; ++i)
        for (std::size_t j = 1; j <= b.count; ++j) {
            const std::uint32_t wa = a.words[i - 1];
            const std::uint32_t wb = b.words[j - 1];
            const Relation r = wa == wb
                                   ? Relation::equal
                                   : relation(word_texts_[wa], word_texts_[wb], i == 1, j == 1);
            float weight = 0;
            if (r == Relation::equal)
                weight = word_rarity_[wa] + 0.5F;
            else if (r == Relation::beginning)
                weight = 0.5F * std::min(word_rarity_[wa], word_rarity_[wb]) + 0.25F;
            else if (r != Relation::none)
                weight = 0.4F * std::min(word_rarity_[wa], word_rarity_[wb]);
            float& cell = best[i * side + j];
            cell = std::max(best[(i - 1) * side + j], best[i * side + j - 1]);
            const float with = best[(i - 1) * side + j - 1] + weight;
            how[i * side + j] = Relation::none;
            if (r != Relation::none && with > cell) {
                cell = with;
                how[i * side + j] = r;
            }
        }
    Alignment out;
    for (std::size_t i = a.count, j = b.count; i > 0 && j > 0;) {
        if (how[i * side + j] != Relation::none) {
            out.pairs[out.count++] = {static_cast<std::uint8_t>(i - 1),
                                      static_cast<std::uint8_t>(j - 1), how[i * side + j]};
            --i, --j;
        } else if (best[(i - 1) * side + j] >= best[i * side + j - 1]) {
            --i;
        } else {
            --j;
        }
    }
    std::reverse(out.pairs.begin(), out.pairs.begin() + static_cast<std::ptrdiff_t>(out.count));
    return out;
}

namespace {

struct Left {
    std::size_t count = 0;
    std::size_t first = 0;
    bool rare = false;
    bool all_behind = true; // behind the last shared word
};

Left left_over(const Memo& memo, const std::array<bool, memo_words_max>& used,
               const std::vector<std::uint8_t>& usual) {
    Left left;
    bool behind = false;
    for (std::size_t i = memo.count; i-- > 0;) {
        if (used[i]) {
            behind = true;
            continue;
        }
        ++left.count;
        left.first = i;
        left.all_behind = left.all_behind && !behind;
        left.rare = left.rare || usual[memo.words[i]] == unusual_word;
    }
    return left;
}

Rest rest_of(const Left& left, bool other_is_cut) {
    if (left.count == 0)
        return Rest::none;
    if (other_is_cut && left.all_behind)
        return Rest::behind_cut;
    return left.rare ? Rest::rare : Rest::usual;
}

} // namespace

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
    const Alignment alignment = align(a, b);
    if (alignment.count == 0) {
        match.likeness = Likeness::nothing_shared;
        return match;
    }
    float at_most = 0;
    for (std::size_t k = 0; k < alignment.count; ++k)
        at_most += std::max(word_rarity_[a.words[alignment.pairs[k].a]],
                            word_rarity_[b.words[alignment.pairs[k].b]]);
    if (at_most < shared_min) {
        match.likeness = Likeness::nothing_shared;
        return match;
    }
    std::array<bool, memo_words_max> used_a{};
    std::array<bool, memo_words_max> used_b{};
    double shared = 0;
    bool a_cut_within = false; // the last word of this memo is the beginning of the other's
    bool b_cut_within = false;
    for (std::size_t k = 0; k < alignment.count; ++k) {
        const auto [i, j, how] = alignment.pairs[k];
        used_a[i] = true;
        used_b[j] = true;
        const std::string_view wa = word_texts_[a.words[i]];
        const std::string_view wb = word_texts_[b.words[j]];
        const bool a_shorter = wa.size() < wb.size();
        const std::string_view part = a_shorter ? wa : wb;
        const bool follows = k > 0 && alignment.pairs[k - 1].a + 1 == i &&
                             alignment.pairs[k - 1].b + 1 == j &&
                             alignment.pairs[k - 1].relation == Relation::equal;
        switch (how) {
        case Relation::equal:
            shared +=
                follows ? rarity_.of_pair(a.words[i - 1U], wa, true) : word_rarity_[a.words[i]];
            break;
        case Relation::beginning: {
            shared += follows ? rarity_.of_pair(a.words[i - 1U], part, false)
                              : rarity_.of_beginning(part);
            const bool last = a_shorter ? i + 1U == a.count : j + 1U == b.count;
            a_cut_within = a_cut_within || (a_shorter && last);
            b_cut_within = b_cut_within || (!a_shorter && last);
            match.exact = match.exact && last &&
                          (a_shorter ? origin_cuts_.at(a.length, true)
                                     : destination_cuts_.at(b.length, true));
            break;
        }
        case Relation::ending:
            shared += rarity_.of_ending(part);
            break;
        case Relation::edited:
            shared += std::max(0.0F, std::min(word_rarity_[a.words[i]], word_rarity_[b.words[j]]) -
                                         static_cast<float>(edit_doubt));
            match.exact = false;
            break;
        case Relation::none:
            break;
        }
    }
    const Left left_a = left_over(a, used_a, usual_);
    const Left left_b = left_over(b, used_b, usual_);
    const bool a_cut = left_a.count == 0 && origin_cuts_.at(a.length, a_cut_within);
    const bool b_cut = left_b.count == 0 && destination_cuts_.at(b.length, b_cut_within);
    match.origin_rest = rest_of(left_a, b_cut);
    match.destination_rest = rest_of(left_b, a_cut);
    match.origin_word = left_a.count == 0 ? 0 : usual_[a.words[left_a.first]];
    match.destination_word = left_b.count == 0 ? 0 : usual_[b.words[left_b.first]];
    match.shared = static_cast<float>(shared);
    const bool same_words =
        match.exact && left_a.count == 0 && left_b.count == 0 && !a_cut_within && !b_cut_within;
    match.likeness = same_words ? Likeness::equal : Likeness::aligned;
    return match;
}

} // namespace settled::link
