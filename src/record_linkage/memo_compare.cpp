#include "record_linkage/memo_compare.h"

#include <algorithm>
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
      origin_cuts_(book, origin_uses), destination_cuts_(book, destination_uses) {
    words_.push_back({"", 0, 0, 0, unusual_word}); // no memo has it
    std::vector<std::uint32_t> order;
    for (std::uint32_t w = 1; w < book.word_count(); ++w) {
        const std::string_view text = book.word(w);
        words_.push_back({text, static_cast<float>(rarity_.of_word(w)), text.front(), text.back(),
                          unusual_word});
        order.push_back(w);
    }
    std::ranges::sort(order, {}, [&](std::uint32_t w) { return std::pair(words_[w].rarity, w); });
    std::uint8_t next = 1;
    for (const std::uint32_t word : order) {
        if (next > usual_words_max || rarity_.share_of_word(word) < usual_share)
            break;
        words_[word].usual = next++;
    }
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
        const std::string_view word = words_[memo.words[i]].text;
        // Frequent words would make every memo look like every other.
        if (words_[memo.words[i]].rarity < nothing_max)
            continue;
        bits |= std::uint64_t{1} << first_bit(word[0]);
        if (words_[memo.words[i]].rarity < shared_min)
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
    Alignment out;
    float at_most = 0;
    for (std::size_t i = 1; i <= a.count; ++i) {
        const Word& wa = words_[a.words[i - 1]];
        float most = 0;
        for (std::size_t j = 1; j <= b.count; ++j) {
            const Word& wb = words_[b.words[j - 1]];
            Relation r = Relation::none;
            if (a.words[i - 1] == b.words[j - 1])
                r = Relation::equal;
            else if (wa.first == wb.first || wa.last == wb.last)
                r = relation(wa.text, wb.text, i == 1, j == 1);
            how[i * side + j] = r;
            if (r != Relation::none)
                most = std::max({most, wa.rarity, wb.rarity});
        }
        at_most += most;
    }
    if (at_most < shared_min)
        return out;
    std::fill_n(best.begin(), side, 0.0F);
    for (std::size_t i = 1; i <= a.count; ++i) {
        best[i * side] = 0;
        for (std::size_t j = 1; j <= b.count; ++j) {
            const Word& wa = words_[a.words[i - 1]];
            const Word& wb = words_[b.words[j - 1]];
            const Relation r = how[i * side + j];
            float weight = 0;
            if (r == Relation::equal)
                weight = wa.rarity + 0.5F;
            else if (r == Relation::beginning)
                weight = 0.5F * std::min(wa.rarity, wb.rarity) + 0.25F;
            else if (r != Relation::none)
                weight = 0.4F * std::min(wa.rarity, wb.rarity);
            float& cell = best[i * side + j];
            cell = std::max(best[(i - 1) * side + j], best[i * side + j - 1]);
            const float with = best[(i - 1) * side + j - 1] + weight;
            how[i * side + j] = Relation::none;
            if (r != Relation::none && with > cell) {
                cell = with;
                how[i * side + j] = r;
            }
        }
    }
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

struct MemoComparer::Left {
    std::size_t count = 0;
    std::size_t first = 0;
    bool rare = false;
    bool all_behind = true; // behind the last shared word
};

MemoComparer::Left MemoComparer::left_over(const Memo& memo,
                                           const std::array<bool, memo_words_max>& used) const {
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
    std::array<bool, memo_words_max> used_a{};
    std::array<bool, memo_words_max> used_b{};
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
        fit.used_a[i] = true;
        fit.used_b[j] = true;
        fit.whole = fit.whole && how == Relation::equal;
        if (how == Relation::edited)
            fit.exact = false;
        if (how != Relation::beginning)
            continue;
        const bool a_shorter = words_[a.words[i]].text.size() < words_[b.words[j]].text.size();
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
        const std::string_view part = wa.text.size() < wb.text.size() ? wa.text : wb.text;
        const bool follows = k > 0 && alignment.pairs[k - 1].a + 1 == i &&
                             alignment.pairs[k - 1].b + 1 == j &&
                             alignment.pairs[k - 1].relation == Relation::equal;
        if (how == Relation::equal)
            shared += follows ? rarity_.of_pair(a.words[i - 1U], part, true)
                              : static_cast<double>(wa.rarity);
        else if (how == Relation::beginning)
            shared += follows ? rarity_.of_pair(a.words[i - 1U], part, false)
                              : rarity_.of_beginning(part);
        else if (how == Relation::ending)
            shared += rarity_.of_ending(part);
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
    const Alignment alignment = align(a, b);
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
