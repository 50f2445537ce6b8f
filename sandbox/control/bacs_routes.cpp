// Bacs, and the bank's calendar.
#include "sandbox/base/input.h"
#include "sandbox/control/bank_areas.h"
#include "sandbox/sandbox.h"
#include "wire/json.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <set>

namespace settled::sandbox {

namespace {

Answer done(const Result<>& result) {
    TRY_VOID(result);
    return empty_answer(204);
}

Result<BacsKind> read_kind(const Input& input) {
    TRY(const std::string word, input.text_or("kind", "credit"));
    if (word == "credit")
        return BacsKind::credit;
    if (word == "direct_debit")
        return BacsKind::direct_debit;
    if (word == "unapplied")
        return BacsKind::unapplied;
    return fail(Code::value_invalid, "kind must be credit, direct_debit or unapplied");
}

Answer announce(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only(
        {"kind", "account", "amount", "reference", "other_account", "other_name", "notice"}));
    BacsItem item;
    TRY(item.kind, read_kind(input));
    TRY(item.account, input.text("account"));
    TRY(item.amount, input.amount());
    TRY(item.reference, input.text_or("reference", "BACS"));
    TRY(item.other_account, input.text_or("other_account", "60161331926819"));
    TRY(item.other_name, input.text_or("other_name", "UK TELECOMMS"));
    TRY(const bool with_notice, input.flag_or("notice", true));
    if (const VirtualAccount* const account = sandbox.accounts().by_iban(item.account))
        item.account_owner = account->owner_name;
    TRY(const std::string id, sandbox.bacs().announce(std::move(item), with_notice));
    wire::JsonWriter writer;
    writer.object().member("bacs_transaction_id", id).end();
    return json_answer(202, std::move(writer).text());
}

Answer act(Sandbox& sandbox, const std::string& body, const Path& path) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body.empty() ? "{}" : body));
    const Input input(document.root());
    TRY_VOID(input.only({"reason"}));
    TRY(const std::string reason, input.text_or("reason", "5"));
    return done(sandbox.bacs().act(path[1], path[2], reason));
}

Answer mandate(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"type", "id", "account", "originator", "reference"}));
    BacsMandate order;
    TRY(const std::string type, input.text_or("type", "BacsMandateInitiated"));
    TRY(order.id, input.text_or("id", ""));
    TRY(order.account, input.text("account"));
    TRY(order.originator, input.text_or("originator", "Q-MOBILE"));
    TRY(order.reference, input.text_or("reference", "MBQZRTF12345"));
    sandbox.bacs().tell_mandate(std::move(order), type);
    return empty_answer(204);
}

Result<std::chrono::minutes> read_minutes(const Input& input, std::string_view name,
                                          std::int64_t otherwise) {
    constexpr std::int64_t day = 24 * 60;
    TRY(const std::int64_t minutes, input.integer_or(name, otherwise, 0, day));
    return std::chrono::minutes(minutes);
}

Result<std::set<std::chrono::sys_days>> read_days(const Input& input) {
    std::set<std::chrono::sys_days> days;
    const auto list = input.member("closed_days");
    for (std::size_t i = 0; list && list->is_array() && i < list->size(); ++i) {
        const std::string text(list->at(i).string().value_or(""));
        TRY(const Instant at, wire::parse_bank_time(text + "T00:00:00Z"));
        days.insert(std::chrono::floor<std::chrono::days>(
            std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(at.us))));
    }
    return days;
}

// {"now":"2027-01-15T17:30:00Z","from_minute":480,"until_minute":1020,"closed_days":["2027-01-18"]};
// without hours CHAPS is open at any time.
Answer set_calendar(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"now", "from_minute", "until_minute", "closed_days"}));
    TRY(const std::string now, input.text_or("now", ""));
    std::optional<Instant> at;
    if (!now.empty()) {
        TRY(at, wire::parse_bank_time(now));
    }
    std::optional<ChapsHours> hours;
    if (input.member("from_minute") || input.member("until_minute")) {
        hours.emplace();
        TRY(hours->from, read_minutes(input, "from_minute", 480));
        TRY(hours->until, read_minutes(input, "until_minute", 1020));
    }
    TRY(auto days, read_days(input));
    sandbox.calendar().set_time(at);
    sandbox.calendar().set_hours(hours);
    sandbox.calendar().close_on(std::move(days));
    return empty_answer(204);
}

// The next working day: what was announced on this one settles on it.
Answer next_day(Sandbox& sandbox) {
    BankCalendar& calendar = sandbox.calendar();
    const auto today = calendar.today();
    const auto by = calendar.next_working_day(today) - today;
    calendar.set_time(calendar.now() + std::chrono::microseconds(by));
    sandbox.bacs().settle_all();
    return empty_answer(204);
}

} // namespace

std::optional<Answer> control_bank_bacs(Sandbox& sandbox, const net::Request& request,
                                        const Path& path) {
    if (path == Path{"calendar"} && request.method == "PUT")
        return set_calendar(sandbox, request.body);
    if (request.method != "POST")
        return std::nullopt;
    if (path == Path{"bacs"})
        return announce(sandbox, request.body);
    if (path == Path{"mandates"})
        return mandate(sandbox, request.body);
    if (path == Path{"next-day"})
        return next_day(sandbox);
    if (path.size() == 3 && path[0] == "bacs")
        return act(sandbox, request.body, path);
    return std::nullopt;
}

} // namespace settled::sandbox
