#include "units/evidence/replay_members.h"

#include "domain/members.h"
#include "wire/money.h"

#include <fmt/format.h>

namespace settled::units {

namespace {

Money money_of(const std::string& code, std::int64_t minor) {
    return {minor, Currency::parse(code).value()};
}

void write_made(wire::JsonWriter& w, std::string_view name, const std::vector<Made>& all) {
    w.key(name).array();
    for (const Made& made : all) {
        w.object();
        domain::write_payment_ids(w, made.payment);
        w.member("rank", made.rank).end();
    }
    w.end();
}

void write_change(wire::JsonWriter& w, const Change& change) {
    w.object().member("difference", token(change.difference));
    w.member("settlement_id", to_string(change.settlement));
    w.member("transaction_id", change.transaction_id);
    wire::write_money(w, "amount", change.amount);
    write_made(w, "before", change.before);
    write_made(w, "after", change.after);
    w.member("status_after", token(change.status_after)).end();
}

void write_sum(wire::JsonWriter& w, Difference difference, const ReplayReport::Sum& sum) {
    w.key(token(difference)).object().member("settlements", sum.settlements);
    w.key("by_rank").object();
    for (const auto& [rank, count] : sum.by_rank)
        w.member(fmt::format("{}", rank), count);
    w.end().key("amounts").array();
    for (const auto& [code, minor] : sum.minor)
        w.object().member("value", decimal(money_of(code, minor))).member("currency", code).end();
    w.end().end();
}

} // namespace

void write_replay_members(wire::JsonWriter& w, const ReplayReport& report) {
    w.member("facts", report.facts);
    w.member("left_out", report.left_out).member("decisions", report.decisions);
    w.member("decisions_void", report.decisions_void);
    w.member("settlements", report.settlements).member("unchanged", report.unchanged);
    w.key("matched").object().member("before", report.matched_before);
    w.member("after", report.matched_after).end();
    w.key("ambiguous").object().member("before", report.ambiguous_before);
    w.member("after", report.ambiguous_after).end();
    w.key("differences").object();
    for (std::size_t i = 0; i < differences; ++i)
        write_sum(w, static_cast<Difference>(i), report.sums[i]);
    w.end().key("changes").array();
    for (const Change& change : report.changes)
        write_change(w, change);
    w.end();
    const auto changed = report.settlements - report.unchanged;
    w.member("changes_not_shown", changed - static_cast<std::int64_t>(report.changes.size()));
}

} // namespace settled::units
