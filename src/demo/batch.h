// The batch that settles at once while servers are killed, and the proof that nothing of it is
// lost, doubled or mixed up.
#pragma once

#include "demo/series.h"

namespace settled::demo {

inline constexpr std::size_t batch_size = 200;
inline const SeriesPlan batch_plan{"batch-", batch_size, 5'000, 10};

// Of the first webhook of each.
std::size_t count_acknowledged(const World& world, const std::vector<Sent>& sent);
std::size_t count_told(World& world, const std::vector<Sent>& sent);

// The books of the server, as its API shows them.
Task<> check_books(Stage& stage, const std::vector<Sent>& sent);
// What the partner recorded.
void check_partner(Stage& stage, const std::vector<Sent>& sent);
// For the closing table.
void keep_times(Stage& stage, const std::vector<Sent>& sent);

} // namespace settled::demo
