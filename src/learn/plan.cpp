#include "learn/plan.h"

#include <algorithm>
#include <iterator>

namespace settled::learn {

namespace {

constexpr double small_share = 0.02;

bool is_small(Weight part, Weight all) {
    return share_of(part, all, z_decides).high < small_share;
}

constexpr std::size_t listed = std::size(match::prefix_lengths);

// Listed prefixes that a reference of a length class is stored under: those below its length. Of a
// class, the shortest length is taken: that has the fewest.
std::size_t prefixes_of_class(std::size_t length_class, std::size_t cap) {
    std::size_t count = 0;
    for (std::size_t i = 0; i + 1 < length_class; ++i)
        count += match::prefix_lengths[i] <= cap && match::prefix_lengths[i] != match::start_length
                     ? 1
                     : 0;
    return count;
}

} // namespace

KeyPlan cautious_plan() {
    KeyPlan plan;
    plan.probed_prefix_max = match::part_min;
    return plan;
}

RareThings rare_things(const Profile& profile) {
    RareThings rare;
    if (profile.survives(Identifier::uetr, z_decides).high < small_share)
        rare.add(Rare::uetr_survives);
    if (profile.survives(Identifier::end_to_end_id, z_decides).high < small_share)
        rare.add(Rare::end_to_end_id_survives);
    const ReferenceHabits& habits = profile.reference();
    if (is_small(habits.cut, habits.seen()))
        rare.add(Rare::cut);
    if (is_small(habits.extended, habits.seen()))
        rare.add(Rare::extended);
    return rare;
}

KeyKinds first_kinds(RareThings rare, Looker looker) {
    KeyKinds kinds = KeyKinds::all();
    if (rare.has(Rare::uetr_survives))
        kinds = kinds.without(KeyKind::uetr);
    if (rare.has(Rare::end_to_end_id_survives))
        kinds = kinds.without(KeyKind::end_to_end_id);
    // A cut makes the settlement's reference the shorter one.
    const bool pays = looker == Looker::payment;
    if (rare.has(Rare::cut))
        kinds = kinds.without(pays ? KeyKind::shorter : KeyKind::longer);
    if (rare.has(Rare::extended))
        kinds = kinds.without(pays ? KeyKind::longer : KeyKind::shorter);
    return kinds;
}

bool is_shadow(const crypto::Hmac& tenant_key, std::int64_t id) {
    const crypto::Digest digest = tenant_key.of("learning-shadow/" + std::to_string(id));
    return digest[0] % shadow_in == 0;
}

std::size_t prefix_cap(std::span<const Profile> profiles) {
    std::array<Weight, ReferenceHabits::length_classes> arrived{};
    Weight all = 0;
    for (const Profile& profile : profiles)
        for (std::size_t i = 0; i < arrived.size(); ++i) {
            arrived[i] += profile.reference().arrived[i];
            all += profile.reference().arrived[i];
        }
    for (std::size_t i = 0; i + 1 < listed; ++i) {
        // Class i + 1 begins with prefix_lengths[i].
        Weight longer = 0;
        for (std::size_t above = i + 2; above < arrived.size(); ++above)
            longer += arrived[above];
        if (is_small(longer, all))
            return match::prefix_lengths[i];
    }
    return no_cap;
}

CapState next_state(const CapState& state, std::size_t cap, Instant now) {
    if (cap == state.wanted)
        return state;
    return {cap, std::min(state.floor, cap), now};
}

std::size_t stored_cap(const CapState& state, Instant now) {
    return now - state.changed_at >= settle_in ? state.wanted : no_cap;
}

KeyPlan plan_of(const PlanInput& input) {
    KeyPlan plan;
    plan.probed_prefix_max = input.cap.floor;
    if (input.shadow)
        return plan;
    plan.first = first_kinds(input.rare, input.looker);
    plan.stored_prefix_max = stored_cap(input.cap, input.now);
    return plan;
}

Saving saving_of(const Profile& profile, const KeyPlan& plan) {
    const ReferenceHabits& habits = profile.reference();
    Saving saving;
    Weight references = 0;
    for (std::size_t i = 0; i < habits.sent.size(); ++i) {
        const Weight weight = habits.sent[i];
        references += weight;
        saving.stored_without += weight * static_cast<Weight>(1 + prefixes_of_class(i, no_cap));
        saving.stored_with +=
            weight * static_cast<Weight>(1 + prefixes_of_class(i, plan.stored_prefix_max));
        if (i == 0)
            continue;
        // From 8 characters up to its own length; and one listed prefix.
        const auto beginnings = static_cast<Weight>(match::prefix_lengths[i - 1] - match::part_min);
        saving.looked_without += weight * (beginnings + 1);
        saving.looked_with += weight * ((plan.first.has(KeyKind::shorter) ? beginnings : 0) +
                                        (plan.first.has(KeyKind::longer) ? 1 : 0));
    }
    if (references == 0)
        return {};
    saving.stored_without /= references / one;
    saving.stored_with /= references / one;
    saving.looked_without = saving.looked_without / (references / one) + one; // the whole reference
    saving.looked_with = saving.looked_with / (references / one) + one;
    return saving;
}

} // namespace settled::learn
