#include "units/learning/learn.h"

#include "base/assert.h"
#include "store/queries/nodes.h"

#include <map>
#include <utility>

namespace settled::units {

namespace {

using learn::Profile;
using learn::ProfileKey;
using store::ProfileRow;
using store::Session;
using store::Step;

// Profiles of one bank that its cap is made of; the latest say what happens now.
constexpr std::size_t profiles_per_cap_max = 500;

class StandingClock final : public Clock {
  public:
    explicit StandingClock(Instant at) : at_(at) {}
    Instant now() const override { return at_; }
    Steady steady() const override { return {}; }

  private:
    Instant at_;
};

// Ids of what was made before an instant are below the first that a mint would give then.
MatchId id_before(Instant at) {
    const StandingClock clock(at);
    IdMint mint(clock, 0);
    return mint.next<MatchId>();
}

struct Part {
    Profile profile;
    std::map<std::pair<std::string, std::string>, learn::Weight> banks; // bank and institution id
};

void observe(Part& part, const learn::MatchedPair& pair, Instant now) {
    part.profile.observe(pair, now);
    const std::string bank = learn::sending_bank_of(pair);
    if (!bank.empty() && !pair.institution_id.empty() && learn::teaches_latency(pair.rank))
        part.banks[{bank, pair.institution_id}] += learn::one;
}

// The row with what is new; nullopt when there are too many already.
Step<std::optional<ProfileRow>> merged(Session& s, const Context& context, TenantId tenant,
                                       ProfileKey key, Profile part, Instant now) {
    auto there = co_await store::find_profile(s, tenant, key);
    if (!there) {
        const std::int64_t count = co_await store::count_profiles(s, tenant);
        if (std::cmp_greater_equal(count, store::profiles_per_tenant_max))
            co_return std::nullopt;
        co_return ProfileRow{tenant,
                             context.ids.next<ProfileId>(),
                             std::move(key),
                             learn::RareThings(),
                             std::nullopt,
                             part.to_json(),
                             now};
    }
    auto known = Profile::parse(there->state);
    SETTLED_ASSERT(known.has_value(), "the store holds a profile that cannot be read");
    known->merge(part);
    there->state = known->to_json();
    there->updated_at = now;
    co_return there;
}

// Writes it. True: what nodes have in memory of it is another now.
Step<bool> keep(Session& s, ProfileRow row) {
    const auto profile = Profile::parse(row.state);
    SETTLED_ASSERT(profile.has_value(), "a profile that was written can be read");
    const learn::RareThings rare = learn::rare_things(*profile);
    const auto length = profile->reference().length_max();
    const std::optional<std::int64_t> length_max =
        length ? std::optional(static_cast<std::int64_t>(*length)) : std::nullopt;
    const bool changed = rare != row.rare || length_max != row.length_max;
    row.rare = rare;
    row.length_max = length_max;
    co_await store::put_profile(s, std::move(row));
    co_return changed;
}

// Weights only grow; which institution a bank is becomes a matter of more and more matches. Nodes
// need to be notified of the first ones only.
Step<bool> keep_banks(Session& s, TenantId tenant, const Part& part,
                      const std::vector<store::BankRow>& known) {
    bool is_news = false;
    for (const auto& [names, weight] : part.banks) {
        learn::Weight before = 0;
        for (const store::BankRow& row : known)
            if (row.bank == names.first && row.institution == names.second)
                before = row.weight;
        is_news = is_news || before < 100 * learn::one;
        co_await store::add_to_bank(s, {tenant, names.first, names.second, weight});
    }
    co_return is_news;
}

} // namespace

Step<Learnt> learn_from_matches(Session& s, const Context& context, TenantId tenant, Instant until,
                                Instant now, std::size_t most) {
    Learnt learnt;
    const MatchId from = co_await store::learnt_until(s, tenant);
    const auto pairs = co_await store::matches_between(s, tenant, from, id_before(until), most);
    if (pairs.empty())
        co_return learnt;
    const bool mine = co_await store::learn_on(s, tenant, from, pairs.back().id);
    if (!mine)
        co_return learnt; // another node has counted these
    learnt.matches = pairs.size();
    std::map<ProfileKey, Part> parts;
    for (const store::LearningPair& each : pairs) {
        if (each.refuted)
            continue;
        observe(parts.try_emplace(learn::key_of(each.pair), Part{Profile(now), {}}).first->second,
                each.pair, now);
    }
    const auto banks = co_await store::list_banks(s, tenant);
    for (auto& [key, part] : parts) {
        if (part.profile.observed() == 0)
            continue; // nothing that teaches
        auto row = co_await merged(s, context, tenant, key, part.profile, now);
        if (!row)
            continue;
        const bool changed = co_await keep(s, *std::move(row));
        const bool news = co_await keep_banks(s, tenant, part, banks);
        learnt.plans_changed = learnt.plans_changed || changed || news;
        learnt.receivers.insert(key.receiver);
    }
    if (learnt.plans_changed)
        co_await store::bump_cache_version(s, store::book_profiles);
    co_return learnt;
}

Step<bool> learn_cap(Session& s, TenantId tenant, std::string receiver, Instant now) {
    const auto rows = co_await store::profiles_at(s, tenant, receiver, profiles_per_cap_max);
    std::vector<Profile> profiles;
    for (const ProfileRow& row : rows) {
        auto profile = Profile::parse(row.state);
        SETTLED_ASSERT(profile.has_value(), "the store holds a profile that cannot be read");
        profile->fade_to(now);
        profiles.push_back(*std::move(profile));
    }
    const learn::CapState known = co_await store::find_cap(s, tenant, receiver);
    const learn::CapState next = learn::next_state(known, learn::prefix_cap(profiles), now);
    if (next == known)
        co_return false;
    co_await store::put_cap(s, tenant, receiver, next);
    co_await store::bump_cache_version(s, store::book_profiles);
    co_return true;
}

Step<> accept_seeds(Session& s, TenantId tenant, std::shared_ptr<const learn::Seeds> seeds,
                    Instant now) {
    for (const learn::Seed& seed : seeds->seeds)
        co_await store::put_seed(s, tenant, seed, now);
    co_await store::bump_cache_version(s, store::book_profiles);
}

} // namespace settled::units
