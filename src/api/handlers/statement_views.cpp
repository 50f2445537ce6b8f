#include "api/handlers/statement_views.h"

#include "api/bounds.h"
#include "api/handlers/views.h"
#include "base/iban.h"
#include "payloads/reader.h"
#include "statements/bounds.h"
#include "statements/text.h"
#include "wire/money.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <charconv>

namespace settled::api {

namespace {

using statements::Side;
using store::EntryRow;
using store::StatementRow;
using wire::JsonWriter;
namespace text_bounds = statements::bounds;

constexpr std::int64_t entries_max = 10'000'000; // of a statement

Result<Instant> parse_date(std::string_view text) {
    const auto day = text.size() == 10 ? statements::parse_day(text) : std::nullopt;
    if (!day)
        return fail(Code::timestamp_invalid, "give a date, such as 2026-11-22");
    return *day;
}

Result<statements::Kind> parse_kind(std::string_view text) {
    for (const auto kind : {statements::Kind::statement, statements::Kind::notification})
        if (token(kind) == text)
            return kind;
    return fail(Code::value_invalid, "give statement or notification");
}

Result<bool> parse_direction(std::string_view text) {
    if (text == "credit" || text == "debit")
        return text == "credit";
    return fail(Code::value_invalid, "give credit or debit");
}

Result<Bytes> parse_digest(std::string_view text) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        std::uint8_t byte = 0;
        const char* const end = text.data() + i + 2;
        const auto [stop, error] = std::from_chars(text.data() + i, end, byte, 16);
        if (error == std::errc() && stop == end)
            bytes.push_back(byte);
    }
    if (text.size() != 64 || bytes.size() != 32)
        return fail(Code::value_invalid, "give 64 hexadecimal digits");
    return bytes;
}

// {"value":"-12.34","currency":"GBP"}: as Reader::money, and nothing or less is allowed.
std::optional<Money> read_balance(payloads::Reader& in, std::string_view name) {
    std::optional<Money> balance;
    in.optional_object(name, [&](payloads::Reader& amount) {
        const auto currency = amount.take("currency", 3, Currency::parse);
        const auto value = amount.text("value", 32);
        if (!currency)
            return amount.missing("currency");
        const auto parsed = parse_money(value, *currency);
        if (parsed)
            balance = *parsed;
        else
            amount.refuse(parsed.error().code, "value", parsed.error().detail);
    });
    return balance;
}

// {"count":2,"amount":{…}}: what the entries of one direction are to add up to.
Side read_side(payloads::Reader& in, std::string_view name, std::optional<Currency> currency) {
    Side side;
    in.object(name, [&](payloads::Reader& total) {
        side.count = total.optional_integer("count", 0, entries_max).value_or(0);
        const auto sum = read_balance(total, "amount");
        if (!sum)
            return total.missing("amount");
        side.minor = sum->minor;
        if (side.minor < 0 || (currency && !(sum->currency == *currency)))
            total.refuse(Code::amount_invalid, "amount", "give a sum in the statement's currency");
    });
    return side;
}

std::string take_text(payloads::Reader& in, std::string_view name, std::size_t bytes_max) {
    return in.optional_text(name, bytes_max);
}

EntryRow read_entry(payloads::Reader& in, std::int64_t number) {
    EntryRow row;
    row.number = number;
    statements::Entry& entry = row.entry;
    const auto booked = in.take("booked_on", 10, parse_date);
    const auto value = in.take("value_on", 10, parse_date);
    const auto credit = in.take("direction", 8, parse_direction);
    entry.reversal = in.optional_flag("reversal");
    entry.amount = in.money("amount");
    entry.end_to_end_id = take_text(in, "end_to_end_id", text_bounds::id_bytes_max);
    entry.instruction_id = take_text(in, "instruction_id", text_bounds::id_bytes_max);
    entry.transaction_id = take_text(in, "transaction_id", text_bounds::id_bytes_max);
    entry.bank_reference = take_text(in, "bank_reference", text_bounds::id_bytes_max);
    entry.uetr = take_text(in, "uetr", text_bounds::id_bytes_max);
    entry.remittance = take_text(in, "remittance", text_bounds::remittance_bytes_max);
    in.optional_object("counterparty", [&](payloads::Reader& party) {
        entry.counterparty_name = take_text(party, "name", text_bounds::name_bytes_max);
        entry.counterparty_account = take_text(party, "account", text_bounds::id_bytes_max);
    });
    if (!booked)
        in.missing("booked_on");
    if (!credit)
        in.missing("direction");
    entry.booked = booked.value_or(Instant{});
    entry.value = value.value_or(entry.booked);
    entry.credit = credit.value_or(false);
    const bool is_followed = entry.credit && !entry.reversal;
    row.verdict = is_followed ? store::verdict_pending : store::verdict_not_followed;
    return row;
}

