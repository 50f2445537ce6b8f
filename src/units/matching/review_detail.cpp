#include "units/matching/review_detail.h"

#include "base/iban.h"
#include "domain/members.h"
#include "match/agreement.h"
#include "wire/json_writer.h"
#include "wire/money.h"
#include "wire/time.h"

#include <algorithm>
#include <span>

namespace settled::units {

namespace {

using wire::JsonWriter;
using Rivals = std::span<const RankedPayment>;

// Cut before a character, not within one.
std::string bounded(std::string_view text) {
    if (text.size() <= detail_text_bytes_max)
        return std::string(text);
    std::size_t end = detail_text_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return std::string(text.substr(0, end)) + "…";
}

void write_payer(JsonWriter& w, std::string_view name, std::string_view account) {
    w.key("payer").object().member("name", bounded(name));
    w.member("account", account.empty() ? "" : masked_account(account)).end();
}

void write_settlement(JsonWriter& w, const domain::Settlement& settlement) {
    w.key("settlement").object().member("id", to_string(settlement.id));
    wire::write_money(w, "amount", settlement.amount);
    w.member("scheme", bounded(settlement.scheme));
    w.member("reference", bounded(settlement.reference));
    w.member("end_to_end_id", bounded(settlement.end_to_end_id));
    write_payer(w, settlement.counterparty_name, settlement.counterparty_account);
    w.member("settled_at", wire::to_rfc3339(settlement.settled_at));
    w.member("received_at", wire::to_rfc3339(settlement.received_at)).end();
}

void write_fields(JsonWriter& w, std::string_view name,
                  std::span<const match::FieldAgreement> fields, match::Agreement wanted) {
    w.key(name).array();
    for (const match::FieldAgreement& field : fields)
        if (field.agreement == wanted)
            w.value(field.field);
    w.end();
}

void write_candidate(JsonWriter& w, const RankedPayment& candidate) {
    const domain::Payment& payment = candidate.payment;
    w.object();
    domain::write_payment_ids(w, domain::ids_of(payment));
    w.member("rank", static_cast<int>(candidate.rank));
    w.member("rule", match::token(candidate.rank));
    const auto fields = match::agreements(candidate.comparison);
    write_fields(w, "agrees", fields, match::Agreement::agrees);
    write_fields(w, "differs", fields, match::Agreement::differs);
    write_fields(w, "absent", fields, match::Agreement::absent);
    wire::write_money(w, "amount", payment.identity.amount);
    w.member("reference", bounded(payment.reference));
    w.member("end_to_end_id", bounded(payment.end_to_end_id));
    write_payer(w, payment.payer_name, payment.payer_account);
    w.member("institution_id", bounded(payment.institution_id));
    w.member("scheme", bounded(payment.scheme));
    w.member("created_at", wire::to_rfc3339(payment.created_at));
    w.key("reject_reason");
    if (candidate.reject_reason)
        w.value(match::token(*candidate.reject_reason));
    else
        w.null();
    w.end();
}

// A field of a payment that may distinguish two of them, whole and as the client gave it.
struct Mark {
    std::string_view name;
    bool (*same)(const domain::Payment& a, const domain::Payment& b);
};
constexpr Mark marks[] = {
    {"amount", [](const domain::Payment& a,
                  const domain::Payment& b) { return a.identity.amount == b.identity.amount; }},
    {"reference",
     [](const domain::Payment& a, const domain::Payment& b) { return a.reference == b.reference; }},
    {"end_to_end_id", [](const domain::Payment& a,
                         const domain::Payment& b) { return a.end_to_end_id == b.end_to_end_id; }},
    {"payer_name", [](const domain::Payment& a,
                      const domain::Payment& b) { return a.payer_name == b.payer_name; }},
    {"payer_account", [](const domain::Payment& a,
                         const domain::Payment& b) { return a.payer_account == b.payer_account; }},
    {"institution_id",
     [](const domain::Payment& a, const domain::Payment& b) {
         return a.institution_id == b.institution_id;
     }},
    {"scheme",
     [](const domain::Payment& a, const domain::Payment& b) { return a.scheme == b.scheme; }},
    {"created_at", [](const domain::Payment& a,
                      const domain::Payment& b) { return a.created_at == b.created_at; }},
};

void write_distinguishing_fields(JsonWriter& w, Rivals candidates) {
    w.key("distinguishing_fields").array();
    for (const Mark& mark : marks) {
        const bool differs = std::ranges::any_of(candidates, [&](const RankedPayment& candidate) {
            return !mark.same(candidate.payment, candidates.front().payment);
        });
        if (differs)
            w.value(mark.name);
    }
    w.end();
}

} // namespace

std::string review_detail(const domain::Settlement& settlement, const Verdict& verdict) {
    const Rivals all(verdict.candidates);
    const Rivals shown = all.first(std::min(all.size(), detail_candidates_max));
    JsonWriter w;
    w.object();
    write_settlement(w, settlement);
    w.key("candidates").array();
    for (const RankedPayment& candidate : shown)
        write_candidate(w, candidate);
    w.end();
    write_distinguishing_fields(w, all);
    w.member("all_compared", verdict.all_compared);
    w.member("left_out", static_cast<std::uint64_t>(all.size() - shown.size())).end();
    return std::move(w).text();
}

} // namespace settled::units
