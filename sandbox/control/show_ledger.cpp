#include "sandbox/control/show_ledger.h"

#include "wire/json_writer.h"

#include <algorithm>

namespace settled::sandbox {

namespace {

using wire::JsonWriter;

void write_time(JsonWriter& writer, std::string_view name, Instant at) {
    writer.key(name);
    if (at.us == 0)
        writer.null();
    else
        writer.value(at.us);
}

void write_next(JsonWriter& writer, std::int64_t last, bool any) {
    writer.key("next"); // null when nothing follows for now
    if (any)
        writer.value(last);
    else
        writer.null();
}

void write_booking(JsonWriter& writer, const Booking& booking) {
    writer.object().member("number", booking.number);
    writer.member("transaction_id", booking.transaction_id);
    writer.member("end_to_end_id", booking.end_to_end_id);
    writer.member("scheme_id", booking.scheme_id);
    writer.member("side", token(booking.side)).member("state", token(booking.state));
    writer.member("amount_minor", booking.amount.minor);
    writer.member("currency", booking.amount.currency.code());
    writer.member("scheme", booking.scheme).member("account", booking.account);
    writer.member("counterpart", booking.counterpart);
    writer.member("counterpart_name", booking.counterpart_name);
    writer.member("reference", booking.reference).member("request_id", booking.request_id);
    writer.member("reason", booking.reason).member("is_return", booking.is_return);
    writer.member("return_of", booking.return_of).member("return_code", booking.return_code);
    write_time(writer, "created_us", booking.created);
    write_time(writer, "settled_us", booking.settled);
    writer.end();
}

void write_tallies(JsonWriter& writer,
                   const std::array<std::array<Tally, booking_states>, 2>& sides) {
    for (const Side side : {Side::debit, Side::credit}) {
        writer.key(token(side)).object();
        for (std::size_t i = 0; i < booking_states; ++i) {
            const Tally& tally = sides[static_cast<std::size_t>(side)][i];
            writer.key(token(static_cast<BookingState>(i))).object();
            writer.member("count", tally.count).member("sum_minor", tally.sum_minor).end();
        }
        writer.end();
    }
}

void write_call(JsonWriter& writer, const ApiCall& call) {
    writer.object().member("number", call.number);
    write_time(writer, "at_us", call.at);
    writer.member("method", call.method).member("target", call.target);
    writer.member("request_id", call.request_id).member("body_sha256", call.body_sha256);
    writer.member("body_bytes", std::uint64_t{call.body_bytes}).member("status", call.status);
    writer.member("processed", call.processed).member("reply_cut", call.reply_cut).end();
}

} // namespace

std::string show_ledger(const Ledger& ledger, Page page, const LedgerFilter& filter) {
    JsonWriter writer;
    writer.object().key("bookings").array();
    std::size_t shown = 0;
    std::int64_t last = page.after;
    const auto& all = ledger.all();
    for (auto at = all.upper_bound(page.after); at != all.end() && shown < page.limit; ++at) {
        last = at->first;
        if (!filter.end_to_end_id.empty() && at->second.end_to_end_id != filter.end_to_end_id)
            continue;
        if (!filter.state.empty() && token(at->second.state) != filter.state)
            continue;
        ++shown;
        write_booking(writer, at->second);
    }
    writer.end();
    write_next(writer, last, shown > 0);
    writer.end();
    return std::move(writer).text();
}

std::string show_ledger_summary(const LedgerSummary& summary,
                                const BankApi::SignatureCounts& signatures) {
    JsonWriter writer;
    writer.object();
    write_tallies(writer, summary.tallies[0]);
    writer.key("returns").object();
    write_tallies(writer, summary.tallies[1]);
    writer.end();
    writer.member("duplicates", summary.duplicates);
    writer.member("duplicates_refused", summary.duplicates_refused);
    writer.member("similar", summary.similar).member("forgotten", summary.forgotten);
    writer.member("balance_minor", summary.balance_minor);
    writer.key("signatures").object().member("verified", signatures.verified);
    writer.member("refused", signatures.refused).end().end();
    return std::move(writer).text();
}

std::string show_payment_rules(const PaymentRules& rules) {
    JsonWriter writer;
    writer.object().key("rules").array();
    for (const PaymentRule& rule : rules.all()) {
        writer.object().member("outcome", token(rule.treatment.outcome));
        writer.member("detail", rule.treatment.detail);
        writer.member("seen", rule.seen).member("decided", rule.decided).end();
    }
    writer.end().end();
    return std::move(writer).text();
}

std::string show_faults(const ApiFaults& faults) {
    JsonWriter writer;
    writer.object().key("faults").array();
    for (const ApiFault& fault : faults.all()) {
        writer.object().member("method", fault.method).member("path", fault.path_prefix);
        writer.member("seen", fault.seen).member("left", fault.left).end();
    }
    writer.end().end();
    return std::move(writer).text();
}

std::string show_calls(const CallLog& calls, Page page, std::string_view path) {
    JsonWriter writer;
    writer.object().member("received", calls.received()).key("calls").array();
    std::size_t shown = 0;
    std::int64_t last = page.after;
    const auto& all = calls.all();
    auto at = std::ranges::upper_bound(all, page.after, {}, &ApiCall::number);
    for (; at != all.end() && shown < page.limit; ++at) {
        last = at->number;
        if (!at->target.starts_with(path))
            continue;
        ++shown;
        write_call(writer, *at);
    }
    writer.end();
    write_next(writer, last, shown > 0);
    writer.end();
    return std::move(writer).text();
}

} // namespace settled::sandbox
