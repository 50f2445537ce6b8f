// Whether a settlement could be of a payment, said apart from match/: by what banks do to texts
// (mutations.h), not by ranks. It sees all of a world, whenever it arrives.
#pragma once

#include "bench/match/engine.h"
#include "bench/match/world.h"

#include <map>
#include <string>
#include <vector>

namespace settled::bench {

bool could_be(const match::MatchFields& payment, const match::MatchFields& settlement);

class Oracle {
  public:
    Oracle(const World& world, const Engine& engine);

    // Another open payment could be meant by that settlement, or another waiting settlement by the
    // payment that is.
    bool is_ambiguous(std::uint32_t settlement) const;

  private:
    const World& world_;
    std::map<std::string, std::vector<std::uint32_t>> open_payments_; // by account
    std::map<std::string, std::vector<std::uint32_t>> waiting_;
};

} // namespace settled::bench
