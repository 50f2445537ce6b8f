#include "units/postings/payable.h"

#include "payloads/order_reader.h"
#include "wire/json.h"
#include "wire/json_writer.h"
#include "wire/money.h"

namespace settled::units {

namespace {

namespace mambu = connectors::mambu;
using wire::JsonWriter;

void member(JsonWriter& w, std::string_view name, std::string_view value) {
    if (!value.empty())
        w.member(name, value);
}

void write_address(JsonWriter& w, const domain::PostalAddress& address) {
    w.key("address").object();
    member(w, "building_number", address.building_number);
    member(w, "building_name", address.building_name);
    member(w, "street_name", address.street_name);
    member(w, "town_name", address.town_name);
    member(w, "country", address.country);
    member(w, "post_code", address.post_code);
    w.end();
}

domain::PostalAddress creditor_address(const Payable& p) {
    const auto& own = p.booking.details.creditor_address;
    return !own.town_name.empty() || !p.holder ? own : p.holder->address;
}

void write_chaps(JsonWriter& w, const Payable& p) {
    const mambu::ChapsSettings& chaps = p.core.settings.chaps;
    w.key("chaps").object().member("purpose", chaps.purpose);
    w.member("category_purpose", chaps.category_purpose);
    w.key("debtor").object();
    write_address(w, chaps.debtor_address);
    w.end().key("creditor").object();
    write_address(w, creditor_address(p));
    w.end().end();
}

// As a client would write it.
std::string order_text(const Payable& p, std::string_view scheme, const Money& amount) {
    const mambu::Settings& settings = p.core.settings;
    const auto& details = p.booking.details;
    JsonWriter w;
    w.object().member("client_id", p.booking.encoded_key);
    w.member("connector", p.core.bank.name).member("scheme", scheme);
    wire::write_money(w, "amount", amount);
    w.key("debtor").object();
    w.member("iban", settings.debtor_iban.empty() ? p.institution_iban : settings.debtor_iban);
    member(w, "name", settings.debtor_name);
    member(w, "address", settings.debtor_address);
    w.end().key("creditor").object();
    member(w, "name", details.creditor.name);
    member(w, "iban", details.creditor.iban);
    if (details.creditor.iban.empty()) {
        member(w, "sort_code", details.creditor.sort_code);
        member(w, "account_number", details.creditor.account_number);
    }
    w.end();
    w.member("reference", details.reference.empty() ? p.loan.id : details.reference);
    w.member("end_to_end_id", p.booking.encoded_key).member("loan_account_id", p.loan.id);
    w.member("core_banking", p.core.name);
    if (scheme == "chaps")
        write_chaps(w, p);
    w.end();
    return std::move(w).text();
}

} // namespace

bool needs_holder(const CoreBank& core, const mambu::Booking& booking) {
    return mambu::scheme_of_booking(core.settings.channels, booking.channel_id) == "chaps" &&
           booking.details.creditor_address.town_name.empty();
}

Result<domain::NewOrder> order_for(const Payable& p) {
    const auto scheme = mambu::scheme_of_booking(p.core.settings.channels, p.booking.channel_id);
    if (!scheme)
        return fail(Code::scheme_not_offered,
                    "channel: bookings on " + p.booking.channel_id + " are not paid");
    if (p.loan.currency != "GBP")
        return fail(Code::currency_unknown,
                    "currency: only loans in GBP are paid out; this one is "
                    "in " +
                        (p.loan.currency.empty() ? "an unknown currency" : p.loan.currency));
    TRY(const Money amount, p.booking.amount_in(p.loan.currency));
    if (p.core.settings.debtor_iban.empty() && p.institution_iban.empty())
        return fail(Code::debtor_unknown,
                    "source account: the settings name none, and the bank has listed no account "
                    "of the institution");
    const std::string text = order_text(p, *scheme, amount);
    TRY(const auto document, wire::JsonDocument::parse(text));
    return payloads::read_order(document.root(),
                                {.transliterate = p.core.bank.settings.transliterate});
}

} // namespace settled::units
