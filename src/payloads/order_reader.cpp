#include "payloads/order_reader.h"

#include "base/iban.h"
#include "base/id.h"
#include "base/limits.h"
#include "payloads/bounds.h"
#include "payloads/chaps_codes.h"
#include "payloads/client_id.h"
#include "payloads/reader.h"
#include "payloads/scheme_text.h"
#include "payloads/uk_account.h"

#include <algorithm>

namespace settled::payloads {

namespace {

using bounds::account_text_bytes_max;
using domain::NewOrder;
using domain::PostalAddress;

// Before the count of characters speaks: no scheme text is longer, in whatever writing.
constexpr std::size_t scheme_text_bytes_max = 1024;

// Which scheme's rules hold for the rest of the order.
enum class Rules : std::uint8_t { fps, chaps, none };

struct OrderReading {
    Rules rules = Rules::none;
    bool transliterate = false;
    const domain::ModulusTable* modulus = nullptr;
};

template <class Parse>
std::string needed(Reader& in, std::string_view name, std::size_t bytes_max, const Parse& parse) {
    const std::optional<std::string> read = in.take(name, bytes_max, parse);
    if (!read && !in.has(name))
        in.missing(name);
    return read.value_or("");
}

auto scheme_text(CharacterSet set, std::size_t characters_max, bool transliterate) {
    return [=](std::string_view text) {
        return parse_scheme_text(text, {set, characters_max, transliterate});
    };
}

auto words(std::size_t characters_max, bool transliterate) {
    return scheme_text(CharacterSet::words, characters_max, transliterate);
}

Rules read_scheme(Reader& in, NewOrder& order) {
    order.scheme = in.text("scheme", bounds::scheme_bytes_max);
    if (order.scheme == "fps")
        return Rules::fps;
    if (order.scheme == "chaps")
        return Rules::chaps;
    if (order.scheme == "bacs")
        in.refuse(Code::scheme_not_offered, "scheme",
                  "the bank makes no outbound Bacs payments: give fps (at once, up to "
                  "1,000,000.00) or chaps");
    else if (!order.scheme.empty())
        in.refuse(Code::value_invalid, "scheme", "give fps or chaps");
    return Rules::none;
}

void read_amount(Reader& in, NewOrder& order, Rules rules) {
    order.amount = in.money("amount");
    if (order.amount.minor <= 0)
        return; // it was refused
    in.optional_object("amount", [&](Reader& amount) {
        (void)amount.has("value");
        (void)amount.has("currency");
        if (order.amount.currency.code() != "GBP")
            return amount.refuse(Code::value_invalid, "currency", "give GBP: no other is paid out");
        if (rules == Rules::fps && order.amount.minor > order_bounds::fps_pence_max)
            amount.refuse(Code::amount_invalid, "value",
                          "Faster Payments carries at most 1,000,000.00: give less, or chaps");
    });
}

Result<std::string> parse_own_account(std::string_view text) {
    if (!parse_id<AccountIdTag>(text))
        return fail(Code::value_invalid, "give an id of GET /v1/accounts (acc_…)");
    return std::string(text);
}

void read_debtor(Reader& in, NewOrder& order, OrderReading how) {
    order.debtor.iban = in.take("iban", account_text_bytes_max, parse_gb_iban).value_or("");
    order.debtor_account_id =
        in.take("account_id", account_text_bytes_max, parse_own_account).value_or("");
    if (in.has("iban") && in.has("account_id"))
        in.refuse(Code::value_invalid, "account_id", "give it or an iban, not both");
    if (!in.has("iban") && !in.has("account_id"))
        in.missing("iban");
    order.debtor.name = in.take("name", scheme_text_bytes_max,
                                words(order_bounds::name_characters_max, how.transliterate))
                            .value_or("");
    order.debtor_address.line =
        in.take("address", scheme_text_bytes_max,
                scheme_text(CharacterSet::address, order_bounds::address_characters_max,
                            how.transliterate))
            .value_or("");
}

void check_modulus(Reader& in, const domain::Party& creditor, const domain::ModulusTable* table) {
    const auto account = domain::uk_account_of(domain::account_key_of(creditor));
    if (table == nullptr || !account ||
        table->check(account->sort_code, account->account_number) !=
            domain::ModulusVerdict::invalid)
        return;
    in.refuse(Code::modulus_failed, creditor.iban.empty() ? "account_number" : "iban",
              "no account at this sort code has this number: ask the creditor for it again");
}

void read_creditor(Reader& in, NewOrder& order, OrderReading how) {
    order.creditor.name = needed(in, "name", scheme_text_bytes_max,
                                 words(order_bounds::name_characters_max, how.transliterate));
    const auto& parse = how.rules == Rules::chaps ? parse_iban : parse_gb_iban;
    order.creditor.iban = in.take("iban", account_text_bytes_max, parse).value_or("");
    order.creditor.sort_code =
        in.take("sort_code", account_text_bytes_max, parse_sort_code).value_or("");
    order.creditor.account_number =
        in.take("account_number", account_text_bytes_max, parse_whole_account_number).value_or("");
    const bool has_code = in.has("sort_code");
    const bool has_number = in.has("account_number");
    if (has_code != has_number)
        in.missing(has_code ? "account_number" : "sort_code");
    if (in.has("iban") && (has_code || has_number))
        in.refuse(Code::value_invalid, "iban",
                  "give it or a sort_code and account_number, not both");
    if (!in.has("iban") && !has_code && !has_number)
        in.missing("iban");
    if (!in.failed())
        check_modulus(in, order.creditor, how.modulus);
}

void read_reference(Reader& in, NewOrder& order, OrderReading how) {
    const bool is_chaps = how.rules == Rules::chaps;
    const auto parse = words(is_chaps ? order_bounds::chaps_reference_characters_max
                                      : order_bounds::fps_reference_characters_max,
                             how.transliterate);
    order.reference = is_chaps ? needed(in, "reference", scheme_text_bytes_max, parse)
                               : in.take("reference", scheme_text_bytes_max, parse).value_or("");
}

} // namespace

Result<std::string> parse_purpose(std::string_view text) {
    if (!is_chaps_purpose(text))
        return fail(Code::value_invalid, "give a purpose code that the bank takes: LOAN, LOAR, …");
    return std::string(text);
}

Result<std::string> parse_category_purpose(std::string_view text) {
    if (!is_chaps_category_purpose(text))
        return fail(Code::value_invalid, "give a category purpose that the bank takes: LOAN, …");
    return std::string(text);
}

namespace {

Result<std::string> parse_country(std::string_view text) {
    const bool is_code =
        text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_code)
        return fail(Code::value_invalid, "give a country code of two capitals: GB");
    return std::string(text);
}

} // namespace

