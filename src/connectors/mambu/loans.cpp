#include "connectors/mambu/loans.h"

#include "base/assert.h"
#include "connectors/mambu/members.h"
#include "connectors/percent_encoded.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace settled::connectors::mambu {

namespace {

using domain::CallPurpose;
using domain::CallRequest;
using wire::Json;
using wire::JsonWriter;

// Two are enough to see that a field is not unique.
constexpr int loans_found_max = 2;

// Of what is owed; parts of a penny that interest has accrued are left out. nullopt: it is no number.
std::optional<std::int64_t> whole_minor(std::string_view digits, Currency currency) {
    const std::size_t point = digits.find('.');
    const auto places = static_cast<std::size_t>(currency.exponent());
    if (point != digits.npos && digits.size() > point + 1 + places)
        digits = digits.substr(0, places == 0 ? point : point + 1 + places);
    const Result<Money> money = parse_money(digits, currency);
    return money ? std::optional(money->minor) : std::nullopt;
}

std::optional<Money> balance_of(Json loan, std::string_view currency_code) {
    const Result<Currency> currency = Currency::parse(currency_code);
    const std::optional<Json> balances = member_of(loan, "balances");
    if (!currency || !balances || !balances->is_object())
        return std::nullopt;
    Money sum{0, *currency};
    bool any = false;
    for (const std::string_view name : {"principalBalance", "interestBalance", "feesBalance",
                                        "penaltyBalance", "interestFromArrearsBalance"}) {
        const std::string digits = digits_of(*balances, name);
        if (digits.empty())
            continue;
        const auto minor = whole_minor(digits, *currency);
        if (!minor || *minor < 0)
            return std::nullopt;
        sum.minor += *minor;
        any = true;
    }
    return any ? std::optional(sum) : std::nullopt;
}

Result<Loan> loan_of(Json json, const LoanFields& fields) {
    Loan loan;
    loan.id = id_of(json, "id");
    loan.encoded_key = id_of(json, "encodedKey");
    loan.state = id_of(json, "accountState");
    if (loan.id.empty() || loan.encoded_key.empty() || loan.state.empty())
        return unreadable(loan.id.empty()            ? "id"
                          : loan.encoded_key.empty() ? "encodedKey"
                                                     : "accountState");
    loan.sub_state = id_of(json, "accountSubState");
    loan.is_of_group = text_of(json, "accountHolderType") == "GROUP";
    loan.holder_key = id_of(json, "accountHolderKey");
    if (const std::optional<Json> currency = member_of(json, "currency"))
        loan.currency = id_of(*currency, "code");
    loan.balance = balance_of(json, loan.currency);
    loan.virtual_account_id = field_of(json, fields.virtual_account_id);
    loan.iban = field_of(json, fields.iban);
    loan.assigned_user = field_of(json, fields.assigned_user);
    return loan;
}

// Mambu's countries are texts. Those under which a British lender has customers, as ISO 3166 letters.
std::string country_code(std::string_view text) {
    constexpr std::array<std::string_view, 8> british{
        "United Kingdom", "UK",       "Great Britain", "GBR",
        "England",        "Scotland", "Wales",         "Northern Ireland"};
    const bool is_code =
        text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (std::ranges::find(british, text) != british.end())
        return "GB";
    return is_code ? std::string(text) : std::string();
}

domain::PostalAddress address_of(Json holder) {
    domain::PostalAddress address;
    const std::optional<Json> list = member_of(holder, "addresses");
    if (!list || !list->is_array() || list->size() == 0 || !list->at(0).is_object())
        return address;
    const Json first = list->at(0);
    const auto add = [&](std::string_view name) {
        std::string text = text_of(first, name);
        if (!text.empty())
            address.line.append(address.line.empty() ? "" : ", ").append(text);
        return text;
    };
    address.street_name = add("line1");
    address.building_name = add("line2");
    address.town_name = add("city");
    address.post_code = add("postcode");
    address.country = country_code(text_of(first, "country"));
    return address;
}

std::string patch_of(std::span<const FieldValue> values) {
    JsonWriter w;
    w.array();
    for (const FieldValue& each : values) {
        SETTLED_ASSERT(each.field.is_used(), "a custom field that is written is configured");
        w.object().member("op", each.value.empty() ? "remove" : "add");
        w.member("path", each.field.patch_path());
        if (!each.value.empty())
            w.member("value", each.value);
        w.end();
    }
    w.end();
    return std::move(w).text();
}

} // namespace

