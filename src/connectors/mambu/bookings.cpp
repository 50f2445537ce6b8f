#include "connectors/mambu/bookings.h"

#include "connectors/mambu/members.h"
#include "connectors/percent_encoded.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <map>

namespace settled::connectors::mambu {

namespace {

using domain::CallPurpose;
using domain::CallRequest;
using wire::Json;
using wire::JsonWriter;

constexpr std::chrono::hours one_day{24};

std::optional<Instant> time_of(Json json, std::string_view name) {
    const Result<Instant> at = wire::parse_rfc3339(text_of(json, name));
    return at ? std::optional(*at) : std::nullopt;
}

PaymentDetails details_of(Json json, const TransactionFields& f) {
    PaymentDetails details;
    details.creditor.name = field_of(json, f.creditor_name);
    details.creditor.iban = field_of(json, f.creditor_iban);
    details.creditor.sort_code = field_of(json, f.creditor_sort_code);
    details.creditor.account_number = field_of(json, f.creditor_account_number);
    details.debtor.name = field_of(json, f.debtor_name);
    details.debtor.iban = field_of(json, f.debtor_iban);
    details.reference = field_of(json, f.reference);
    details.end_to_end_id = field_of(json, f.end_to_end_id);
    details.status = field_of(json, f.status);
    details.bank_transaction_id = field_of(json, f.bank_transaction_id);
    details.creditor_address.building_number = field_of(json, f.creditor_building_number);
    details.creditor_address.building_name = field_of(json, f.creditor_building_name);
    details.creditor_address.street_name = field_of(json, f.creditor_street_name);
    details.creditor_address.town_name = field_of(json, f.creditor_town_name);
    details.creditor_address.post_code = field_of(json, f.creditor_post_code);
    details.creditor_address.country = field_of(json, f.creditor_country);
    return details;
}

Result<Booking> booking_of(Json json, const TransactionFields& fields) {
    Booking booking;
    const auto needed = [&](std::string_view name, std::string& value) -> Result<> {
        value = id_of(json, name);
        return value.empty() ? Result<>(unreadable(name)) : Result<>();
    };
    TRY_VOID(needed("encodedKey", booking.encoded_key));
    TRY_VOID(needed("parentAccountKey", booking.loan_key));
    TRY_VOID(needed("type", booking.type));
    booking.id = id_of(json, "id");
    booking.external_id = id_of(json, "externalId");
    booking.amount = digits_of(json, "amount");
    if (booking.amount.empty())
        return unreadable("amount");
    if (const std::optional<Json> details = member_of(json, "transactionDetails"))
        booking.channel_id = id_of(*details, "transactionChannelId");
    booking.created_at = time_of(json, "creationDate");
    booking.value_date = time_of(json, "valueDate");
    booking.adjustment_key = id_of(json, "adjustmentTransactionKey");
    booking.original_key = id_of(json, "originalTransactionKey");
    booking.details = details_of(json, fields);
    return booking;
}

// Custom fields by their sets; Mambu takes no empty value.
void write_fields(JsonWriter& w, const TransactionFields& f, const PaymentDetails& d) {
    std::map<std::string, std::map<std::string, std::string>> sets;
    const auto add = [&](const FieldPath& path, const std::string& value) {
        if (path.is_used() && !value.empty())
            sets[path.set][path.field] = value;
    };
    add(f.creditor_name, d.creditor.name);
    add(f.creditor_iban, d.creditor.iban);
    add(f.creditor_sort_code, d.creditor.sort_code);
    add(f.creditor_account_number, d.creditor.account_number);
    add(f.debtor_name, d.debtor.name);
    add(f.debtor_iban, d.debtor.iban);
    add(f.reference, d.reference);
    add(f.end_to_end_id, d.end_to_end_id);
    add(f.status, d.status);
    add(f.bank_transaction_id, d.bank_transaction_id);
    for (const auto& [set, values] : sets) {
        w.key(set).object();
        for (const auto& [field, value] : values)
            w.member(field, value);
        w.end();
    }
}

void write_booking(JsonWriter& w, const Settings& settings, const NewBooking& booking) {
    w.key("amount").raw(decimal(booking.amount));
    w.member("valueDate", to_organisation_time(booking.settled_at, settings.time_zone));
    w.member("externalId", booking.external_id);
    if (!booking.notes.empty())
        w.member("notes", cut_text(booking.notes, note_characters_max));
    w.key("transactionDetails").object();
    w.member("transactionChannelId", booking.channel_id).end();
    write_fields(w, settings.transaction_fields, booking.details);
}

CallRequest search(std::string body, std::string_view page) {
    return {.purpose = CallPurpose::find_bookings,
            .method = "POST",
            .target = fmt::format("/loans/transactions:search?detailsLevel=FULL&{}", page),
            .body = std::move(body)};
}

} // namespace

Result<Money> Booking::amount_in(std::string_view currency) const {
    TRY(const Currency parsed, Currency::parse(currency));
    TRY(const Money money, parse_money(amount, parsed));
    if (money.minor <= 0)
        return fail(Code::amount_invalid, "the amount is not more than nothing");
    return money;
}

CallRequest read_booking_request(std::string_view id) {
    return {.purpose = CallPurpose::read_booking,
            .method = "GET",
            .target = "/loans/transactions/" + percent_encoded(id) + "?detailsLevel=FULL",
            .body = {}};
}

CallRequest find_booking_request(std::string_view external_id) {
    JsonWriter w;
    w.object().key("filterCriteria").array().object();
    w.member("field", "externalId").member("operator", "EQUALS_CASE_SENSITIVE");
    w.member("value", external_id).end().end().end();
    return search(std::move(w).text(), "offset=0&limit=2");
}

// "After" a day may or may not mean that day as well: the day before is asked for.
CallRequest find_bookings_request(std::string_view channel_id, Instant from, const TimeZone& zone,
                                  std::int64_t offset) {
    JsonWriter w;
    w.object().key("filterCriteria").array();
    w.object().member("field", "transactionDetails.transactionChannelId");
    w.member("operator", "EQUALS").member("value", channel_id).end();
    w.object().member("field", "creationDate").member("operator", "AFTER");
    w.member("value", to_organisation_day(from - one_day, zone)).end().end();
    w.key("sortingCriteria").object().member("field", "creationDate").member("order", "ASC");
    w.end().end();
    return search(std::move(w).text(),
                  fmt::format("offset={}&limit={}", offset, bookings_per_page));
}

Result<Booking> read_booking(std::string_view body, const TransactionFields& fields) {
    TRY(const wire::JsonDocument document, object_in(body));
    return booking_of(document.root(), fields);
}

Result<BookingPage> read_bookings(std::string_view body, const TransactionFields& fields) {
    TRY(const wire::JsonDocument document, list_in(body));
    BookingPage page;
    for (std::size_t i = 0; i < document.root().size(); ++i) {
        TRY(Booking booking, booking_of(document.root().at(i), fields));
        page.bookings.push_back(std::move(booking));
    }
    page.is_last = page.bookings.size() < bookings_per_page;
    return page;
}

CallRequest disbursement_request(const Settings& settings, const NewBooking& booking) {
    JsonWriter w;
    w.object();
    write_booking(w, settings, booking);
    w.end();
    return {.purpose = CallPurpose::post_disbursement,
            .method = "POST",
            .target = "/loans/" + percent_encoded(booking.loan_id) + "/disbursement-transactions",
            .body = std::move(w).text()};
}

CallRequest repayment_request(const Settings& settings, const NewBooking& booking) {
    JsonWriter w;
    w.object();
    write_booking(w, settings, booking);
    if (!settings.prepayment.empty()) {
        const Result<wire::JsonDocument> members = wire::JsonDocument::parse(settings.prepayment);
        for (std::size_t i = 0; members && i < members->root().size(); ++i)
            w.key(members->root().name_at(i)).raw(members->root().at(i).raw());
    }
    w.end();
    return {.purpose = CallPurpose::post_repayment,
            .method = "POST",
            .target = "/loans/" + percent_encoded(booking.loan_id) + "/repayment-transactions",
            .body = std::move(w).text()};
}

CallRequest adjustment_request(std::string_view booking_id, std::string_view notes) {
    JsonWriter w;
    w.object().member("notes", cut_text(notes, note_characters_max)).end();
    return {.purpose = CallPurpose::post_adjustment,
            .method = "POST",
            .target = "/loans/transactions/" + percent_encoded(booking_id) + ":adjust",
            .body = std::move(w).text()};
}

} // namespace settled::connectors::mambu
