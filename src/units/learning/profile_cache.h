// The plans of all tenants in memory. The store is the truth; the cache is read from it at start
// and after each change (store::book_profiles).
//
// A payment is stored under fewer keys only while every node probes accordingly (learn/plan.h). A
// cache that may be older than the store gives cautious plans: while another node's change was seen
// and is not loaded yet (doubt()), and while this node does not know whether there is one
// (`is_up_to_date`).
#pragma once

#include "store/queries/profiles.h"
#include "units/context.h"
#include "units/learning/key_plans.h"

#include <functional>
#include <map>
#include <shared_mutex>
#include <string>

namespace settled::units {

class ProfileCache final : public KeyPlans {
  public:
    ProfileCache(const TenantKeys& keys, const Clock& clock, std::function<bool()> is_up_to_date)
        : keys_(keys), clock_(clock), is_up_to_date_(std::move(is_up_to_date)) {}

    learn::KeyPlan for_payment(TenantId tenant, const domain::Payment& payment) const override;
    learn::KeyPlan for_settlement(TenantId tenant,
                                  const domain::Settlement& settlement) const override;
    std::optional<std::size_t> reference_length_max(TenantId tenant, std::string_view institution,
                                                    std::string_view scheme,
                                                    std::string_view account) const override;
    // The institution whose payments come from a bank; "bank:…" when that is not certain.
    std::string institution_at(TenantId tenant, const std::string& bank) const;

    // The store has changed: data read before this is old.
    void invalidate();
    // Called before the store is read; its result is passed to load() with what was read.
    std::uint64_t edition() const;
    void load(const store::PlanBookRows& rows, std::uint64_t edition);

  private:
    struct Known {
        learn::RareThings rare;
        std::optional<std::size_t> length_max;
    };
    struct Tenant {
        std::map<learn::ProfileKey, Known> profiles;
        std::map<std::string, learn::CapState> caps;
        std::map<std::string, std::map<std::string, learn::Weight>> banks;
        std::map<std::pair<std::string, std::string>, std::size_t> seeds;
    };
    using Tenants = std::map<TenantId, Tenant>;

    static std::string owner_of(const Tenant& tenant, const std::string& bank);
    learn::KeyPlan plan(TenantId tenant, std::int64_t id, const learn::ProfileKey& key,
                        learn::Looker looker) const;

    const TenantKeys& keys_;
    const Clock& clock_;
    std::function<bool()> is_up_to_date_;
    mutable std::shared_mutex mutex_;
    Tenants tenants_;
    std::uint64_t edition_ = 1; // rises with every doubt
    std::uint64_t loaded_ = 0;  // the edition that was loaded
};

} // namespace settled::units
