#include "units/evidence/audit_match.h"

#include "match/keys.h"
#include "match/ladder.h"
#include "payloads/rule_set_reader.h"
#include "store/queries/feeds.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"
#include "store/queries/rule_sets.h"
#include "store/queries/walks.h"
#include "wire/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::units {

namespace {

using domain::Pairing;
using match::MatchFields;
using store::Session;
using store::Step;

// What one match is checked with.
struct Case {
    const TenantKeys& keys;
    TenantId tenant;
    const std::vector<match::RuleSet>& rules;
    domain::Match match;
    domain::Settlement settlement;
    domain::Payment payment;
    AuditPage& page;

    void find(std::string_view what, std::string expected, std::string found) const {
        page.findings.push_back(
            {std::string(what), to_string(match.id), std::move(expected), std::move(found)});
    }
};

// Empty: what is shown does not say, for it is masked or not there.
std::string key_of_shown(std::string_view account) {
    return domain::account_key_of(domain::party_shown_as(account));
}

struct RawColumns {
    std::string_view reference, end_to_end_id, account, other_account, other_name;
};

// The canonical fields as the raw columns give them. What no raw column has (the UETR, the bounds
// of an amount) is as it is stored: the proof in the evidence was made from it.
MatchFields identity_from(const RawColumns& raw, MatchFields identity) {
    identity.reference = match::canonical_reference(raw.reference);
    identity.end_to_end_id = match::canonical_end_to_end_id(raw.end_to_end_id);
    identity.other_name = match::canonical(raw.other_name);
    if (std::string key = key_of_shown(raw.account); !key.empty())
        identity.account = std::move(key);
    if (std::string key = key_of_shown(raw.other_account); !key.empty())
        identity.other_account = std::move(key);
    return identity;
}

MatchFields identity_from(const domain::Payment& p) {
    return identity_from(
        {p.reference, p.end_to_end_id, p.payee_account, p.payer_account, p.payer_name}, p.identity);
}

MatchFields identity_from(const domain::Settlement& t) {
    return identity_from(
        {t.reference, t.end_to_end_id, t.account, t.counterparty_account, t.counterparty_name},
        t.identity);
}

void check_canonical(const Case& c, std::string_view what, const MatchFields& made,
                     const MatchFields& stored) {
    struct Field {
        std::string_view name;
        std::string MatchFields::* member;
    };
    for (const auto& [name, member] : {Field{"reference", &MatchFields::reference},
                                       Field{"end_to_end_id", &MatchFields::end_to_end_id},
                                       Field{"account", &MatchFields::account},
                                       Field{"other_account", &MatchFields::other_account},
                                       Field{"other_name", &MatchFields::other_name}})
        if (made.*member != stored.*member)
            c.find(what, fmt::format("{} as its raw column gives it", name),
                   fmt::format("another {}", name));
}

// What the evidence says was compared.
struct Stated {
    Money expected;
    std::string payment;
    std::string settlement;
    int key_version = first_key_version;
};

std::optional<Stated> read_evidence(const std::string& json) {
    const auto document = wire::JsonDocument::parse(json);
    if (!document)
        return std::nullopt;
    const auto root = document->root();
    const auto expected = root.member("expected");
    const auto payment = root.member("payment");
    const auto settlement = root.member("settlement");
    if (!expected || !payment || !settlement || !payment->string() || !settlement->string())
        return std::nullopt;
    const auto value = expected->member("value");
    const auto code = expected->member("currency");
    if (!value || !code || !value->string() || !code->string())
        return std::nullopt;
    const auto currency = Currency::parse(*code->string());
    if (!currency)
        return std::nullopt;
    const auto money = parse_money(*value->string(), *currency);
    if (!money)
        return std::nullopt;
    Stated stated{*money, std::string(*payment->string()), std::string(*settlement->string())};
    if (const auto version = root.member("key_version"))
        stated.key_version = static_cast<int>(version->integer().value_or(0));
    return stated;
}

// A part of a group agrees in everything except the amount; the group's rank is its weakest.
bool may_be_part(const Case& c, const MatchFields& payment, MatchFields settlement,
                 const match::RuleSet& rules) {
    if (c.match.pairing != Pairing::split && c.match.pairing != Pairing::merge)
        return false;
    settlement.amount = payment.amount;
    const auto relation = match::relate(payment, settlement, rules);
    return relation.may_match() && *relation.rank <= c.match.rank;
}

// Which ranks the rules of that name give; the one that holds is among them if all is well.
void check_rank(const Case& c, const MatchFields& payment, const MatchFields& settlement) {
    std::string found = "no rule set of that name";
    for (const match::RuleSet& rules : c.rules) {
        if (rules.name != c.match.rules)
            continue;
        const auto relation = match::relate(payment, settlement, rules);
        if ((relation.may_match() && relation.rank == c.match.rank) ||
            may_be_part(c, payment, settlement, rules))
            return;
        found = relation.veto ? std::string(match::token(*relation.veto))
                              : fmt::format("{} ({})", static_cast<int>(*relation.rank),
                                            match::token(relation.policy));
    }
    c.find("rank", fmt::format("{}", static_cast<int>(c.match.rank)), std::move(found));
}

void check_decision(const Case& c) {
    const MatchFields settlement = identity_from(c.settlement);
    MatchFields payment = identity_from(c.payment);
    check_canonical(c, "settlement_canonical", settlement, c.settlement.identity);
    check_canonical(c, "payment_canonical", payment, c.payment.identity);
    if (c.match.rule_version != match::rule_version) {
        ++c.page.unproved;
        return;
    }
    const auto stated = read_evidence(c.match.evidence);
    if (!stated)
        return c.find("evidence", "what was compared", "unreadable");
    payment.amount = stated->expected;
    const crypto::Hmac& key = c.keys.of(c.tenant, stated->key_version);
    const std::string of_payment = match::proof_of(key, payment);
    const std::string of_settlement = match::proof_of(key, settlement);
    if (of_payment != stated->payment)
        c.find("payment_proof", of_payment, stated->payment);
    if (of_settlement != stated->settlement)
        c.find("settlement_proof", of_settlement, stated->settlement);
    if (c.match.actor.empty())
        check_rank(c, payment, settlement);
}

void check_slot(const Case& c, std::string_view what, bool shares, std::int64_t slot) {
    const std::int64_t expected = shares || c.match.ended_at ? c.match.id.value : 0;
    if (slot != expected)
        c.find(what, fmt::format("{}", expected), fmt::format("{}", slot));
}

std::string text_of(const std::optional<Instant>& at) {
    return at ? fmt::format("ended at {}", at->us) : "live";
}

void check_standing(const Case& c, const std::optional<store::MatchEnd>& end,
                    const store::MatchSlots& slots) {
    const auto ended_at = end ? std::optional(end->ended_at) : std::nullopt;
    if (ended_at != c.match.ended_at)
        c.find("match_end", text_of(ended_at), text_of(c.match.ended_at));
    check_slot(c, "settlement_slot", c.match.pairing == Pairing::merge, slots.settlement);
    check_slot(c, "payment_slot", c.match.pairing == Pairing::split, slots.payment);
    if (c.match.ended_at)
        return;
    using enum domain::PaymentStatus;
    if (c.settlement.status != domain::SettlementStatus::matched)
        c.find("settlement_status", "matched", std::string(token(c.settlement.status)));
    if (c.payment.status != settled && c.payment.status != partially_settled)
        c.find("payment_status", "settled or partially_settled",
               std::string(token(c.payment.status)));
}

// Reported with the first live match of the settlement.
void check_sum(const Case& c, const std::vector<domain::Match>& live) {
    if (live.empty() || live.front().id != c.match.id)
        return;
    std::int64_t rest = c.settlement.amount.minor;
    for (const domain::Match& match : live) {
        if (match.amount.minor <= 0 || match.amount.minor > rest)
            return c.find("settlement_sum", decimal(c.settlement.amount) + " at most", "more");
        rest -= match.amount.minor;
    }
    const bool all_merged = std::ranges::all_of(
        live, [](const domain::Match& match) { return match.pairing == Pairing::merge; });
    if (live.size() > 1 && !all_merged)
        c.find("settlement_shared", "one live match", fmt::format("{} live matches", live.size()));
}

} // namespace

