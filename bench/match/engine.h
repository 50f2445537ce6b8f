// What the live server does with facts as they arrive, in memory: the same keys, the same limits,
// the same verdicts of match/, the same order of steps as units/matching/settle.cpp, units/matching/watermark.cpp and
// units/matching/registered_late.cpp. It sees the arrivals of a world and never its truth.
#pragma once

#include "bench/match/index.h"
#include "bench/match/world.h"
#include "crypto/hash.h"
#include "match/choice.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

namespace settled::bench {

struct Match {
    std::uint32_t settlement = 0;
    std::uint32_t payment = 0;
    match::Rank rank{};
    Instant at;
};

enum class Standing : std::uint8_t { unseen, unmatched, ambiguous, matched };

struct EngineFigures {
    Reads reads;
    std::uint64_t decisions = 0; // verdicts about one settlement, from both sides
    std::uint64_t compared = 0;
    std::uint64_t registered = 0;
    std::uint64_t stored_keys = 0;

    EngineFigures& operator+=(const EngineFigures& other);
};

// The standard rules, but that references decide at once, too (ranks 4 to 7): for who registers
// every payment before it is paid.
match::RuleSet eager_rules();

class Engine {
  public:
    Engine(const World& world, const crypto::Hmac& tenant_key, std::chrono::microseconds watermark,
           const match::RuleSet& rules = match::standard_rules());

    // All facts, in the order in which they arrive, and what is due by itself after them.
    void run();

    const std::vector<Match>& matches() const { return matches_; }
    Standing standing_of(std::uint32_t settlement) const {
        return settlements_[settlement].standing;
    }
    // A payment that was registered late could be the one that it pays.
    bool is_doubted(std::uint32_t settlement) const { return settlements_[settlement].is_doubted; }
    bool is_open(std::uint32_t payment) const { return payments_[payment].is_open; }
    const EngineFigures& figures() const { return figures_; }

  private:
    enum class Reach : std::uint8_t { exact, loose }; // as in units/matching/candidates.h
    enum class Depth : std::uint8_t { strong_look, all };
    enum class PaymentChange : std::uint8_t { opened, closed }; // as in units/matching/settle.h
    struct OpenPayment {
        match::MatchFields identity; // what is open of it
        bool is_known = false;
        bool is_open = false;
        std::int64_t settled_minor = 0;
    };
    struct WaitingSettlement {
        Standing standing = Standing::unseen;
        bool is_parked = false;
        std::uint32_t payment = 0; // if it is matched
        match::Rank rank = match::Rank::amount;
        bool is_doubted = false;
    };
    struct Verdict {
        match::Outcome outcome = match::Outcome::none;
        match::Candidate best{0, match::Rank::amount, match::Policy::off};
    };
    // Who was found, and how much of the other side they are.
    struct Near {
        std::vector<std::uint32_t> owners;
        match::Coverage seen = match::Coverage::complete;
        void add(const Found& found);
    };
    // As in units/matching/claims.cpp.
    struct Claim {
        std::uint32_t settlement;
        match::Rank rank;
    };
    struct Taken {
        std::vector<std::uint32_t> settlements;
        std::vector<std::uint32_t> payments;
    };
    struct Weighing {
        Instant due;
        std::uint32_t settlement;
    };

    void payment_arrives(std::uint32_t payment);
    void settlement_arrives(std::uint32_t settlement);
    void weigh_what_is_due(Instant now);
    void decide_at_watermark(std::uint32_t settlement);

    void look_for_its_money(std::uint32_t payment);
    bool could_be_of(std::uint32_t late, std::uint32_t settlement) const;

    Near find(match::Of of, const match::MatchFields& identity, Reach reach, Depth depth);
    Near find_exact(match::Of of, const match::MatchFields& identity, Depth depth);
    Verdict judge(std::uint32_t settlement, Reach reach);
    Verdict judge_among(std::uint32_t settlement, Reach reach, Depth depth);
    std::optional<std::vector<Claim>> claims_of(const match::Choice& returned,
                                                const std::vector<std::uint32_t>& suitors) const;
    bool are_settled_elsewhere(std::vector<Claim> claims, Taken& taken, std::size_t& heard);
    std::optional<std::uint32_t> better_payment_of(const Claim& claim, Taken taken,
                                                   std::size_t& heard);
    std::vector<std::uint32_t> suitors_of(std::uint32_t payment, std::uint32_t first, Reach reach,
                                          match::Coverage& seen);
    match::Choice choose_settlement(std::uint32_t payment,
                                    const std::vector<std::uint32_t>& suitors,
                                    match::Coverage seen);
    bool judge_again(std::uint32_t settlement, Reach reach);
    void judge_waiting(const match::MatchFields& payment,
                       PaymentChange has = PaymentChange::closed);
    void match(std::uint32_t settlement, const match::Candidate& payment);
    bool may_match(const Verdict& verdict, std::uint32_t settlement, Reach reach) const;
    bool watermark_passed(std::uint32_t settlement) const;

    const match::MatchFields& settlement_identity(std::uint32_t settlement) const {
        return world_.settlements[settlement].identity;
    }

    const World& world_;
    const crypto::Hmac& tenant_key_;
    std::chrono::microseconds watermark_;
    const match::RuleSet& rules_;
    Instant now_{};
    Index payment_keys_;
    Index settlement_keys_;
    Index traces_;
    std::vector<OpenPayment> payments_;
    std::vector<WaitingSettlement> settlements_;
    std::deque<Weighing> weighings_; // all due that long after they arrived: in order
    std::set<std::uint32_t> weighed_now_;
    std::vector<Match> matches_;
    EngineFigures figures_;
};

} // namespace settled::bench
