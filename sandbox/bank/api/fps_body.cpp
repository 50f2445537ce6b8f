#include "sandbox/bank/api/fps_body.h"

#include <algorithm>
#include <array>

namespace settled::sandbox {

namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_address_character(char c) {
    return is_letter_or_digit(c) || std::string_view("/-?:().,'+ ").contains(c);
}

// Of names and references.
bool is_text_character(char c) {
    return is_address_character(c) || std::string_view("#=!\"%&*<>;{@\t\n\v\f\r").contains(c);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr TextRule id_rule{};
constexpr TextRule address_rule{1, 140, is_address_character};
constexpr TextRule name_rule{1, 140, is_text_character};
constexpr TextRule reference_rule{0, 35, is_text_character};
constexpr TextRule unstructured_rule{0, 140, is_text_character};
constexpr TextRule account_rule{1, 34};

// "GBR" + sort code + account number, and a BBAN of four letters and 14 digits, become the digits.
std::string account_digits(const std::string& other) {
    constexpr std::size_t digits = 14;
    if (other.size() <= digits)
        return other;
    const std::string tail = other.substr(other.size() - digits);
    return std::ranges::all_of(tail, is_digit) ? tail : other;
}

// {"identification":{"iban":…}} or {"identification":{"other":{…}}}.
std::string read_account(const BodyPart& owner, std::string_view name) {
    const std::optional<BodyPart> account = owner.part(name);
    const std::optional<BodyPart> identification =
        account ? account->part("identification") : std::nullopt;
    if (!identification)
        return {};
    if (const std::optional<BodyPart> other = identification->part_if_given("other")) {
        static_cast<void>(other->part("schemeName"));
        return account_digits(other->text("identification", account_rule));
    }
    return identification->text("iban", account_rule);
}

void read_amount(const BodyPart& transfer, Instruction& instruction) {
    const std::optional<BodyPart> amount = transfer.part("amount");
    if (!amount)
        return;
    const std::string currency = amount->text("currency", {3, 3});
    instruction.is_sterling = currency == "GBP";
    const std::string digits = amount->number("instructedAmount");
    if (digits.empty())
        return;
    const Result<Money> money = parse_money(digits, *Currency::parse("GBP"));
    if (money && money->minor > 0)
        instruction.amount = *money;
    else
        amount->refuse("instructedAmount",
                       "The amount must be more than 0 and have at most two decimal places.");
}

void read_reference(const BodyPart& transfer, Instruction& instruction) {
    const std::optional<BodyPart> remittance = transfer.part("remittanceInformation");
    if (!remittance)
        return;
    if (const auto structured = remittance->part_if_given("structured"))
        if (const auto information = structured->part("creditorReferenceInformation"))
            instruction.reference = information->text_if_given("reference", reference_rule);
    if (const auto unstructured = remittance->part_if_given("unstructured"))
        if (const auto information = unstructured->part("additionalReferenceInformation"))
            static_cast<void>(information->text_if_given("reference", unstructured_rule));
}

Instruction read_transfer(const BodyPart& transfer, const Instruction& debtor) {
    Instruction instruction = debtor;
    if (const auto ids = transfer.part("paymentIdentification")) {
        instruction.instruction_id = ids->text("instructionIdentification", id_rule);
        instruction.end_to_end_id = ids->text("endToEndIdentification", id_rule);
    }
    read_amount(transfer, instruction);
    if (const auto creditor = transfer.part("creditor")) {
        instruction.creditor_name = creditor->text("name", name_rule);
        static_cast<void>(creditor->text_if_given("legalEntityIndentifier", {0, 35}));
    }
    instruction.creditor_account = read_account(transfer, "creditorAccount");
    read_reference(transfer, instruction);
    instruction.enforce_send_to_scheme = transfer.flag_if_given("enforceSendToScheme");
    return instruction;
}

void read_payment_type(const BodyPart& payment) {
    const std::string type = payment.text_if_given("paymentTypeCode", {0, 3});
    constexpr std::array<std::string_view, 4> known{"", "SIP", "SOP", "FDP"};
    if (std::ranges::find(known, type) == known.end())
        payment.refuse("paymentTypeCode", "The value must be SIP, SOP or FDP.");
}

// The transfers of one payment instruction, which share its debtor.
void read_payment(const BodyPart& payment, std::vector<Instruction>& instructions) {
    static_cast<void>(payment.text("paymentInstructionIdentification", id_rule));
    read_payment_type(payment);
    Instruction debtor;
    if (const auto part = payment.part("debtor")) {
        debtor.debtor_address = part->text("address", address_rule);
        static_cast<void>(part->text_if_given("legalEntityIdentifier", {0, 35}));
    }
    debtor.debtor_account = read_account(payment, "debtorAccount");
    for (const BodyPart& transfer : payment.parts("creditTransfers", fps_transfers_max))
        instructions.push_back(read_transfer(transfer, debtor));
}

std::unexpected<FieldErrors> unreadable() {
    FieldErrors errors;
    errors.add("$", "The body must be a JSON object.");
    return std::unexpected(std::move(errors));
}

constexpr std::array<std::string_view, 14> return_reasons{
    "BeneficiarySortCodeOrAccountUnknown",
    "BeneficiaryAccountClosed",
    "BeneficiaryAccountStopped",
    "BeneficiaryDeceased",
    "AccountCannotBeIdentified",
    "BeneficiaryAccountNameDoesNotMatchBeneficiaryAccountNumber",
    "ReturnRequestedBySenderOfOriginalPayment",
    "AccountIsNotInCurrencyQuoted",
    "BeneficiaryNotExpectingFundsOrInstructedReturn",
    "TermsAndConditionsOfAccountDoNotPermitCreditingOfFunds",
    "SendingFpsInstitutionActionRequired",
    "AccountTransferred",
    "PaymentCannotBeAppliedBecauseOfBeneficiarySensitivities",
    "Other"};

} // namespace

std::expected<std::vector<Instruction>, FieldErrors> read_fps_body(std::string_view body) {
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document || !document->root().is_object())
        return unreadable();
    FieldErrors errors;
    const BodyPart root(document->root(), {}, errors);
    std::vector<Instruction> instructions;
    for (const BodyPart& payment : root.parts("paymentInstructions", fps_instructions_max))
        read_payment(payment, instructions);
    if (!errors.empty())
        return std::unexpected(std::move(errors));
    return instructions;
}

std::expected<ReturnInstruction, FieldErrors> read_fps_return_body(std::string_view body) {
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document || !document->root().is_object())
        return unreadable();
    FieldErrors errors;
    ReturnInstruction instruction;
    if (const auto part = BodyPart(document->root(), {}, errors).part("paymentReturnInstruction")) {
        instruction.transaction_id = part->text("TransactionId", {36, 36});
        instruction.reason = part->text("ReasonForReturn", {1, 100});
        if (!instruction.reason.empty() &&
            std::ranges::find(return_reasons, instruction.reason) == return_reasons.end())
            part->refuse("ReasonForReturn", "The reason is not known.");
    }
    if (!errors.empty())
        return std::unexpected(std::move(errors));
    return instruction;
}

} // namespace settled::sandbox
