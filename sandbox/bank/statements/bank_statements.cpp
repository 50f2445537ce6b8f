#include "sandbox/bank/statements/bank_statements.h"

#include "sandbox/bank/api/body_check.h"
#include "sandbox/base/handler.h"
#include "sandbox/base/input.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace settled::sandbox {

namespace {

using namespace std::chrono_literals;

constexpr auto period_max = 25h;
constexpr auto reach_max = 24h * 365 * 2;

bool counts(const Booking& booking) {
    return booking.state == BookingState::settled || booking.state == BookingState::returned;
}

std::int64_t signed_minor(const Booking& booking) {
    return booking.side == Side::credit ? booking.amount.minor : -booking.amount.minor;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

std::string amount(std::int64_t minor) {
    const std::int64_t size = minor < 0 ? -minor : minor;
    return fmt::format("<Amt Ccy=\"GBP\">{}.{:02}</Amt><CdtDbtInd>{}</CdtDbtInd>", size / 100,
                       size % 100, minor < 0 ? "DBIT" : "CRDT");
}

std::string day(Instant at) {
    return wire::to_rfc3339(at).substr(0, 10);
}

std::string balance(std::string_view code, std::int64_t minor, Instant at) {
    return fmt::format(
        "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{}</Dt></Dt></Bal>", code,
        amount(minor), day(at));
}

std::string party(const Booking& booking) {
    const std::string_view role = booking.side == Side::credit ? "Dbtr" : "Cdtr";
    return fmt::format("<RltdPties><{0}><Pty><Nm>{1}</Nm></Pty></{0}></RltdPties>", role,
                       escaped(booking.counterpart_name));
}

std::string entry(const Booking& booking, bool with_id) {
    const std::string id =
        with_id ? fmt::format("<AcctSvcrRef>{}</AcctSvcrRef>", escaped(booking.transaction_id))
                : std::string();
    return fmt::format(
        "<Ntry>{}<Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>{}</DtTm></BookgDt><ValDt><Dt>{}</Dt></"
        "ValDt>"
        "{}<NtryDtls><TxDtls><Refs><InstrId>{}</InstrId><EndToEndId>{}</EndToEndId></Refs>{}"
        "<RmtInf><Ustrd>{}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n",
        amount(signed_minor(booking)), wire::to_rfc3339(booking.settled), day(booking.settled), id,
        escaped(booking.scheme_id), escaped(booking.end_to_end_id), party(booking),
        escaped(booking.reference));
}

std::string lower(std::string text) {
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return text;
}

} // namespace

std::size_t BankStatements::Statement::pages() const {
    return entries.empty() ? 1 : (entries.size() + page_size - 1) / page_size;
}

net::Response BankStatements::request(const std::string& body) {
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document)
        return problem(400, "One or more validation errors occurred.");
    const Input input(document->root());
    const auto time = [&](std::string_view name) -> Result<Instant> {
        TRY(const std::string text, input.text(name));
        return wire::parse_bank_time(text);
    };
    const Result<Instant> from = time("startDateTimeUtc");
    const Result<Instant> to = time("endDateTimeUtc");
    const Instant now = parts_.clock.now();
    std::string_view wrong;
    if (!from || !to || *to < *from)
        wrong = "startDateTimeUtc and endDateTimeUtc make no period.";
    else if (to->us - from->us > std::chrono::microseconds(period_max).count())
        wrong = "The period can be no more than 25 hours.";
    else if (now < *to && !manners_.intraday)
        wrong = "The period must be in the past.";
    else if (now.us - from->us > std::chrono::microseconds(reach_max).count())
        wrong = "The period must be within the last 24 months.";
    if (!wrong.empty())
        return problem(422, "One or more validation errors occurred.", wrong);
    parts_.later->after(manners_.delay, [this, from = *from, to = *to] { make(from, to); });
    return empty_answer(202);
}

