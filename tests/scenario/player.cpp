#include "player.h"

#include "wire/json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace settled::scenario {

namespace {

using units::Accepted;
using units::Registered;
using units::testing::iban_of_shop;
using units::testing::World;

Money money_of(const Line& line) {
    const Currency currency = Currency::parse(line.words.at(2)).value();
    return parse_money(line.words.at(1), currency).value();
}

domain::Party party_of(std::string account) {
    if (const auto dash = account.find('-'); dash != account.npos)
        account[dash] = ' ';
    return units::testing::party(account);
}

std::string_view token(Registered::Kind kind) {
    static constexpr std::array<std::string_view, 4> tokens{"created", "existing", "conflict",
                                                            "ignored"};
    return tokens[static_cast<std::size_t>(kind)];
}

std::vector<std::string> candidates_of(const std::string& detail) {
    std::vector<std::string> names;
    const auto document = wire::JsonDocument::parse(detail).value();
    const auto candidates = document.root().member("candidates").value();
    for (std::size_t i = 0; i < candidates.size(); ++i)
        names.emplace_back(candidates.at(i).member("client_id")->string().value());
    std::ranges::sort(names);
    return names;
}

} // namespace

std::chrono::microseconds parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    const std::string_view unit(end, digits.data() + digits.size());
    if (error == std::errc{} && unit == "s")
        return std::chrono::seconds(count);
    if (error == std::errc{} && unit == "m")
        return std::chrono::minutes(count);
    if (error == std::errc{} && unit == "h")
        return std::chrono::hours(count);
    if (error == std::errc{} && unit == "d")
        return std::chrono::days(count);
    throw std::runtime_error("no duration: " + std::string(text));
}

std::string Player::play(const Line& line) {
    if (line.verb == "payment")
        return pay(line, world_.now());
    if (line.verb == "settle")
        return settle(line, world_.now());
    if (line.verb == "again")
        return deliver(line.words.at(0), webhooks_.at(line.words.at(0)));
    if (line.verb == "status")
        return status_of(line.words.at(0));
    if (line.verb == "told")
        return told();
    if (line.verb == "reviews")
        return reviews();
    world_.clock().advance(parse_duration(line.words.at(0)));
    return fmt::format("{} told", world_.run_due());
}

void Player::pass_watermark() {
    world_.clock().advance(world_.context().watermark);
    (void)world_.run_due();
}

void Player::play_fact(const Line& line, Instant story_time) {
    if (line.verb == "payment")
        (void)pay(line, story_time);
    else
        (void)settle(line, story_time);
}

std::string Player::pay(const Line& line, Instant time) {
    domain::NewPayment payment;
    payment.client_id = line.words.at(0);
    payment.amount = money_of(line);
    payment.reference = line.key("ref");
    payment.end_to_end_id = line.key("e2e");
    payment.uetr = line.key("uetr");
    payment.institution_id = line.key("institution");
    payment.payee = party_of(line.key("to", iban_of_shop));
    if (line.has("payer"))
        payment.payer = party_of(line.key("payer"));
    payment.created_at = time + parse_duration(line.key("at", "0s"));
    const Standings before = standings();
    const Registered registered = world_.register_payment(payment);
    (void)world_.run_due(); // time stands still: what this line has made due
    return std::string(token(registered.kind)) + changes(before, "");
}

std::string Player::settle(const Line& line, Instant time) {
    const std::string& name = line.words.at(0);
    domain::SettlementFact fact;
    fact.transaction_id = name;
    fact.scheme = "FasterPayments";
    fact.credit = !line.has("debit");
    fact.is_return = line.has("return");
    fact.amount = money_of(line);
    fact.reference = line.key("ref");
    fact.end_to_end_id = line.key("e2e");
    fact.uetr = line.key("uetr");
    fact.account = party_of(line.key("to", iban_of_shop));
    if (line.has("payer"))
        fact.counterparty = party_of(line.key("payer"));
    fact.settled_at = time + parse_duration(line.key("at", "0s"));
    // The content distinguishes a duplicate from a conflict: all that the line says.
    domain::InboundWebhook webhook = World::webhook(line.key("key", name), fact, line.text);
    if (fact.is_return)
        webhook.suffix = "-REV";
    webhooks_.try_emplace(name, webhook);
    return deliver(name, webhook);
}

