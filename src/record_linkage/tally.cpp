#include "record_linkage/tally.h"

namespace settled::record_linkage {

void Tally::add(const Pair& pair, double share) {
    memo[pair.memo] += share;
    words[pair.rests * cells::words_count + pair.words] += share;
    amount[pair.amount] += share;
    delay[pair.delay] += share;
    ids[0][static_cast<std::size_t>(pair.end_to_end_id)] += share;
    ids[1][static_cast<std::size_t>(pair.payer_account)] += share;
    ids[2][static_cast<std::size_t>(pair.payer_name)] += share;
    pairs += share;
}

} // namespace settled::record_linkage