std::string date_text(Instant day) {
    return wire::to_rfc3339(day).substr(0, 10);
}

void write_money(JsonWriter& w, std::string_view name, std::optional<std::int64_t> minor,
                 Currency currency) {
    if (minor)
        wire::write_money(w, name, {*minor, currency});
    else
        w.key(name).null();
}

void write_side(JsonWriter& w, std::string_view name, const Side& side, Currency currency) {
    w.key(name).object().member("count", side.count);
    write_money(w, "amount", side.minor, currency);
    w.end();
}

Side side_of(const units::StatementReconciliation& reconciliation, std::string_view verdict) {
    const auto found = reconciliation.by_verdict.find(std::string(verdict));
    return found == reconciliation.by_verdict.end() ? Side{} : found->second;
}

void write_previous(JsonWriter& w, const StatementRow& statement,
                    const units::StatementReconciliation& reconciliation) {
    const statements::Place& place = reconciliation.place;
    w.key("previous");
    if (!place.previous) {
        w.null();
        return;
    }
    w.object().member("statement_id", to_string(*place.previous)).key("missing_sequence");
    if (place.sequence_gap)
        w.object()
            .member("from", place.sequence_gap->first)
            .member("to", place.sequence_gap->second)
            .end();
    else
        w.null();
    w.member("lacks_pages", place.previous_lacks_pages);
    write_money(w, "opening_difference", place.opening_difference, statement.currency);
    w.end();
}

// What the statement says came in, less what was not followed of it, against what we know.
void write_day(JsonWriter& w, Instant day, const units::DayTotals& totals, Currency currency) {
    w.object().member("date", date_text(day));
    write_side(w, "credits", totals.credits, currency);
    write_side(w, "debits", totals.debits, currency);
    write_side(w, "not_followed", totals.not_followed, currency);
    write_side(w, "settled", totals.settled, currency);
    write_money(w, "difference",
                totals.credits.minor - totals.not_followed_credits_minor - totals.settled.minor,
                currency);
    w.end();
}

} // namespace

Result<StatementRow> read_statement(const wire::Json& root) {
    payloads::Reader in(root);
    StatementRow row;
    row.account = in.text("account", text_bounds::id_bytes_max);
    const auto kind = in.take("kind", 16, parse_kind);
    row.format = take_text(in, "format", 32);
    row.number = take_text(in, "number", text_bounds::id_bytes_max);
    row.sequence = in.optional_integer("sequence", 0, 1'000'000'000'000);
    row.message_id = take_text(in, "message_id", text_bounds::id_bytes_max);
    row.page = in.optional_integer("page", 1, 1'000'000'000'000);
    row.continues = in.optional_flag("continues");
    row.goes_on = in.optional_flag("goes_on");
    const auto from = in.take("from", 10, parse_date);
    const auto to = in.take("to", 10, parse_date);
    const auto currency = in.take("currency", 3, Currency::parse);
    const auto digest = in.take("digest", 64, parse_digest);
    row.currency = currency.value_or(Currency());
    const auto opening = read_balance(in, "opening_balance");
    const auto closing = read_balance(in, "closing_balance");
    row.credits = read_side(in, "credits", currency);
    row.debits = read_side(in, "debits", currency);
    for (const auto& [name, given] : {std::pair("from", from.has_value()),
                                      {"to", to.has_value()},
                                      {"currency", currency.has_value()},
                                      {"digest", digest.has_value()}})
        if (!given)
            in.missing(name);
    for (const auto& [name, balance] :
         {std::pair("opening_balance", opening), {"closing_balance", closing}})
        if (balance && currency && !(balance->currency == *currency))
            in.refuse(Code::value_invalid, name, "give it in the statement's currency");
    if (from && to &&
        (*to < *from || to->us - from->us > text_bounds::period_days_max * statements::day_us))
        in.refuse(Code::value_invalid, "to",
                  fmt::format("the statement ends before it begins, or covers more than {} days",
                              text_bounds::period_days_max));
    row.account_key = account_key(row.account);
    if (row.account_key.empty())
        in.refuse(Code::value_invalid, "account", "give an IBAN or an account number");
    TRY_VOID(in.finish());
    row.kind = token(kind.value_or(statements::Kind::statement));
    row.from = *from;
    row.to = *to;
    row.digest = *digest;
    row.opening_minor = opening ? std::optional(opening->minor) : std::nullopt;
    row.closing_minor = closing ? std::optional(closing->minor) : std::nullopt;
    row.status = store::statement_loading;
    return row;
}

