#include "payloads/rule_set_reader.h"

#include "base/limits.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::payloads {

namespace {

using match::Policy;
using match::Rail;
using match::Rank;

constexpr std::int64_t hours_max = 24 * 366;
constexpr std::int64_t parts_max = 5; // Stripe's bound; beyond it sums fit by chance

template <class T, std::size_t count>
struct All {
    template <class Call>
    static void each(const Call& call) {
        for (std::size_t i = 0; i < count; ++i)
            call(static_cast<T>(i));
    }
};
using Ranks = All<Rank, match::ranks>;
using Rails = All<Rail, match::rails>;

std::optional<Policy> policy_named(std::string_view token) {
    for (const Policy policy : {Policy::automatic, Policy::watermark, Policy::suggest, Policy::off})
        if (match::token(policy) == token)
            return policy;
    return std::nullopt;
}

// By a name or by the amount alone nothing is matched without a person: that is wrong too often.
bool may_decide(Rank rank) {
    return rank != Rank::name && rank != Rank::amount;
}

void read_ranks(Reader& in, match::RuleSet& rules) {
    Ranks::each([&](Rank rank) {
        const std::string given = in.optional_text(match::token(rank), limits::text_bytes_max);
        if (given.empty())
            return;
        const auto policy = policy_named(given);
        if (!policy)
            return in.refuse(Code::value_invalid, match::token(rank),
                             "give automatic, watermark, suggest or off");
        const bool decides = *policy == Policy::automatic || *policy == Policy::watermark;
        if (decides && !may_decide(rank))
            return in.refuse(Code::value_invalid, match::token(rank), "give suggest or off");
        rules.policies[static_cast<std::size_t>(rank)] = *policy;
    });
}

void read_hours(Reader& in, std::array<std::chrono::hours, match::rails>& hours,
                std::int64_t hours_min) {
    Rails::each([&](Rail rail) {
        if (const auto given = in.optional_integer(match::token(rail), hours_min, hours_max))
            hours[static_cast<std::size_t>(rail)] = std::chrono::hours(*given);
    });
}

void write_hours(wire::JsonWriter& w, std::string_view name,
                 const std::array<std::chrono::hours, match::rails>& hours) {
    w.key(name).object();
    Rails::each([&](Rail rail) {
        w.member(match::token(rail),
                 static_cast<std::int64_t>(hours[static_cast<std::size_t>(rail)].count()));
    });
    w.end();
}

} // namespace

match::RuleSet read_rule_set(Reader& in) {
    match::RuleSet rules;
    rules.name = in.text("name", limits::text_bytes_max);
    in.optional_object("ranks", [&](Reader& inner) { read_ranks(inner, rules); });
    in.optional_object("windows_hours",
                       [&](Reader& inner) { read_hours(inner, rules.windows, 1); });
    // 0: as soon as it is registered.
    in.optional_object("overdue_hours",
                       [&](Reader& inner) { read_hours(inner, rules.overdue_after, 0); });
    if (const auto given = in.optional_integer("parts_max", 1, parts_max))
        rules.parts_max = static_cast<std::size_t>(*given);
    return rules;
}

Result<match::RuleSet> read_rule_set_text(std::string_view json) {
    TRY(const auto document, wire::JsonDocument::parse(json));
    Reader in(document.root());
    match::RuleSet rules = read_rule_set(in);
    TRY_VOID(in.finish());
    return rules;
}

std::string to_json(const match::RuleSet& rules) {
    wire::JsonWriter w;
    w.object().member("name", rules.name).key("ranks").object();
    Ranks::each([&](Rank rank) { w.member(match::token(rank), match::token(rules.policy(rank))); });
    w.end();
    write_hours(w, "windows_hours", rules.windows);
    write_hours(w, "overdue_hours", rules.overdue_after);
    w.member("parts_max", static_cast<std::uint64_t>(rules.parts_max)).end();
    return std::move(w).text();
}

} // namespace settled::payloads
