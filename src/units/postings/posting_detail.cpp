#include "units/postings/posting_detail.h"

#include "wire/json.h"
#include "wire/json_writer.h"

#include <array>
#include <utility>

namespace settled::units {

namespace {

using Member = std::pair<std::string_view, std::string*>;

std::array<Member, 15> members_of(PostingDetail& d) {
    auto& payment = d.payment;
    return {Member{"creditor_name", &payment.creditor.name},
            {"creditor_iban", &payment.creditor.iban},
            {"creditor_bban", &payment.creditor.bban},
            {"creditor_sort_code", &payment.creditor.sort_code},
            {"creditor_account_number", &payment.creditor.account_number},
            {"debtor_name", &payment.debtor.name},
            {"debtor_iban", &payment.debtor.iban},
            {"debtor_bban", &payment.debtor.bban},
            {"reference", &payment.reference},
            {"end_to_end_id", &payment.end_to_end_id},
            {"status", &payment.status},
            {"bank_transaction_id", &payment.bank_transaction_id},
            {"note", &d.note},
            {"iban", &d.iban},
            {"virtual_account_id", &d.virtual_account_id}};
}

} // namespace

std::string to_json(const PostingDetail& detail) {
    PostingDetail copy = detail;
    wire::JsonWriter w;
    w.object();
    for (const auto& [name, value] : members_of(copy))
        if (!value->empty())
            w.member(name, *value);
    w.end();
    return std::move(w).text();
}

PostingDetail parse_posting_detail(std::string_view json) {
    PostingDetail detail;
    const auto document = wire::JsonDocument::parse(json);
    if (!document)
        return detail;
    for (const auto& [name, value] : members_of(detail))
        if (const auto member = document->root().member(name))
            *value = member->string().value_or("");
    return detail;
}

} // namespace settled::units
