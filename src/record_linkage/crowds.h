// How many origins are in reach of each destination: in its group, between two moments and between
// two amounts. Counted for all destinations at once in order of time, exactly, in n log n.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace settled::record_linkage {

// An origin of a group. The same origin may be in several groups.
struct Member {
    std::uint64_t group;
    std::int64_t minor;
    std::uint32_t origin; // rising with time
};

// What is counted: origins of `group` in [first, last) with amounts in [low, high]. Both ends of
// [first, last) must not fall from one question to the next.
struct Question {
    std::uint64_t group;
    std::int64_t low;
    std::int64_t high;
    std::uint32_t first;
    std::uint32_t last;
};

// `members` in order of origin. One count for each question.
std::vector<std::uint32_t> count_crowds(std::span<const Member> members,
                                        std::span<const Question> questions);

} // namespace settled::record_linkage
