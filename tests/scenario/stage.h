// One small world on one account, among others in a store: what is done in it, and how it stands.
#pragma once

#include "draft.h"
#include "units/matching/decide.h"
#include "units/testing.h"

#include <string>
#include <vector>

namespace settled::scenario {

Times times_of(const units::testing::World& world);

class Stage {
  public:
    Stage(units::testing::World& world, const Draft& draft, std::size_t number);

    void play(const Fact& fact);
    // As oracle() says it.
    std::vector<std::string> lines();
    // What is still open, as a world of its own.
    SmallWorld left();

  private:
    void register_payment(std::size_t i, bool has_failed);
    void arrive(char kind, std::size_t i, domain::SettlementFact fact, Instant at);
    void decide(const Fact& fact);
    domain::Settlement settlement_of(std::size_t i);
    std::string settlement_line(std::size_t i);

    units::testing::World& world_;
    const Draft& draft_;
    Times times_;
    std::string account_;
    std::string suffix_;
};

} // namespace settled::scenario
