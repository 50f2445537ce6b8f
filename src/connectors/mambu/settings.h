// How a Mambu organisation is set up: mambu.json, as an operator writes it.
//
// All names have the published ones as defaults (Mambu, "ClearBank Lenders" connector, "Integration
// setup"): six transaction channels, two custom fields of a loan, seven of a transaction. Nothing in
// it is secret.
#pragma once

#include "base/error.h"
#include "connectors/mambu/dates.h"
#include "domain/order.h"
#include "payloads/reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors::mambu {

// A custom field: "_ClearBank_Loan" and "ibanLoan".
struct FieldPath {
    std::string set;
    std::string field; // empty: it is not used

    bool is_used() const { return !field.empty(); }
    std::string patch_path() const { return "/" + set + "/" + field; } // of a JSON Patch
    std::string search_name() const { return set + "." + field; } // in a search, and for people
    friend bool operator==(const FieldPath&, const FieldPath&) = default;
};

// Ids of transaction channels: MBU_ of what is booked in Mambu, CB_ of what the bank reports.
struct Channels {
    std::string mbu_disbursement_fps = "MBU_Loan_Disbursement_FPS";
    std::string mbu_disbursement_chaps = "MBU_Loan_Disbursement_CHAPS";
    std::string cb_disbursement_fps = "CB_Loan_Disbursement_FPS";
    std::string cb_disbursement_chaps = "CB_Loan_Disbursement_CHAPS";
    std::string cb_repayment_fps = "CB_Loan_Repayment_FPS";
    std::string cb_repayment_chaps = "CB_Loan_Repayment_CHAPS";
    std::string cb_repayment_bacs; // none published: without it, such a credit is not posted
};

struct LoanFields {
    FieldPath virtual_account_id{"_ClearBank_Loan", "virtualAccountId"};
    FieldPath iban{"_ClearBank_Loan", "ibanLoan"};
    FieldPath assigned_user{"_ClearBank_Loan", "assignedLoanUser"};
};

struct TransactionFields {
    FieldPath creditor_name{"_ClearBank_Transaction", "creditorName"};
    FieldPath creditor_iban{"_ClearBank_Transaction", "creditorIBAN"};
    FieldPath debtor_name{"_ClearBank_Transaction", "debtorName"};
    FieldPath debtor_iban{"_ClearBank_Transaction", "debtorIBAN"};
    FieldPath reference{"_ClearBank_Transaction", "paymentReference"};
    FieldPath end_to_end_id{"_ClearBank_Transaction", "transactionEndToEndId"};
    FieldPath status{"_ClearBank_Transaction", "transactionStatus"};
    // Not published: used where the settings name them.
    FieldPath creditor_sort_code, creditor_account_number;
    FieldPath bank_transaction_id;
    FieldPath creditor_building_number, creditor_building_name, creditor_street_name,
        creditor_town_name, creditor_post_code, creditor_country;
};

struct ChapsSettings {
    std::string purpose = "LOAN";
    std::string category_purpose = "LOAN";
    domain::PostalAddress debtor_address; // its members for CHAPS
};

// Why Mambu takes no repayment, read from the loan after the refusal. `unknown`: the virtual account
// has no loan.
enum class RefusalReason : std::uint8_t { closed, locked, unknown, overpaid };
std::string_view token(RefusalReason reason);
enum class RefusedMoney : std::uint8_t { suspense, return_to_sender };
enum class NotPayable : std::uint8_t { review, adjust };

struct Settings {
    std::string bank_connector = "clearbank"; // the name of the bank's
    // What disbursements are paid from, and in whose name.
    std::string debtor_iban, debtor_name, debtor_address;
    Channels channels;
    LoanFields loan_fields;
    TransactionFields transaction_fields;
    ChapsSettings chaps;
    // Members that are added to each repayment: a JSON object, "" for none.
    std::string prepayment;
    RefusedMoney refused[4] = {}; // by RefusalReason
    NotPayable booking_not_payable = NotPayable::review;
    TimeZone time_zone; // of the organisation

    RefusedMoney when_refused(RefusalReason reason) const {
        return refused[static_cast<std::size_t>(reason)];
    }
};

// Strictly; every problem is reported at once, each with its member. Fails with the codes of
// payloads::Reader and of the parsers of orders.
Result<Settings> parse_settings(std::string_view json);
// As a part of a document, which finishes the reader.
Settings read_settings(payloads::Reader& in);

// "fps" or "chaps" of a channel on which disbursements are booked in Mambu; nullopt: another
// channel, which is none of ours.
std::optional<std::string_view> scheme_of_booking(const Channels& channels,
                                                  std::string_view channel_id);
// Of a disbursement that the bank reports. `scheme`: "fps" or "chaps", and anything else counts as
// "fps" (an internal transfer has no channel of its own).
const std::string& disbursement_channel(const Channels& channels, std::string_view scheme);
// Of a repayment; "" where none is configured for "bacs".
const std::string& repayment_channel(const Channels& channels, std::string_view scheme);

// Every channel and every custom field that is used, for the proof that they exist.
std::vector<std::string> used_channels(const Channels& channels);
std::vector<FieldPath> used_fields(const LoanFields& fields);
std::vector<FieldPath> used_fields(const TransactionFields& fields);

} // namespace settled::connectors::mambu
