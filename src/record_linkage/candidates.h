// Chooses the origins that a destination is compared with.
//
// An origin is looked at when it shares evidence with the destination (the beginning or ending of a
// rare word, two first letters, an id, the exact amount) and is in reach. Evidence bounds the weight
// of the pair; an origin whose pair stays below weight_min whatever the comparison says is not
// compared, and nothing is lost by that.
//
// The work for a destination has limits (Bounds). Where its lists of evidence are longer than
// `read_max`, they are read from the shortest on, with longer beginnings of words added; of more
// than `compared_max` origins those whose weight may be greatest are compared. The greatest weight
// that a pair left out by a limit may have is known, so that the decision can doubt its rivals.
#pragma once

#include "record_linkage/model.h"
#include "record_linkage/origin_index.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace settled::record_linkage {

// For destinations in order of time; one after the other, in one thread. Without a model all that
// share evidence are candidates, so that what is found shows how amounts and delays are spread.
class Candidates {
  public:
    // For destinations [begin, end), not empty.
    Candidates(const OriginIndex& index, const MemoComparer& memos, const Side& destinations,
               const Bounds& bounds, const Bounds& reach, const Model* model, std::size_t begin,
               std::size_t end);

    void gather(std::size_t destination);
    // In order of time; until the next call.
    std::span<const std::uint32_t> origins() const { return found_; }
    // What a limit left out; until the next call.
    const LeftOut& left_out() const { return left_out_; }
    float amount_chance();

  private:
    // By origin: the words of the destination that it may share, and these:
    static constexpr std::uint16_t words_mask = (1U << memo_words_max) - 1;
    static constexpr std::uint16_t same_amount = 1U << 12U;
    static constexpr std::uint16_t same_id = 1U << 13U;
    static constexpr std::uint16_t looked_at = 1U << 14U;
    static constexpr std::uint16_t out_of_reach = 1U << 15U;
    static_assert(memo_words_max <= 12);

    // Origins that share one piece of evidence, by group of amounts.
    struct List {
        std::size_t count = 0;
        std::uint16_t shares = 0;
        bool narrows = false;
        bool is_letters = false; // of first letters alone
        std::array<std::span<const std::uint32_t>, 3> parts;
    };
    // What the destination's memo can be worth.
    struct Words {
        std::array<MemoComparer::Credit, memo_words_max> credits;
        std::size_t count = 0;
        std::uint16_t telling = 0;
    };
    // What a pair of memos can share, at most.
    struct Share {
        float worth = 0;         // as MemoMatch::shared
        std::uint16_t words = 0; // of the destination
    };

    void look_up(bool narrowing);
    void read_all();
    void read_rarest();
    void read(const List& list);
    void know_words();
    Share share_at_most(std::uint16_t words, const Outline& outline) const;
    float memo_at_most(const Share& share, const Outline& outline) const;
    float at_most(const OriginIndex::Origin& origin, const Outline& outline, const Share& share);
    void leave_out_strangers();
    void find_at_most();
    void keep_best();
    void count_unread(std::uint16_t words, bool letters, bool amounts, std::size_t ids);

    const OriginIndex& index_;
    const MemoComparer& memos_;
    const Side& destinations_;
    std::size_t read_max_;
    std::size_t compared_max_;
    const Bounds reach_bounds_;
    const Model* model_;
    std::uint32_t base_;
    std::vector<std::uint16_t> marks_; // by origin from base_
    const Transfer* destination_ = nullptr;
    OriginIndex::Reach reach_{};
    OriginIndex::Groups groups_;
    float crowd_weight_ = 0;
    Words words_;
    std::optional<float> amount_chance_;
    LeftOut left_out_;
    std::vector<Evidence> shared_;
    std::vector<std::uint64_t> keys_; // of shared_, by group
    std::vector<List> lists_;         // of the amount, then of what is shared
    std::vector<std::uint32_t> seen_; // whose mark is to be taken back
    std::vector<std::uint32_t> found_;
    std::vector<float> weights_; // of found_, at most
};

} // namespace settled::record_linkage
