#include "units/learning/profile_cache.h"

#include <algorithm>
#include <mutex>
#include <numeric>

namespace settled::units {

namespace {

std::optional<std::size_t> as_size(std::optional<std::int64_t> number) {
    return number ? std::optional(static_cast<std::size_t>(*number)) : std::nullopt;
}

} // namespace

std::string ProfileCache::owner_of(const Tenant& tenant, const std::string& bank) {
    // Some banks hold accounts of several institutions: nineteen in twenty payments must be of one.
    constexpr learn::Weight seen_min = 3 * learn::one;
    const auto found = tenant.banks.find(bank);
    if (found == tenant.banks.end())
        return learn::institution_of_bank(bank);
    learn::Weight all = 0;
    const auto* most = &*found->second.begin();
    for (const auto& entry : found->second) {
        all += entry.second;
        if (entry.second > most->second)
            most = &entry;
    }
    return all >= seen_min && most->second * 20 >= all * 19 ? most->first
                                                            : learn::institution_of_bank(bank);
}

std::string ProfileCache::institution_at(TenantId tenant, const std::string& bank) const {
    const std::shared_lock lock(mutex_);
    const auto found = tenants_.find(tenant);
    return found == tenants_.end() ? learn::institution_of_bank(bank)
                                   : owner_of(found->second, bank);
}

learn::KeyPlan ProfileCache::plan(TenantId tenant, std::int64_t id, const learn::ProfileKey& key,
                                  learn::Looker looker) const {
    const bool is_sure = is_up_to_date_();
    const std::shared_lock lock(mutex_);
    if (!is_sure || loaded_ != edition_)
        return learn::cautious_plan();
    const auto found = tenants_.find(tenant);
    if (found == tenants_.end())
        return {};
    learn::PlanInput input;
    input.looker = looker;
    input.now = clock_.now();
    if (const auto cap = found->second.caps.find(key.receiver); cap != found->second.caps.end())
        input.cap = cap->second;
    if (const auto known = found->second.profiles.find(key); known != found->second.profiles.end())
        input.rare = known->second.rare;
    if (input.rare == learn::RareThings() && input.cap.wanted == learn::no_cap &&
        input.cap.floor == learn::no_cap)
        return {};
    input.shadow = learn::is_shadow(keys_.of(tenant), id);
    return learn::plan_of(input);
}

learn::KeyPlan ProfileCache::for_payment(TenantId tenant, const domain::Payment& payment) const {
    const learn::ProfileKey key{
        payment.institution_id.empty()
            ? institution_at(tenant, learn::bank_of(payment.identity.other_account))
            : payment.institution_id,
        learn::scheme_of(payment.scheme), learn::bank_of(payment.identity.account)};
    return plan(tenant, payment.id.value, key, learn::Looker::payment);
}

learn::KeyPlan ProfileCache::for_settlement(TenantId tenant,
                                            const domain::Settlement& settlement) const {
    const learn::ProfileKey key{
        institution_at(tenant, learn::bank_of(settlement.identity.other_account)),
        learn::scheme_of(settlement.scheme), learn::bank_of(settlement.identity.account)};
    return plan(tenant, settlement.id.value, key, learn::Looker::settlement);
}

std::optional<std::size_t> ProfileCache::reference_length_max(TenantId tenant,
                                                              std::string_view institution,
                                                              std::string_view scheme,
                                                              std::string_view account) const {
    const std::shared_lock lock(mutex_);
    const auto found = tenants_.find(tenant);
    if (found == tenants_.end())
        return std::nullopt;
    const learn::ProfileKey key{std::string(institution), learn::scheme_of(scheme),
                                learn::bank_of(account)};
    const auto known = found->second.profiles.find(key);
    if (known != found->second.profiles.end() && known->second.length_max)
        return known->second.length_max;
    for (const std::string& of_scheme : {key.scheme, std::string()})
        if (const auto seed = found->second.seeds.find({key.institution, of_scheme});
            seed != found->second.seeds.end())
            return seed->second;
    return std::nullopt;
}

void ProfileCache::invalidate() {
    const std::unique_lock lock(mutex_);
    ++edition_;
}

std::uint64_t ProfileCache::edition() const {
    const std::shared_lock lock(mutex_);
    return edition_;
}

void ProfileCache::load(const store::PlanBookRows& rows, std::uint64_t edition) {
    Tenants tenants;
    for (const store::PlanRow& row : rows.plans)
        tenants[row.tenant].profiles[row.key] = {row.rare, as_size(row.length_max)};
    for (const store::CapRow& row : rows.caps)
        tenants[row.tenant].caps[row.receiver] = row.state;
    for (const store::BankRow& row : rows.banks)
        tenants[row.tenant].banks[row.bank][row.institution] = row.weight;
    for (const store::SeedRow& row : rows.seeds)
        tenants[row.tenant].seeds[{row.seed.institution, row.seed.scheme}] =
            row.seed.reference_chars_max;
    const std::unique_lock lock(mutex_);
    if (edition < loaded_)
        return; // another thread read it later and was faster
    tenants_ = std::move(tenants);
    loaded_ = edition;
}

} // namespace settled::units
