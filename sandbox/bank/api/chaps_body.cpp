#include "sandbox/bank/api/chaps_body.h"

#include <algorithm>
#include <array>

namespace settled::sandbox {

namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_id_character(char c) {
    return is_letter_or_digit(c) || std::string_view("/-?:().,'+ ").contains(c);
}

bool is_text_character(char c) {
    return is_id_character(c) || std::string_view("!#$%&*=^_`{|}~\";<>@[\\]").contains(c);
}

bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}

constexpr TextRule id_rule{1, 35, is_id_character};
constexpr TextRule instruction_rule{1, 35, is_text_character};
constexpr TextRule account_rule{1, 34};

// {"iban"} or {"schemeName","identification"}: the IBAN, or the digits of "040004-12345678".
std::string read_account(const BodyPart& owner, std::string_view name) {
    const std::optional<BodyPart> account = owner.part(name);
    if (!account)
        return {};
    const std::string scheme = account->text_if_given("schemeName", account_rule);
    if (scheme.empty())
        return account->text("iban", account_rule);
    std::string account_number = account->text("identification", account_rule);
    if (scheme != "SortcodeAccountNumber" && scheme != "BBan")
        account->refuse("schemeName", "The scheme name is not known.");
    if (scheme == "SortcodeAccountNumber") {
        if (account_number.size() != 15 || account_number[6] != '-')
            account->refuse("identification", "The form is 040004-12345678.");
        std::erase(account_number, '-');
    }
    return account_number;
}

std::string read_party(const BodyPart& root, std::string_view name) {
    const std::optional<BodyPart> party = root.part(name);
    if (!party)
        return {};
    if (const auto address = party->part("postalAddress")) {
        static_cast<void>(address->text_if_given("buildingNumber", {1, 16, is_text_character}));
        static_cast<void>(address->text_if_given("buildingName", {1, 35, is_text_character}));
        static_cast<void>(address->text_if_given("streetName", {1, 70, is_text_character}));
        static_cast<void>(address->text("townName", {1, 35, is_text_character}));
        static_cast<void>(address->text("country", {2, 2, is_capital}));
        static_cast<void>(address->text("postCode", {1, 16, is_text_character}));
    }
    return party->text("name", {1, 140});
}

void read_amount(const BodyPart& root, Instruction& instruction) {
    const std::optional<BodyPart> amount = root.part("interBankSettlementAmount");
    if (!amount)
        return;
    instruction.is_sterling = amount->text("currency", {3, 3}) == "GBP";
    if (!instruction.is_sterling)
        amount->refuse("currency", "The currency must be GBP.");
    const std::string digits = amount->number("amount");
    if (digits.empty())
        return;
    const Result<Money> money = parse_money(digits, *Currency::parse("GBP"));
    if (money && money->minor > 0)
        instruction.amount = *money;
    else
        amount->refuse("amount", "The amount must be more than 0, in whole pence.");
}

std::unexpected<FieldErrors> unreadable() {
    FieldErrors errors;
    errors.status_as_text();
    errors.add("$", "The body must be a JSON object.");
    return std::unexpected(std::move(errors));
}

} // namespace

std::expected<Instruction, FieldErrors> read_chaps_body(std::string_view body,
                                                        std::string_view source_iban) {
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document || !document->root().is_object())
        return unreadable();
    FieldErrors errors;
    errors.status_as_text();
    const BodyPart root(document->root(), {}, errors);
    Instruction instruction;
    instruction.scheme = "Chaps";
    instruction.instruction_id = root.text("instructionIdentification", instruction_rule);
    instruction.end_to_end_id = root.text("endToEndIdentification", id_rule);
    read_amount(root, instruction);
    if (read_account(root, "sourceAccount") != source_iban)
        root.refuse("sourceAccount", "The account is not yours.");
    instruction.debtor_account = read_account(root, "debtorAccount");
    static_cast<void>(read_party(root, "debtor"));
    instruction.creditor_account = read_account(root, "creditorAccount");
    instruction.creditor_name = read_party(root, "creditor");
    static_cast<void>(root.text("purpose", {4, 4, is_capital}));
    static_cast<void>(root.text("categoryPurpose", {4, 4, is_letter_or_digit}));
    if (const auto remittance = root.part_if_given("remittanceInformation"))
        instruction.reference =
            remittance->text_if_given("creditorReferenceInformation", {1, 35, is_text_character});
    if (!errors.empty())
        return std::unexpected(std::move(errors));
    return instruction;
}

std::expected<ReturnInstruction, FieldErrors> read_chaps_return_body(std::string_view body) {
    constexpr std::array<std::string_view, 9> reasons{"AC01", "AC04", "AC06", "AG01", "BE01",
                                                      "FOCR", "MD07", "MS02", "MS03"};
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document || !document->root().is_object())
        return unreadable();
    FieldErrors errors;
    errors.status_as_text();
    const BodyPart root(document->root(), {}, errors);
    ReturnInstruction instruction;
    instruction.scheme = "Chaps";
    instruction.transaction_id = root.text("paymentId", {36, 36});
    instruction.reason = root.text("reason", {4, 4});
    if (!instruction.reason.empty() &&
        std::ranges::find(reasons, instruction.reason) == reasons.end())
        root.refuse("reason", "The reason is not known.");
    instruction.instruction_id = root.text("instructionIdentification", instruction_rule);
    static_cast<void>(root.text_if_given("additionalInformation", {0, 105}));
    if (!errors.empty())
        return std::unexpected(std::move(errors));
    return instruction;
}

} // namespace settled::sandbox
