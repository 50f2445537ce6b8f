#include "api/handlers/profile_view.h"

#include "api/handlers/views.h"

#include <fmt/format.h>

namespace settled::api {

namespace {

using learn::Profile;
using wire::JsonWriter;

// Thousandths, rounded, to whole observations.
std::int64_t shown(learn::Weight weight) {
    return (weight + learn::one / 2) / learn::one;
}

void write_share(JsonWriter& w, std::string_view name, learn::Weight part, learn::Weight all) {
    const learn::Share share = learn::share_of(part, all, learn::z_shown);
    w.key(name).object();
    w.key("share").raw(fmt::format("{:.4f}", share.value));
    w.key("low").raw(fmt::format("{:.4f}", share.low));
    w.key("high").raw(fmt::format("{:.4f}", share.high));
    w.member("observed", shown(all)).end();
}

void write_identifiers(JsonWriter& w, const Profile& profile) {
    w.key("identifiers").object();
    for (const learn::Identifier identifier : learn::identifiers) {
        const learn::Survival& counts = profile.survival(identifier);
        w.key(learn::token(identifier)).object();
        write_share(w, "survives", counts.survived, counts.seen());
        w.member("absent", shown(counts.absent)).member("altered", shown(counts.altered)).end();
    }
    w.end();
}

void write_reference(JsonWriter& w, const learn::ReferenceHabits& habits) {
    const auto length_max = habits.length_max();
    w.key("reference").object();
    w.member("length_max",
             length_max ? std::optional(static_cast<std::int64_t>(*length_max)) : std::nullopt);
    w.member("case", habits.letter_case());
    w.member("punctuation_kept", habits.punctuation_kept());
    w.member("punctuation_lost", habits.punctuation_lost());
    w.member("prefix", habits.usual_prefix()).member("suffix", habits.usual_suffix());
    write_share(w, "cut", habits.cut, habits.seen());
    write_share(w, "extended", habits.extended, habits.seen());
    w.end();
}

void write_latency(JsonWriter& w, const learn::Latency& latency) {
    const auto quantile = [&](std::string_view name, int per_thousand) {
        const auto took = latency.quantile(per_thousand);
        w.member(name, took ? std::optional(took->count()) : std::nullopt);
    };
    w.key("latency_us").object();
    quantile("p50", 500);
    quantile("p99", 990);
    quantile("p999", 999);
    w.end();
}

void write_keys(JsonWriter& w, std::string_view name, learn::Weight without, learn::Weight with) {
    const auto decimal = [](learn::Weight keys) {
        return fmt::format("{}.{:03}", keys / learn::one, keys % learn::one);
    };
    w.key(name).object().key("all").raw(decimal(without));
    w.key("now").raw(decimal(with)).end();
}

void write_plan(JsonWriter& w, const Profile& profile, learn::RareThings rare,
                const learn::CapState& cap, Instant now) {
    const learn::KeyPlan plan = learn::plan_of({rare, cap, learn::Looker::payment, false, now});
    const learn::Saving saving = learn::saving_of(profile, plan);
    w.key("plan").object().key("rare").array();
    for (const auto& [thing, name] :
         {std::pair(learn::Rare::uetr_survives, "uetr_survives"),
          std::pair(learn::Rare::end_to_end_id_survives, "end_to_end_id_survives"),
          std::pair(learn::Rare::cut, "cut"), std::pair(learn::Rare::extended, "extended")})
        if (rare.has(thing))
            w.value(name);
    w.end();
    const bool has_cap = plan.stored_prefix_max != learn::no_cap;
    w.member("stored_prefix_max",
             has_cap ? std::optional(static_cast<std::int64_t>(plan.stored_prefix_max))
                     : std::nullopt);
    write_keys(w, "reference_keys_stored", saving.stored_without, saving.stored_with);
    write_keys(w, "reference_keys_looked_under", saving.looked_without, saving.looked_with);
    w.end();
}

} // namespace

void write_profile(JsonWriter& w, const store::ProfileRow& row, const learn::CapState& cap,
                   Instant now) {
    auto profile = Profile::parse(row.state);
    SETTLED_ASSERT(profile.has_value(), "the store holds a profile that cannot be read");
    profile->fade_to(now);
    w.object().member("id", to_string(row.id));
    w.member("institution", row.key.institution.empty() ? unknown_institution
                                                        : std::string_view(row.key.institution));
    w.member("scheme", row.key.scheme).member("receiver", row.key.receiver);
    w.member("matches", shown(profile->observed()));
    write_identifiers(w, *profile);
    write_reference(w, profile->reference());
    write_latency(w, profile->latency());
    write_plan(w, *profile, row.rare, cap, now);
    write_time(w, "updated_at", row.updated_at);
    w.end();
}

} // namespace settled::api
