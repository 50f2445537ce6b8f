// What is known of one sending institution, by one scheme, to one receiving bank.
//
// Invariants: (1) counts are of matches that may teach what is counted (evidence.h); (2) all counts
// are of the same day, `as_of`; (3) observing pairs in any order, or in parts that are merged,
// gives the same counts (the candidates for prefix and suffix may differ while none is usual).
#pragma once

#include "learn/evidence.h"
#include "learn/latency.h"
#include "learn/tally.h"

#include <array>
#include <string>

namespace settled::learn {

class Profile {
  public:
    // Made at that moment.
    explicit Profile(Instant now = {}) : as_of_(day_of(now)) {}

    void observe(const MatchedPair& pair, Instant now);
    // Brings both to the later day, then adds.
    void merge(const Profile& other);
    // Lets the counts fade to that moment; an earlier one changes nothing.
    void fade_to(Instant now);

    const Survival& survival(Identifier identifier) const {
        return survivals_[static_cast<std::size_t>(identifier)];
    }
    const ReferenceHabits& reference() const { return reference_; }
    const Latency& latency() const { return latency_; }
    Weight observed() const { return observed_; }
    Instant as_of() const { return as_of_; }
    // The share of an identifier that arrives equal, of what was sent.
    Share survives(Identifier identifier, double z) const;

    // JSON, as the store keeps it. Fails with value_invalid: it was written by something else.
    std::string to_json() const;
    static Result<Profile> parse(std::string_view text);
    friend bool operator==(const Profile&, const Profile&) = default;

  private:
    static Instant day_of(Instant at);
    void count(Identifier identifier, std::string_view sent, std::string_view arrived);

    std::array<Survival, identifiers.size()> survivals_{};
    ReferenceHabits reference_;
    Latency latency_;
    Weight observed_ = 0; // matches that taught anything
    Instant as_of_;
};

} // namespace settled::learn
