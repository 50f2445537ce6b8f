#include "payloads/payment_reader.h"

#include "base/iban.h"
#include "base/limits.h"
#include "payloads/bounds.h"
#include "payloads/client_id.h"
#include "payloads/reader.h"
#include "wire/time.h"

namespace settled::payloads {

namespace {

using limits::text_bytes_max;

Result<std::string> parse_uetr(std::string_view text) {
    constexpr std::size_t uuid_chars = 36;
    std::string uuid(text);
    bool holds = uuid.size() == uuid_chars;
    for (std::size_t i = 0; holds && i < uuid.size(); ++i) {
        char& c = uuid[i];
        if (c >= 'A' && c <= 'F')
            c = static_cast<char>(c - 'A' + 'a');
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        holds = (i == 8 || i == 13 || i == 18 || i == 23) ? c == '-' : hex;
    }
    if (!holds)
        return fail(Code::value_invalid, "give a UUID");
    return uuid;
}

// Name, IBAN, sort code and account number; true if an account was given, rightly or not.
bool read_party(Reader& in, domain::Party& party) {
    constexpr std::size_t bytes_max = bounds::account_text_bytes_max;
    party.name = in.optional_text("name", text_bytes_max);
    party.iban = in.take("iban", bytes_max, parse_iban).value_or("");
    party.sort_code = in.take("sort_code", bytes_max, parse_sort_code).value_or("");
    party.account_number = in.take("account_number", bytes_max, parse_account_number).value_or("");
    const bool has_code = in.has("sort_code");
    const bool has_number = in.has("account_number");
    if (has_code != has_number)
        in.missing(has_code ? "account_number" : "sort_code");
    if (in.has("iban") && has_code && has_number)
        in.refuse(Code::value_invalid, "",
                  "give an iban or a sort_code and account_number, not both");
    return in.has("iban") || has_code || has_number;
}

void read_payee(Reader& in, domain::NewPayment& payment) {
    const bool has_number = read_party(in, payment.payee);
    payment.payee_account_id = in.optional_text("virtual_account_id", text_bytes_max);
    const bool has_id = !payment.payee_account_id.empty();
    if (!has_number && !has_id)
        in.missing("iban");
    if (has_number && has_id)
        in.refuse(Code::value_invalid, "virtual_account_id", "give it or an account, not both");
}

// {"lowest":{…},"highest":{…}}, of one currency, in order.
void read_bounds(Reader& in, domain::NewPayment& payment) {
    const Money lowest = in.money("lowest");
    const Money highest = in.money("highest");
    if (in.failed())
        return;
    if (lowest.currency != highest.currency || lowest.minor > highest.minor)
        return in.refuse(Code::value_invalid, "", "give one currency, and lowest before highest");
    payment.accepted_range = match::Bounds{lowest, highest};
}

Result<bool> parse_has_failed(std::string_view text) {
    if (text == "initiated" || text == "failed")
        return text == "failed";
    return fail(Code::value_invalid, "give initiated or failed");
}

} // namespace

Result<PaymentRequest> read_payment(const wire::Json& root) {
    PaymentRequest request;
    domain::NewPayment& payment = request.payment;
    Reader in(root);
    payment.client_id = read_client_id(in, "client_id");
    payment.institution_id = in.optional_text("institution_id", text_bytes_max);
    payment.scheme = in.optional_text("scheme", bounds::scheme_bytes_max);
    payment.amount = in.money("amount");
    payment.reference = in.optional_text("reference", text_bytes_max);
    payment.end_to_end_id = in.optional_text("end_to_end_id", text_bytes_max);
    payment.uetr = in.take("uetr", text_bytes_max, parse_uetr).value_or("");
    payment.created_at =
        in.take("created_at", text_bytes_max, wire::parse_rfc3339).value_or(Instant{});
    in.optional_object("accepted_range", [&](Reader& bounds) { read_bounds(bounds, payment); });
    payment.has_failed = in.take("status", text_bytes_max, parse_has_failed).value_or(false);
    in.object("payee", [&](Reader& payee) { read_payee(payee, payment); });
    in.optional_object("payer", [&](Reader& payer) { (void)read_party(payer, payment.payer); });
    TRY_VOID(in.finish());
    return request;
}

std::string_view ignored_because(const PaymentRequest& request) {
    const domain::NewPayment& payment = request.payment;
    const bool has_account =
        !payment.payee_account_id.empty() || !domain::account_key_of(payment.payee).empty();
    return has_account ? "" : "payee_unknown";
}

std::string_view token(PaymentFormat format) {
    return format == PaymentFormat::settled ? "settled" : "yapily";
}

Result<PaymentFormat> parse_payment_format(std::string_view text) {
    for (const PaymentFormat format : {PaymentFormat::settled, PaymentFormat::yapily})
        if (text == token(format))
            return format;
    return fail(Code::value_invalid, "give settled or yapily");
}

Result<PaymentRequest> read_payment_text(PaymentFormat format, std::string_view text) {
    TRY(const auto document, wire::JsonDocument::parse(text));
    return format == PaymentFormat::yapily ? read_yapily_payment(document.root())
                                           : read_payment(document.root());
}

} // namespace settled::payloads
