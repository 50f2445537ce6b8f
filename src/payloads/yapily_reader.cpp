#include "base/limits.h"
#include "payloads/bounds.h"
#include "payloads/client_id.h"
#include "payloads/payment_reader.h"
#include "payloads/reader.h"
#include "wire/money.h"
#include "wire/time.h"

#include <algorithm>
#include <array>

namespace settled::payloads {

namespace {

using limits::text_bytes_max;

// The statuses and ISO 20022 codes after which no money comes. All others, COMPLETED among them,
// leave it open: a provider's status is no evidence of settlement.
bool is_failed_status(std::string_view status) {
    constexpr std::array<std::string_view, 3> dead{"FAILED", "DECLINED", "EXPIRED"};
    return std::ranges::find(dead, status) != dead.end();
}
bool is_failed_iso_code(std::string_view code) {
    return code == "RJCT" || code == "CANC";
}

// Upper case without spaces; the shape is the bank's business.
std::string folded_iban(std::string_view text) {
    std::string iban;
    for (const char c : text)
        if (c != ' ')
            iban.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    return iban;
}

// [{"type":"SORT_CODE","identification":"040404"},…] in any order; types we have no use for are
// passed over.
void read_identifications(Reader& in, domain::Party& party, std::string* virtual_account_id) {
    const auto list = in.member("accountIdentifications");
    if (!list)
        return;
    for (std::size_t i = 0; i < list->size() && list->is_array(); ++i) {
        const auto type = list->at(i).member("type");
        const auto given = list->at(i).member("identification");
        const std::string_view kind = type ? type->string().value_or("") : "";
        const std::string_view text = given ? given->string().value_or("") : "";
        if (text.size() > bounds::account_text_bytes_max)
            return in.refuse(Code::value_invalid, "accountIdentifications",
                             "an identification is too long");
        if (kind == "IBAN")
            party.iban = folded_iban(text);
        else if (kind == "SORT_CODE")
            party.sort_code = text;
        else if (kind == "ACCOUNT_NUMBER")
            party.account_number = text;
        else if (kind == "VIRTUAL_ACCOUNT_ID" && virtual_account_id != nullptr)
            *virtual_account_id = text;
    }
}

void read_payee(Reader& in, domain::NewPayment& payment) {
    payment.payee.name = in.optional_text("name", text_bytes_max);
    read_identifications(in, payment.payee, &payment.payee_account_id);
}

std::optional<Money> money_of(Reader& in, std::string_view where, const wire::Json& number,
                              const wire::Json& code) {
    const auto digits = number.number();
    const auto currency = Currency::parse(code.string().value_or(""));
    if (!currency) {
        in.refuse(Code::currency_unknown, "currency", currency.error().detail);
        return std::nullopt;
    }
    const auto money = digits ? parse_money(wire::plain_decimal(*digits), *currency)
                              : fail(Code::amount_invalid, "give a number");
    if (!money || money->minor <= 0) {
        in.refuse(Code::amount_invalid, where,
                  money ? "give an amount above zero" : money.error().detail);
        return std::nullopt;
    }
    return *money;
}

// The response writes "amount":1.0,"currency":"GBP" and the same in amountDetails; other versions
// write {"amount":{"amount":1.0,"currency":"GBP"}}. The number is read as its digits.
Money read_amount(Reader& in) {
    const auto amount = in.member("amount");
    const auto currency = in.member("currency");
    if (amount && currency && !amount->is_object())
        return money_of(in, "amount", *amount, *currency).value_or(Money{});
    const bool inside = amount && amount->is_object();
    const std::string_view where = inside ? "amount" : "amountDetails";
    Money money;
    in.object(where, [&](Reader& inner) {
        const auto number = inner.member("amount");
        const auto code = inner.member("currency");
        if (!number || !code)
            return inner.missing(number ? "currency" : "amount");
        money = money_of(inner, "amount", *number, *code).value_or(Money{});
    });
    return money;
}

bool read_has_failed(Reader& in) {
    bool dead = is_failed_status(in.optional_text("status", text_bytes_max));
    in.optional_object("statusDetails", [&](Reader& details) {
        details.optional_object("isoStatus", [&](Reader& iso) {
            dead = dead || is_failed_iso_code(iso.optional_text("code", text_bytes_max));
        });
    });
    return dead;
}

void read_data(Reader& in, PaymentRequest& request) {
    domain::NewPayment& payment = request.payment;
    payment.client_id = read_client_id(in, "id");
    payment.amount = read_amount(in);
    payment.reference = in.optional_text("reference", text_bytes_max);
    payment.end_to_end_id = in.optional_text("paymentIdempotencyId", text_bytes_max);
    payment.created_at =
        in.take("createdAt", text_bytes_max, wire::parse_rfc3339).value_or(Instant{});
    const std::string_view payee =
        in.has("payeeDetails") || !in.has("payee") ? "payeeDetails" : "payee";
    in.object(payee, [&](Reader& inner) { read_payee(inner, payment); });
    in.optional_object("payer", [&](Reader& payer) {
        payment.payer.name = payer.optional_text("name", text_bytes_max);
        read_identifications(payer, payment.payer, nullptr);
    });
    payment.has_failed = read_has_failed(in);
}

} // namespace

Result<PaymentRequest> read_yapily_payment(const wire::Json& root) {
    PaymentRequest request;
    Reader in(root, Reader::Unknown::tolerant);
    if (!in.optional_object("data", [&](Reader& data) { read_data(data, request); }))
        read_data(in, request);
    TRY_VOID(in.finish());
    return request;
}

} // namespace settled::payloads