std::string Player::deliver(const std::string& name, domain::InboundWebhook webhook) {
    const Standings before = standings();
    webhook.nonce = ++nonce_; // banks make a new one for each delivery
    const Accepted accepted = world_.accept(webhook);
    (void)world_.run_due();
    if (accepted.kind == Accepted::Kind::stored)
        stored_[name] = accepted.id;
    if (accepted.kind != Accepted::Kind::stored)
        return std::string(token(accepted.kind)) + changes(before, "");
    const auto* fact = std::get_if<domain::SettlementFact>(&webhook.fact);
    if (fact == nullptr || !domain::is_matchable(*fact))
        return "kept" + changes(before, "");
    ++ledger_.settlements;
    ledger_.minor += fact->amount.minor;
    return standings().at(name) + changes(before, name);
}

std::string Player::status_of(const std::string& name) {
    const Standings all = standings();
    if (const auto settlement = all.find(name); settlement != all.end())
        return settlement->second;
    return std::string(domain::token(world_.payment_named(name).status));
}

std::string Player::standing_of(const domain::Settlement& settlement) {
    if (settlement.status == domain::SettlementStatus::matched) {
        const auto match = world_.match_of(settlement.transaction_id);
        return fmt::format("matched {} rank {}", world_.payment_of(settlement.transaction_id),
                           static_cast<int>(match->rank));
    }
    if (settlement.status != domain::SettlementStatus::ambiguous)
        return std::string(token(settlement.status));
    for (const auto& review : world_.reviews())
        if (review.subject_id == settlement.id.value)
            return fmt::format("ambiguous {}", fmt::join(candidates_of(review.detail), " "));
    return "ambiguous, but without a review";
}

std::map<std::string, std::string> Player::standings() {
    Standings all;
    for (const domain::Settlement& settlement : world_.settlements())
        all[settlement.transaction_id] = standing_of(settlement);
    return all;
}

std::string Player::changes(const Standings& before, const std::string& mine) {
    std::string text;
    for (const auto& [name, standing] : standings()) {
        const auto old = before.find(name);
        if (name != mine && old != before.end() && old->second != standing)
            text += fmt::format("; {} {}", name, standing);
    }
    return text;
}

std::string Player::told() {
    std::vector<std::string> lines;
    const auto events = world_.events();
    for (; told_ < events.size(); ++told_) {
        const auto document = wire::JsonDocument::parse(events[told_].body).value();
        const auto data = document.root().member("data").value();
        std::string line = fmt::format("{} v{}", events[told_].type, events[told_].version);
        if (const auto settlement = data.member("settlement"))
            line += fmt::format(" {}", settlement->member("transaction_id")->string().value());
        if (const auto payment = data.member("client_id"))
            line += fmt::format(" {}", payment->string().value());
        lines.push_back(line);
    }
    return lines.empty() ? "nothing" : fmt::format("{}", fmt::join(lines, "; "));
}

std::string Player::reviews() {
    std::vector<std::string> lines;
    const auto settlements = world_.settlements();
    for (const auto& review : world_.reviews()) {
        std::string line = review.kind;
        for (const auto& settlement : settlements)
            if (settlement.id.value == review.subject_id)
                line += " " + settlement.transaction_id;
        for (const auto& [name, webhook] : stored_)
            if (webhook.value == review.subject_id)
                line += " " + name;
        lines.push_back(line);
    }
    std::ranges::sort(lines);
    return lines.empty() ? "none" : fmt::format("{}", fmt::join(lines, "; "));
}

} // namespace settled::scenario
