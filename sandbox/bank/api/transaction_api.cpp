#include "sandbox/bank/api/transaction_api.h"

#include "base/iban.h"
#include "sandbox/bank/api/api_paging.h"
#include "sandbox/bank/api/body_check.h"
#include "sandbox/bank/webhooks/payload_parts.h"
#include "sandbox/base/handler.h"
#include "wire/time.h"

#include <algorithm>
#include <array>
#include <expected>

namespace settled::sandbox {

namespace {

using wire::JsonWriter;

struct Filter {
    std::optional<Instant> from;
    std::optional<Instant> to;
    std::optional<std::string> scheme;
    std::optional<std::string> end_to_end_id;
};

std::optional<Instant> time_parameter(const net::Request& request, std::string_view name,
                                      FieldErrors& errors) {
    const std::optional<std::string> text = request.parameter(name);
    if (!text)
        return std::nullopt;
    const Result<Instant> at = wire::parse_bank_time(*text);
    if (at)
        return *at;
    errors.add(std::string(name), "The value is not a date and time.");
    return std::nullopt;
}

std::expected<Filter, FieldErrors> read_filter(const net::Request& request) {
    constexpr std::array<std::string_view, 4> schemes{"Transfer", "FasterPayments", "Bacs",
                                                      "Chaps"};
    FieldErrors errors;
    Filter filter;
    filter.from = time_parameter(request, "startDateTime", errors);
    filter.to = time_parameter(request, "endDateTime", errors);
    filter.scheme = request.parameter("paymentMethodType");
    if (filter.scheme && std::ranges::find(schemes, *filter.scheme) == schemes.end())
        errors.add("paymentMethodType", "The value is not a payment method.");
    filter.end_to_end_id = request.parameter("endToEndIdentifier");
    if (!errors.empty())
        return std::unexpected(std::move(errors));
    return filter;
}

bool is_settled(const Booking& booking) {
    return booking.state == BookingState::settled || booking.state == BookingState::returned;
}

Instant time_of(const Booking& booking) {
    return booking.settled.us != 0 ? booking.settled : booking.created;
}

bool is_visible(const TransactionView& view, const Booking& booking, const std::string& account) {
    return booking.state != BookingState::rejected && time_of(booking) + view.lag <= view.now &&
           (account.empty() || account_key(booking.account) == account_key(account));
}

bool passes(const Filter& filter, const Booking& booking) {
    return (!filter.from || time_of(booking) >= *filter.from) &&
           (!filter.to || time_of(booking) <= *filter.to) &&
           (!filter.scheme || booking.scheme == *filter.scheme);
}

void write_counterpart(JsonWriter& writer, const Booking& booking) {
    const std::string key = account_key(booking.counterpart);
    writer.key("counterpartAccount").object().key("identification").object();
    if (booking.counterpart != key)
        writer.member("iban", booking.counterpart);
    writer.member("accountName", booking.counterpart_name);
    if (key.size() == 14)
        writer.member("sortCode", key.substr(0, 6)).member("accountNumber", key.substr(6));
    writer.member("reference", booking.reference).end().end();
}

// The virtual account that paid or was paid.
void write_own_account(JsonWriter& writer, const TransactionView& view, const Booking& booking) {
    const VirtualAccount* const account = view.accounts.by_iban(booking.account);
    writer.key(booking.side == Side::debit ? "ultimateRemitterAccount"
                                           : "ultimateBeneficiaryAccount");
    writer.object();
    writer.member("id", account != nullptr ? account->id : view.accounts.real_account_id());
    writer.member("iban", booking.account).member("bban", bban_of(booking.account)).end();
}

void write_transaction(JsonWriter& writer, const TransactionView& view, const Booking& booking) {
    writer.object().key("amount").object();
    writer.key("instructedAmount").raw(decimal(booking.amount));
    writer.member("currency", booking.amount.currency.code()).end();
    write_counterpart(writer, booking);
    writer.member("debitCreditCode", booking.side == Side::debit ? "DBIT" : "CRDT");
    writer.member("endToEndIdentifier", booking.end_to_end_id);
    writer.member("transactionId", booking.transaction_id);
    writer.member("transactionReference", booking.reference);
    writer.member("transactionTime", wire::to_rfc3339(time_of(booking)));
    writer.member("status", is_settled(booking) ? "ACSC" : "PDNG");
    write_own_account(writer, view, booking);
    writer.end();
}

} // namespace

net::Response show_transactions(const TransactionView& view, const net::Request& request,
                                const std::string& account) {
    const std::expected<Filter, FieldErrors> filter = read_filter(request);
    if (!filter)
        return filter.error().answer();
    const ApiPage page = api_page_of(request);
    std::size_t found = 0;
    JsonWriter writer;
    writer.object().key("transactions").array();
    view.ledger.each(filter->end_to_end_id, [&](const Booking& booking) {
        if (!passes(*filter, booking) || !is_visible(view, booking, account))
            return true;
        if (found >= page.begin() && found < page.begin() + page.size)
            write_transaction(writer, view, booking);
        return ++found <= page.begin() + page.size;
    });
    writer.end();
    write_page_links(writer, request, page, found > page.begin() + page.size);
    writer.end();
    return json_answer(200, std::move(writer).text());
}

net::Response show_transaction(const TransactionView& view, const std::string& account,
                               const std::string& transaction_id) {
    for (const Side side : {Side::debit, Side::credit}) {
        const Booking* const booking = view.ledger.find(transaction_id, side);
        if (booking == nullptr || !is_visible(view, *booking, account))
            continue;
        JsonWriter writer;
        writer.object().key("transaction");
        write_transaction(writer, view, *booking);
        writer.key("halLinks").array().end().end();
        return json_answer(200, std::move(writer).text());
    }
    return problem(404, "Not Found");
}

} // namespace settled::sandbox
