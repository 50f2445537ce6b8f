#include "domain/members.h"

#include "base/iban.h"

namespace settled::domain {

void write_payment_ids(wire::JsonWriter& w, const PaymentIds& payment) {
    w.member("payment_id", to_string(payment.id)).member("client_id", payment.client_id);
}

void write_account_members(wire::JsonWriter& w, std::string_view shown) {
    const Party party = party_shown_as(shown);
    if (!party.iban.empty())
        w.member("iban", party.iban);
    else if (!party.sort_code.empty())
        w.member("sort_code", party.sort_code).member("account_number", party.account_number);
    else if (!party.bban.empty())
        w.member("account", party.bban);
}

} // namespace settled::domain
