#include "domain/payment.h"

#include "base/enum_names.h"
#include "base/iban.h"
#include "wire/json_writer.h"

#include <array>

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 6> statuses{"expected", "settled",  "partially_settled",
                                                   "overdue",  "returned", "cancelled"};

} // namespace

std::string_view token(PaymentStatus status) {
    return statuses[static_cast<std::size_t>(status)];
}

std::optional<PaymentStatus> payment_status_named(std::string_view token) {
    return enum_named<PaymentStatus>(statuses, token);
}

std::span<const std::string_view> payment_status_tokens() {
    return statuses;
}

bool is_open(PaymentStatus status) {
    using enum PaymentStatus;
    return status == expected || status == overdue || status == partially_settled;
}

PaymentIds ids_of(const Payment& payment) {
    return {payment.id, payment.client_id};
}

std::string shown_account(const Party& party) {
    if (!party.iban.empty())
        return party.iban;
    if (!party.sort_code.empty())
        return party.sort_code + " " + party.account_number;
    return party.bban;
}

Party party_shown_as(std::string_view account) {
    Party party;
    const std::size_t space = account.rfind(' ');
    const bool is_numbers =
        space != account.npos && account.front() >= '0' && account.front() <= '9';
    if (is_numbers) {
        party.sort_code = account.substr(0, space);
        party.account_number = account.substr(space + 1);
    } else if (is_iban_shaped(account)) {
        party.iban = account;
    } else {
        party.bban = account;
    }
    return party;
}

match::MatchFields identity_of(const NewPayment& payment, std::string_view payee_account_key) {
    match::MatchFields identity;
    identity.account = payee_account_key;
    identity.amount = payment.amount;
    identity.end_to_end_id = match::canonical_end_to_end_id(payment.end_to_end_id);
    identity.reference = match::canonical_reference(payment.reference);
    identity.uetr = payment.uetr;
    identity.other_account = account_key_of(payment.payer);
    identity.other_name = match::canonical(payment.payer.name);
    identity.at = payment.created_at;
    identity.rail = match::rail_of(payment.scheme);
    identity.accepted_range = payment.accepted_range;
    return identity;
}

crypto::Digest fingerprint(const NewPayment& payment) {
    const auto party = [](wire::JsonWriter& w, const Party& p) {
        w.array().value(p.name).value(p.iban).value(p.bban);
        w.value(p.sort_code).value(p.account_number).end();
    };
    wire::JsonWriter w;
    w.array().value(payment.client_id).value(payment.institution_id).value(payment.scheme);
    w.value(payment.amount.minor).value(payment.amount.currency.code()).value(payment.reference);
    w.value(payment.end_to_end_id).value(payment.uetr).value(payment.created_at.us);
    w.value(payment.payee_account_id);
    party(w, payment.payee);
    party(w, payment.payer);
    if (payment.accepted_range) {
        const auto& [lowest, highest] = *payment.accepted_range;
        w.value(lowest.minor).value(highest.minor).value(lowest.currency.code());
    }
    w.end();
    return crypto::sha256(w.text());
}

std::vector<std::string_view> differences(const NewPayment& given, const Payment& registered) {
    std::vector<std::string_view> found;
    const auto compare = [&found](std::string_view member, bool is_same) {
        if (!is_same)
            found.push_back(member);
    };
    compare("institution_id", given.institution_id == registered.institution_id);
    compare("scheme", given.scheme == registered.scheme);
    compare("amount", given.amount == registered.amount);
    compare("reference", given.reference == registered.reference);
    compare("end_to_end_id", given.end_to_end_id == registered.end_to_end_id);
    compare("uetr", given.uetr == registered.identity.uetr);
    compare("created_at",
            given.created_at == Instant{} || given.created_at == registered.created_at);
    compare("accepted_range", given.accepted_range == registered.identity.accepted_range);
    const std::string payee = shown_account(given.payee);
    compare("payee", payee.empty() || payee == registered.payee_account);
    compare("payee.name", given.payee.name == registered.payee_name);
    compare("payer", shown_account(given.payer) == registered.payer_account);
    compare("payer.name", given.payer.name == registered.payer_name);
    return found;
}

} // namespace settled::domain
