#include "connectors/clearbank/schemes/chaps.h"

#include "connectors/clearbank/payments.h"
#include "connectors/clearbank/returns.h"
#include "wire/json_writer.h"

namespace settled::connectors::clearbank {

namespace {

using wire::JsonWriter;

constexpr std::string_view chaps_path = "/payments/chaps/v6/";

void write_account(JsonWriter& w, std::string_view name, const domain::Party& party) {
    w.key(name).object();
    if (!party.iban.empty())
        w.member("iban", party.iban);
    else
        w.member("schemeName", "SortcodeAccountNumber")
            .member("identification", party.sort_code + "-" + party.account_number);
    w.end();
}

void write_if_given(JsonWriter& w, std::string_view name, std::string_view value) {
    if (!value.empty())
        w.member(name, value);
}

void write_party(JsonWriter& w, std::string_view name, const domain::Party& party,
                 const domain::PostalAddress& address) {
    w.key(name).object().member("name", party.name);
    w.key("postalAddress").object();
    write_if_given(w, "buildingNumber", address.building_number);
    write_if_given(w, "buildingName", address.building_name);
    write_if_given(w, "streetName", address.street_name);
    w.member("townName", address.town_name).member("country", address.country);
    w.member("postCode", address.post_code).end().end();
}

} // namespace

domain::CallRequest chaps_payment_request(const domain::Order& order,
                                          std::string_view source_iban) {
    JsonWriter w;
    w.object().member("instructionIdentification", instruction_id(order.id));
    w.member("endToEndIdentification", order.end_to_end_id);
    w.key("interBankSettlementAmount").object().key("amount").raw(decimal(order.amount));
    w.member("currency", order.amount.currency.code()).end();
    w.key("sourceAccount").object().member("iban", source_iban).end();
    write_account(w, "debtorAccount", order.debtor);
    write_party(w, "debtor", order.debtor, order.debtor_address);
    write_account(w, "creditorAccount", order.creditor);
    write_party(w, "creditor", order.creditor, order.creditor_address);
    w.member("purpose", order.purpose).member("categoryPurpose", order.category_purpose);
    w.key("remittanceInformation").object();
    w.member("creditorReferenceInformation", order.reference).end().end();
    return {.purpose = domain::CallPurpose::pay,
            .method = "POST",
            .target = std::string(chaps_path) + "customer-payments",
            .body = std::move(w).text()};
}

domain::CallRequest chaps_return_request(std::string_view payment_id, domain::ReturnReason reason,
                                         std::string_view instruction) {
    JsonWriter w;
    w.object().member("paymentId", payment_id).member("reason", return_codes(reason).chaps);
    w.member("instructionIdentification", instruction).end();
    return {.purpose = domain::CallPurpose::return_payment,
            .method = "POST",
            .target = std::string(chaps_path) + "return-payments",
            .body = std::move(w).text()};
}

bool is_chaps(const domain::CallRequest& request) {
    return request.target.starts_with(chaps_path);
}

} // namespace settled::connectors::clearbank