void BankStatements::make(Instant from, Instant to) {
    Statement statement;
    statement.from = from;
    statement.to = to;
    statement.made = parts_.clock.now();
    statement.page_size = manners_.page_size;
    statement.drop_id_every = manners_.drop_id_every;
    for (const auto& [number, booking] : parts_.ledger.all()) {
        if (!counts(booking) || !(booking.settled < to))
            continue;
        if (booking.settled < from)
            statement.opening[booking.account] += signed_minor(booking);
        else
            statement.entries.push_back(booking);
    }
    std::ranges::sort(statement.entries, {},
                      [](const Booking& b) { return std::pair(b.settled.us, b.number); });
    std::string unique;
    for (int i = 0; i < 8; ++i)
        unique += "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[parts_.rng.below(32)];
    const std::string made = wire::to_rfc3339(statement.made); // 2026-11-22T10:00:00.000Z
    statement.message_id = fmt::format(
        "CAMT053_{}{}{}_{}{}{}{}_{}", made.substr(0, 4), made.substr(5, 2), made.substr(8, 2),
        made.substr(11, 2), made.substr(14, 2), made.substr(17, 2), made.substr(20, 2), unique);
    wire::JsonWriter w;
    w.object().member("MessageId", statement.message_id);
    w.member("TotalPages", static_cast<std::int64_t>(statement.pages())).end();
    Payload ready{"Statements.ReadyForDownload", 1, std::move(w).text(), statement.message_id};
    statements_[lower(statement.message_id)] = std::move(statement);
    if (!manners_.silent)
        static_cast<void>(parts_.sender.submit(ready));
}

net::Response BankStatements::page(const std::string& message_id, const std::string& number) const {
    const auto found = statements_.find(lower(message_id));
    std::size_t page = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), page);
    if (error != std::errc() || end != number.data() + number.size() || page == 0)
        return problem(400, "One or more validation errors occurred.", "pageNumber is needed");
    if (found == statements_.end() || page > found->second.pages())
        return problem(404, "Not Found");
    net::Response response = json_answer(200, document(found->second, page));
    response.content_type = "application/xml";
    return response;
}

// The accounts of the page in the order of their IBANs; where nothing was booked, the real account.
std::string BankStatements::document(const Statement& statement, std::size_t page) const {
    std::map<std::string, std::string> of_page; // entries by account
    std::map<std::string, std::int64_t> change; // of the whole period
    for (std::size_t i = 0; i < statement.entries.size(); ++i) {
        const Booking& booking = statement.entries[i];
        change[booking.account] += signed_minor(booking);
        const bool with_id = statement.drop_id_every == 0 || (i + 1) % statement.drop_id_every != 0;
        if (i / statement.page_size + 1 == page)
            of_page[booking.account] += entry(booking, with_id);
    }
    if (of_page.empty())
        of_page[parts_.accounts.real_account_iban()];
    const bool is_last = page == statement.pages();
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.11\"><BkToCstmrStmt><GrpHdr>"
        "<MsgId>{}</MsgId><CreDtTm>{}</CreDtTm><MsgPgntn><PgNb>{}</PgNb><LastPgInd>{}</LastPgInd>"
        "</MsgPgntn></GrpHdr>\n",
        statement.message_id, wire::to_rfc3339(statement.made), page, is_last);
    std::size_t number = 0;
    for (const auto& [account, entries] : of_page) {
        const auto opened = statement.opening.find(account);
        const std::int64_t opening = opened == statement.opening.end() ? 0 : opened->second;
        const Instant last{statement.to.us - 1};
        text += fmt::format(
            "<Stmt><Id>{}-{}-{}</Id><FrToDt><FrDtTm>{}</FrDtTm><ToDtTm>{}</ToDtTm></FrToDt>"
            "<Acct><Id><IBAN>{}</IBAN></Id><Tp><Cd>CACC</Cd></Tp></Acct>{}{}\n{}</Stmt>\n",
            statement.message_id, page, ++number, wire::to_rfc3339(statement.from),
            wire::to_rfc3339(statement.to), account, balance("OPBD", opening, statement.from),
            balance("CLBD", opening + change[account], last), entries);
    }
    return text + "</BkToCstmrStmt></Document>\n";
}

} // namespace settled::sandbox