Step<std::vector<match::RuleSet>> known_rules(Session& s, TenantId tenant) {
    std::vector<match::RuleSet> all{match::standard_rules()};
    constexpr std::size_t every_version = INT64_MAX; // what a match was made under is never too old
    const auto rows = co_await store::list_rule_sets(s, tenant, every_version);
    for (const store::RuleSetRow& row : rows)
        if (auto rules = payloads::read_rule_set_text(row.body))
            all.push_back(std::move(*rules));
    co_return all;
}

Step<> check_match(Session& s, const TenantKeys& keys, TenantId tenant, MatchId id,
                   const std::vector<match::RuleSet>& rules, AuditPage& page) {
    const auto match = co_await store::find_match(s, tenant, id);
    if (!match) {
        page.findings.push_back({"settlement", to_string(id), "its settlement", "none"});
        co_return;
    }
    const auto settlement = co_await store::find_settlement(s, tenant, match->settlement_id);
    const auto payment = co_await store::find_payment(s, tenant, match->payment_id);
    if (!payment) {
        page.findings.push_back({"payment", to_string(id), "its payment", "none"});
        co_return;
    }
    const Case c{keys, tenant, rules, *match, *settlement, *payment, page};
    check_decision(c);
    const bool is_recorded = co_await store::is_in_feed(s, tenant, store::Feed::matches, id.value);
    if (!is_recorded)
        c.find("match_inserted", "a match that was made by the server", "no entry in its feed");
    const auto end = co_await store::find_match_end(s, tenant, id);
    const auto slots = co_await store::slots_of(s, tenant, id);
    check_standing(c, end, slots);
    const auto live = co_await store::matches_of_settlement(s, tenant, settlement->id);
    check_sum(c, live);
}

} // namespace settled::units
