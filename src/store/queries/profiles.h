// Rows of what is learnt of institutions (learn/profile.h), and of the matches that it is learnt
// from.
//
// All except the matches are few, and written by one node in batches: nothing here delays a
// webhook.
#pragma once

#include "base/id.h"
#include "learn/evidence.h"
#include "learn/plan.h"
#include "learn/seeds.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled {

SETTLED_ID(ProfileId, "prf");

} // namespace settled

namespace settled::store {

// More institutions than any client has; ids come from outside.
inline constexpr std::size_t profiles_per_tenant_max = 5'000;

struct ProfileRow {
    TenantId tenant;
    ProfileId id;
    learn::ProfileKey key;
    learn::RareThings rare;
    std::optional<std::int64_t> length_max;
    std::string state; // Profile::to_json()
    Instant updated_at;
};
Step<std::optional<ProfileRow>> find_profile(Session& s, TenantId tenant, learn::ProfileKey key);
Step<std::int64_t> count_profiles(Session& s, TenantId tenant);
// Adds the profile, or replaces the one with that key, which keeps its id.
Step<> put_profile(Session& s, ProfileRow row);
// Newest first, below `before`.
Step<std::vector<ProfileRow>> list_profiles(Session& s, TenantId tenant, std::int64_t before,
                                            std::size_t limit);
Step<std::vector<ProfileRow>> profiles_of(Session& s, TenantId tenant, std::string institution,
                                          std::size_t limit);
// The latest of them.
Step<std::vector<ProfileRow>> profiles_at(Session& s, TenantId tenant, std::string receiver,
                                          std::size_t limit);

Step<learn::CapState> find_cap(Session& s, TenantId tenant, std::string receiver);
Step<> put_cap(Session& s, TenantId tenant, std::string receiver, learn::CapState state);

struct BankRow {
    TenantId tenant;
    std::string bank;
    std::string institution;
    learn::Weight weight = 0;
};
Step<std::vector<BankRow>> list_banks(Session& s, TenantId tenant);
// Adds to the stored counts.
Step<> add_to_bank(Session& s, BankRow row);

Step<> put_seed(Session& s, TenantId tenant, learn::Seed seed, Instant now);
Step<std::vector<learn::Seed>> list_seeds(Session& s, TenantId tenant);

// Matches in the order of their ids, and the last one that was learnt from.
struct LearningPair {
    MatchId id;
    learn::MatchedPair pair;
    bool refuted = false; // a person has undone it
};
Step<MatchId> learnt_until(Session& s, TenantId tenant);
// False: another node went on from there.
Step<bool> learn_on(Session& s, TenantId tenant, MatchId from, MatchId to);
Step<std::vector<LearningPair>> matches_between(Session& s, TenantId tenant, MatchId after,
                                                MatchId before, std::size_t limit);

// The rows that nodes keep in memory, of all tenants.
struct PlanRow {
    TenantId tenant;
    learn::ProfileKey key;
    learn::RareThings rare;
    std::optional<std::int64_t> length_max;
};
struct CapRow {
    TenantId tenant;
    std::string receiver;
    learn::CapState state;
};
struct SeedRow {
    TenantId tenant;
    learn::Seed seed;
};
struct PlanBookRows {
    std::vector<PlanRow> plans;
    std::vector<CapRow> caps;
    std::vector<BankRow> banks;
    std::vector<SeedRow> seeds;
};
Step<PlanBookRows> read_plan_book(Session& s);

} // namespace settled::store