Result<Chunk> read_chunk(const wire::Json& root) {
    payloads::Reader in(root);
    Chunk chunk;
    const auto first = in.optional_integer("first", 1, entries_max);
    if (!first)
        in.missing("first");
    chunk.first = first.value_or(1);
    in.objects("entries", bounds::statement_entries_per_call_max, [&](payloads::Reader& entry) {
        const auto number = chunk.first + static_cast<std::int64_t>(chunk.entries.size());
        chunk.entries.push_back(read_entry(entry, number));
    });
    TRY_VOID(in.finish());
    return chunk;
}

void write_statement_members(JsonWriter& w, const StatementRow& statement) {
    w.member("id", to_string(statement.id)).member("status", statement.status);
    w.member("kind", statement.kind).member("format", statement.format);
    w.member("account", statement.account).member("number", statement.number);
    w.member("sequence", statement.sequence);
    w.member("message_id", statement.message_id).member("page", statement.page);
    w.member("continues", statement.continues).member("goes_on", statement.goes_on);
    w.member("from", date_text(statement.from)).member("to", date_text(statement.to));
    w.member("currency", statement.currency.code());
    write_money(w, "opening_balance", statement.opening_minor, statement.currency);
    write_money(w, "closing_balance", statement.closing_minor, statement.currency);
    write_side(w, "credits", statement.credits, statement.currency);
    write_side(w, "debits", statement.debits, statement.currency);
    w.member("entries_loaded", statement.loaded).member("entries_examined", statement.examined);
    write_time(w, "created_at", statement.created_at);
    write_time(w, "reconciled_at", statement.reconciled_at);
}

void write_statement(JsonWriter& w, const StatementRow& statement) {
    w.object();
    write_statement_members(w, statement);
    w.end();
}

void write_reconciliation(JsonWriter& w, const StatementRow& statement,
                          const units::StatementReconciliation& reconciliation) {
    const Currency currency = statement.currency;
    const bool is_reconciled = statement.status == store::statement_reconciled;
    w.object().member("holds", is_reconciled && reconciliation.holds());
    for (const std::string_view verdict :
         {token(statements::Verdict::linked), token(statements::Verdict::missing_webhook),
          token(statements::Verdict::ambiguous), token(statements::Verdict::amount_differs),
          store::verdict_not_followed, store::verdict_pending})
        write_side(w, verdict, side_of(reconciliation, verdict), currency);
    write_side(w, "missing_on_statement", reconciliation.missing_on_statement, currency);
    write_money(w, "balance_difference", reconciliation.place.balance_difference, currency);
    w.member("lacks_pages", reconciliation.place.lacks_pages);
    write_previous(w, statement, reconciliation);
    w.key("days").array();
    for (const auto& [day, totals] : reconciliation.days)
        write_day(w, day, totals, currency);
    w.end().end();
}

void write_entry(JsonWriter& w, const EntryRow& row) {
    const statements::Entry& entry = row.entry;
    w.object().member("number", row.number).member("verdict", row.verdict);
    w.member("booked_on", date_text(entry.booked)).member("value_on", date_text(entry.value));
    w.member("direction", entry.credit ? "credit" : "debit").member("reversal", entry.reversal);
    write_money(w, "amount", entry.amount.minor, entry.amount.currency);
    w.member("end_to_end_id", entry.end_to_end_id).member("instruction_id", entry.instruction_id);
    w.member("transaction_id", entry.transaction_id).member("bank_reference", entry.bank_reference);
    w.member("uetr", entry.uetr).member("remittance", entry.remittance);
    w.key("counterparty").object().member("name", entry.counterparty_name);
    w.member("account", entry.counterparty_account).end();
    w.member("settlement_id",
             row.settlement ? std::optional(to_string(*row.settlement)) : std::nullopt);
    w.member("linked_by", row.rung).member("one_of_twins", row.as_set).end();
}

} // namespace settled::api