CallRequest read_loan_request(std::string_view id) {
    return {.purpose = CallPurpose::read_loan,
            .method = "GET",
            .target = "/loans/" + percent_encoded(id) + "?detailsLevel=FULL",
            .body = {}};
}

CallRequest find_loans_request(const FieldPath& field, std::string_view value) {
    JsonWriter w;
    w.object().key("filterCriteria").array().object();
    w.member("field", field.search_name()).member("operator", "EQUALS_CASE_SENSITIVE");
    w.member("value", value).end().end().key("sortingCriteria").object();
    w.member("field", "id").member("order", "ASC").end().end();
    return {.purpose = CallPurpose::find_loans,
            .method = "POST",
            .target =
                fmt::format("/loans:search?detailsLevel=FULL&offset=0&limit={}", loans_found_max),
            .body = std::move(w).text()};
}

Result<Loan> read_loan(std::string_view body, const LoanFields& fields) {
    TRY(const wire::JsonDocument document, object_in(body));
    return loan_of(document.root(), fields);
}

Result<std::vector<Loan>> read_loans(std::string_view body, const LoanFields& fields) {
    TRY(const wire::JsonDocument document, list_in(body));
    std::vector<Loan> loans;
    for (std::size_t i = 0; i < document.root().size(); ++i) {
        TRY(Loan loan, loan_of(document.root().at(i), fields));
        loans.push_back(std::move(loan));
    }
    return loans;
}

std::optional<RefusalReason> refusal_reason(const Loan& loan, const Money& amount) {
    if (loan.is_closed())
        return RefusalReason::closed;
    if (loan.is_locked())
        return RefusalReason::locked;
    if (loan.balance && loan.balance->currency == amount.currency &&
        amount.minor > loan.balance->minor)
        return RefusalReason::overpaid;
    return std::nullopt;
}

CallRequest read_holder_request(const Loan& loan) {
    return {.purpose = CallPurpose::read_holder,
            .method = "GET",
            .target =
                fmt::format("/{}/{}?detailsLevel=FULL", loan.is_of_group ? "groups" : "clients",
                            percent_encoded(loan.holder_key)),
            .body = {}};
}

Result<Holder> read_holder(std::string_view body) {
    TRY(const wire::JsonDocument document, object_in(body));
    const Json json = document.root();
    Holder holder;
    holder.name = text_of(json, "groupName");
    for (const std::string_view part : {"firstName", "middleName", "lastName"})
        if (const std::string text = text_of(json, part); !text.empty())
            holder.name.append(holder.name.empty() ? "" : " ").append(text);
    if (holder.name.empty())
        return unreadable("the holder's name");
    holder.address = address_of(json);
    return holder;
}

CallRequest write_loan_fields_request(std::string_view loan_id,
                                      std::span<const FieldValue> values) {
    return {.purpose = CallPurpose::write_loan_fields,
            .method = "PATCH",
            .target = "/loans/" + percent_encoded(loan_id),
            .body = patch_of(values)};
}

CallRequest write_booking_fields_request(std::string_view booking_id,
                                         std::span<const FieldValue> values) {
    return {.purpose = CallPurpose::write_booking_fields,
            .method = "PATCH",
            .target = "/loans/transactions/" + percent_encoded(booking_id),
            .body = patch_of(values)};
}

CallRequest note_on_loan_request(std::string_view loan_key, std::string_view text) {
    JsonWriter w;
    w.object().member("ownerType", "LOAN_ACCOUNT").member("ownerKey", loan_key);
    w.member("text", cut_text(text, note_characters_max)).end();
    return {.purpose = CallPurpose::note_on_loan,
            .method = "POST",
            .target = "/comments",
            .body = std::move(w).text()};
}

} // namespace settled::connectors::mambu
