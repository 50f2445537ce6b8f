// What every unit may use in addition to its Session. Shared by all threads.
#pragma once

#include "base/id.h"
#include "domain/call.h"
#include "domain/settlement.h"
#include "domain/uk/calendar.h"
#include "match/rule_set.h"
#include "units/evidence/tenant_keys.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace settled::units {

// Which deliveries this process claims in the commit that creates them. Thread-safe.
class TaskClaims {
  public:
    virtual ~TaskClaims() = default;
    // The lease under which this node claims a delivery to that endpoint at commit time
    // (store/queries/nodes.h); 0 leaves the delivery unclaimed for any worker.
    virtual std::int64_t holder_for(EndpointId endpoint) const = 0;
};

// The rule sets of tenants and their accounts. Thread-safe.
class AccountRules {
  public:
    virtual ~AccountRules() = default;
    // Never null.
    virtual std::shared_ptr<const match::RuleSet> rules_of(TenantId tenant,
                                                           std::string_view account) const = 0;
    // All rule sets that apply to any account of the tenant; one may appear more than once.
    virtual std::vector<std::shared_ptr<const match::RuleSet>> all_of(TenantId tenant) const = 0;
};

class KeyPlans;   // learning/key_plans.h
class DerivedIds; // calls/derived_ids.h
} // namespace settled::units

namespace settled::domain {
class ModulusTable; // uk/modulus.h
}

namespace settled::units {

struct Context {
    IdMint& ids;
    const TenantKeys& keys;
    // How long a settlement waits for its payment before settlement.unmatched is published.
    // Payments are usually there first; when their event is late, it is by seconds (domain notes on
    // any-order arrival).
    std::chrono::microseconds unmatched_grace{std::chrono::seconds(10)};
    const TaskClaims* claims = nullptr;  // nullptr: this process delivers nothing
    const KeyPlans* key_plans = nullptr; // nullptr: nothing was learnt, all keys are worth it
    // How long after a settlement has arrived a payment that is older than it may still be on its
    // way to us. A verdict that relies on uniqueness is applied only then.
    std::chrono::microseconds watermark{std::chrono::seconds(2)};
    const AccountRules* account_rules = nullptr; // nullptr: the standard rules for all
    bool suggested_reviews = true;               // what may only be suggested opens a review
    const DerivedIds* derived_ids = nullptr;     // needed by what makes calls
    domain::CallTimes call_times = {};
    domain::Calendar calendar = {};
    // nullptr: no table is configured, and sort codes and account numbers are not checked together.
    const domain::ModulusTable* modulus = nullptr;
    // https://host[:port] that partners reach this server under: links begin with it. Empty: there
    // are none.
    std::string public_url = {};
    // Waits between tries to fetch the content of a notification.
    std::vector<std::chrono::seconds> fetch_retry_after = {};

    std::shared_ptr<const match::RuleSet> rules_of(TenantId tenant, std::string_view account) const;
    std::vector<std::shared_ptr<const match::RuleSet>> all_rules_of(TenantId tenant) const;
    bool watermark_passed(const domain::Settlement& settlement, Instant now) const {
        return now >= settlement.received_at + watermark;
    }
    std::int64_t holder_for(EndpointId endpoint) const {
        return claims == nullptr ? 0 : claims->holder_for(endpoint);
    }
};

} // namespace settled::units
