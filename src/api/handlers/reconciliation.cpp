// GET /v1/reconciliation: an account on a day, the bank's statements and what is known here side by
// side.
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "statements/text.h"
#include "units/statements/day_reconciliation.h"
#include "wire/json_writer.h"
#include "wire/money.h"
#include "wire/time.h"

#include <array>

namespace settled::api {

namespace {

using statements::DayGap;
using statements::Flow;
using statements::Side;
using store::Session;
using store::Step;
using units::DayDifference;
using units::DayItem;
using units::DayReconciliation;
using wire::JsonWriter;

void write_amount(JsonWriter& w, std::string_view name, std::optional<std::int64_t> minor,
                  Currency currency) {
    if (minor)
        wire::write_money(w, name, {*minor, currency});
    else
        w.key(name).null();
}

void write_side(JsonWriter& w, const Side& side, Currency currency) {
    w.object().member("count", side.count);
    write_amount(w, "amount", side.minor, currency);
    w.end();
}

template <class Id>
void write_id(JsonWriter& w, std::string_view name, const std::optional<Id>& id) {
    w.member(name, id ? std::optional(to_string(*id)) : std::nullopt);
}

void write_item(JsonWriter& w, const DayItem& item, Currency currency) {
    w.object();
    write_id(w, "statement_id", item.statement);
    w.member("entry", item.entry > 0 ? std::optional(item.entry) : std::nullopt);
    write_id(w, "settlement_id", item.settlement);
    write_id(w, "order_id", item.order);
    write_id(w, "return_id", item.money_return);
    write_amount(w, "bank_amount", item.bank_minor, currency);
    write_amount(w, "our_amount", item.our_minor, currency);
    w.member("end_to_end_id", item.end_to_end_id).member("text", item.text).end();
}

void write_difference(JsonWriter& w, const DayDifference& difference, Currency currency) {
    w.object().member("kind", token(difference.gap)).member("flow", token(difference.flow));
    w.member("count", difference.count);
    write_amount(w, "amount", difference.minor, currency);
    w.member("cause", cause_of(difference.gap, difference.flow));
    w.member("advice", advice_for(difference.gap, difference.flow)).key("items").array();
    for (const DayItem& item : difference.items)
        write_item(w, item, currency);
    w.end().end();
}

void write_statuses(JsonWriter& w, std::string_view name,
                    const std::map<std::string, Side>& statuses, Currency currency) {
    w.key(name).array();
    for (const auto& [status, side] : statuses) {
        w.object().member("status", status).member("count", side.count);
        write_amount(w, "amount", side.minor, currency);
        w.end();
    }
    w.end();
}

void write_flows(JsonWriter& w, const DayReconciliation& day) {
    w.key("flows").array();
    for (const Flow flow : {Flow::paid_in, Flow::paid_out, Flow::came_back, Flow::was_returned}) {
        const units::DayFlow& totals = day.flows[static_cast<std::size_t>(flow)];
        w.object().member("flow", token(flow)).key("bank");
        write_side(w, totals.bank, day.currency);
        w.key("ours");
        write_side(w, totals.ours, day.currency);
        write_amount(w, "difference", totals.bank.minor - totals.ours.minor, day.currency);
        w.end();
    }
    w.end();
}

std::string shown(const DayReconciliation& day, std::string_view account) {
    JsonWriter w;
    w.object().member("date", wire::to_rfc3339(day.day).substr(0, 10)).member("account", account);
    w.member("currency", day.currency.code()).member("holds", day.differences.empty());
    w.key("statements").array();
    for (const units::DayStatement& statement : day.statements) {
        w.object().member("statement_id", to_string(statement.row.id));
        w.member("number", statement.row.number).member("page", statement.row.page);
        w.member("status", statement.row.status);
        w.member("lacks_pages", statement.place.lacks_pages);
        write_amount(w, "opening_balance", statement.row.opening_minor, day.currency);
        write_amount(w, "closing_balance", statement.row.closing_minor, day.currency);
        w.end();
    }
    w.end();
    write_flows(w, day);
    write_statuses(w, "orders", day.orders, day.currency);
    write_statuses(w, "returns", day.returns, day.currency);
    w.key("differences").array();
    for (const DayDifference& difference : day.differences)
        write_difference(w, difference, day.currency);
    w.end().end();
    return std::move(w).text();
}

Step<Result<DayReconciliation>> reconcile(Session& s,
                                          std::shared_ptr<const units::DayQuestion> question) {
    co_return co_await units::reconcile_day(s, *question);
}

} // namespace

Task<Result<Answer>> show_reconciliation(const Core& core, const Call& call) {
    const auto date = call.request.parameter("date");
    const auto day = date && date->size() == 10 ? statements::parse_day(*date) : std::nullopt;
    if (!day)
        co_return fail(Code::parameter_invalid, "date: give a date, such as 2026-11-22");
    const auto account = call.request.parameter("account");
    if (!account || account->empty())
        co_return fail(Code::parameter_invalid, "account: give the IBAN of an account of yours");
    const auto currency = Currency::parse(call.request.parameter("currency").value_or("GBP"));
    if (!currency)
        co_return fail(Code::parameter_invalid, "currency: give an ISO 4217 code");
    const auto question = std::make_shared<const units::DayQuestion>(
        call.caller.tenant, std::string(*account), *day, *currency);
    using Found = Result<DayReconciliation>;
    const Result<Found> found =
        co_await core.store.read<Found>([=](Session& s) { return reconcile(s, question); });
    if (!found)
        co_return std::unexpected(found.error());
    if (!*found)
        co_return std::unexpected(found->error());
    co_return Answer{200, shown(**found, question->account)};
}

} // namespace settled::api