void read_postal_address(Reader& in, PostalAddress& address, bool transliterate) {
    const auto optional = [&](std::string_view name, std::size_t characters_max) {
        return in.take(name, scheme_text_bytes_max, words(characters_max, transliterate))
            .value_or("");
    };
    address.building_number = optional("building_number", 16);
    address.building_name = optional("building_name", 35);
    address.street_name = optional("street_name", 70);
    address.town_name = needed(in, "town_name", scheme_text_bytes_max, words(35, transliterate));
    address.country = needed(in, "country", scheme_text_bytes_max, parse_country);
    address.post_code = needed(in, "post_code", scheme_text_bytes_max, words(16, transliterate));
}

namespace {

void read_chaps(Reader& in, NewOrder& order, bool transliterate) {
    order.purpose = needed(in, "purpose", account_text_bytes_max, parse_purpose);
    order.category_purpose =
        needed(in, "category_purpose", account_text_bytes_max, parse_category_purpose);
    const auto read = [transliterate](Reader& party, PostalAddress& address) {
        party.object("address", [&](Reader& a) { read_postal_address(a, address, transliterate); });
    };
    in.object("debtor", [&](Reader& party) { read(party, order.debtor_address); });
    in.object("creditor", [&](Reader& party) { read(party, order.creditor_address); });
}

void read_chaps_part(Reader& in, NewOrder& order, OrderReading how) {
    const auto read = [&](Reader& chaps) { read_chaps(chaps, order, how.transliterate); };
    if (how.rules == Rules::chaps)
        in.object("chaps", read);
    else if (in.member("chaps") && how.rules == Rules::fps)
        in.refuse(Code::value_invalid, "chaps", "give it with the scheme chaps only");
}

} // namespace

Result<NewOrder> read_order(const wire::Json& root, OrderReaderOptions options) {
    NewOrder order;
    Reader in(root);
    order.client_id = needed(in, "client_id", limits::client_id_bytes_max, [](std::string_view t) {
        return parse_client_id_beside(OrderIdTag::prefix, t);
    });
    order.connector = in.text("connector", limits::text_bytes_max);
    const OrderReading how{read_scheme(in, order), options.transliterate, options.modulus};
    read_amount(in, order, how.rules);
    in.object("debtor", [&](Reader& debtor) { read_debtor(debtor, order, how); });
    in.object("creditor", [&](Reader& creditor) { read_creditor(creditor, order, how); });
    read_reference(in, order, how);
    order.end_to_end_id =
        in.take("end_to_end_id", scheme_text_bytes_max,
                scheme_text(CharacterSet::id, order_bounds::end_to_end_id_characters_max, false))
            .value_or("");
    order.loan_account_id =
        in.take("loan_account_id", account_text_bytes_max, parse_client_id).value_or("");
    order.core_banking = in.optional_text("core_banking", limits::text_bytes_max);
    read_chaps_part(in, order, how);
    TRY_VOID(in.finish());
    return order;
}

} // namespace settled::payloads
