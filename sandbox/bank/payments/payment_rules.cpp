#include "sandbox/bank/payments/payment_rules.h"

#include <array>

namespace settled::sandbox {

namespace {

bool fits(const PaymentRule& rule, const PaymentRules::Facts& facts) {
    return rule.of_returns == facts.is_return &&
           (rule.creditor_name.empty() || rule.creditor_name == facts.creditor_name) &&
           facts.end_to_end_id.starts_with(rule.end_to_end_id_prefix) &&
           (!rule.amount_minor || *rule.amount_minor == facts.amount_minor);
}

} // namespace

std::string_view token(Outcome outcome) {
    constexpr std::array<std::string_view, outcomes> names{"settle",     "reject", "assessment",
                                                           "validation", "hold",   "item_response",
                                                           "silent",     "pending"};
    return names[static_cast<std::size_t>(outcome)];
}

Treatment PaymentRules::decide(const Facts& facts) {
    for (PaymentRule& rule : rules_) {
        if (!fits(rule, facts) || ++rule.seen % rule.every != 0)
            continue;
        if (rule.count_max != 0 && rule.decided >= rule.count_max)
            continue;
        ++rule.decided;
        return rule.treatment;
    }
    Treatment treatment;
    if (!facts.is_return && facts.creditor_name == held_party_name)
        treatment.outcome = Outcome::hold;
    return treatment;
}

} // namespace settled::sandbox
