#include "sandbox/control/show_core.h"

#include "wire/json_writer.h"

#include <map>
#include <set>

namespace settled::sandbox {

namespace {

using wire::JsonWriter;

void write_fields(JsonWriter& w, const CustomFields& fields) {
    w.key("fields").object();
    for (const auto& [set, values] : fields)
        for (const auto& [field, value] : values)
            w.member(field, value);
    w.end();
}

void write_booking(JsonWriter& w, const CoreBooking& booking) {
    w.object().member("encoded_key", booking.key).member("id", booking.id);
    w.member("external_id", booking.external_id).member("loan_key", booking.loan_key);
    w.member("type", booking.type).member("channel", booking.channel);
    w.member("amount_minor", booking.amount_minor).member("notes", booking.notes);
    w.member("created_us", booking.created.us).member("value_date_us", booking.value_date.us);
    w.member("adjusted_by", booking.adjusted_by).member("original", booking.original);
    w.member("by_api", booking.by_api).member("extra", booking.extra);
    write_fields(w, booking.fields);
    w.end();
}

struct Total {
    std::uint64_t count = 0;
    std::int64_t sum_minor = 0;
    void add(std::int64_t minor) {
        ++count;
        sum_minor += minor;
    }
};
using Totals = std::map<std::string, std::map<std::string, Total>>; // by type and channel

void write_totals(JsonWriter& w, std::string_view name, const Totals& totals) {
    w.key(name).object();
    for (const auto& [type, channels] : totals) {
        w.key(type).object();
        for (const auto& [channel, total] : channels)
            w.key(channel)
                .object()
                .member("count", total.count)
                .member("sum_minor", total.sum_minor)
                .end();
        w.end();
    }
    w.end();
}

} // namespace

std::string show_core_loan(const CoreLoan& loan) {
    JsonWriter w;
    w.object().member("id", loan.id).member("encoded_key", loan.key);
    w.member("state", loan.state).member("sub_state", loan.sub_state);
    w.member("amount_minor", loan.amount_minor).member("disbursed_minor", loan.disbursed_minor);
    w.member("owed_minor", loan.owed_minor).member("holder_key", loan.holder.key);
    write_fields(w, loan.fields);
    w.key("comments").array();
    for (const std::string& comment : loan.comments)
        w.value(comment);
    w.end().end();
    return std::move(w).text();
}

std::string show_core_booking(const CoreBooking& booking) {
    JsonWriter w;
    write_booking(w, booking);
    return std::move(w).text();
}

std::string show_core_ledger(CoreBooks& books, Page page, const std::string& loan) {
    const CoreLoan* const of = loan.empty() ? nullptr : books.find_loan(loan);
    JsonWriter w;
    w.object().key("bookings").array();
    std::size_t room = page.limit;
    std::int64_t number = 0;
    std::int64_t last = page.after;
    for (const CoreBooking& booking : books.journal()) {
        if (++number <= page.after || room == 0)
            continue;
        last = number;
        if (!loan.empty() && (of == nullptr || booking.loan_key != of->key))
            continue;
        write_booking(w, booking);
        --room;
    }
    w.end().member("next", last).end();
    return std::move(w).text();
}

std::string show_core_summary(const CoreBooks& books, CoreApi& api) {
    Totals all;
    Totals standing;
    std::set<std::string> external_ids;
    std::uint64_t duplicates = 0;
    for (const CoreBooking& booking : books.journal()) {
        all[booking.type][booking.channel].add(booking.amount_minor);
        if (booking.adjusted_by.empty() && booking.original.empty())
            standing[booking.type][booking.channel].add(booking.amount_minor);
        if (!booking.external_id.empty() && !external_ids.insert(booking.external_id).second)
            ++duplicates;
    }
    JsonWriter w;
    w.object().member("loans", std::uint64_t{books.loan_count()});
    w.member("bookings", std::uint64_t{books.journal().size()});
    write_totals(w, "all", all);
    write_totals(w, "standing", standing);
    w.member("duplicates", duplicates).member("duplicates_refused", books.duplicates_refused());
    w.member("replays", api.idempotency().replays());
    w.member("in_process", api.idempotency().in_process()).end();
    return std::move(w).text();
}

std::string show_core_webhooks(const CoreWebhooks& webhooks, Page page) {
    JsonWriter w;
    w.object().key("webhooks").array();
    std::size_t room = page.limit;
    std::int64_t last = page.after;
    for (const auto& webhook : webhooks.all()) {
        if (webhook->id <= page.after || room == 0)
            continue;
        last = webhook->id;
        w.object().member("id", webhook->id).member("event", webhook->event);
        w.key("body").raw(webhook->body).member("attempts", webhook->attempts);
        w.member("status", webhook->status).member("done", webhook->done);
        w.member("failed", webhook->failed).end();
        --room;
    }
    w.end().member("next", last).end();
    return std::move(w).text();
}

} // namespace settled::sandbox
