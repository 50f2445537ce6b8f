#include "connectors/clearbank/transactions.h"

#include "connectors/clearbank/names.h"
#include "connectors/percent_encoded.h"
#include "connectors/shown_text.h"
#include "wire/json.h"
#include "wire/money.h"
#include "wire/time.h"

#include <fmt/format.h>

namespace settled::connectors::clearbank {

namespace {

using wire::Json;

std::unexpected<Error> unreadable(std::string_view member) {
    return fail(Code::reply_unreadable, std::string(member) + " is missing or unreadable");
}

Result<std::string> needed_id(Json json, std::string_view name) {
    std::string id = id_or_empty(json, name);
    if (id.empty())
        return unreadable(name);
    return id;
}

Result<bool> is_credit(Json json) {
    const std::optional<std::string_view> code = text_of(json, "debitCreditCode");
    if (code == "CRDT" || code == "Credit")
        return true;
    if (code == "DBIT" || code == "Debit")
        return false;
    return unreadable("debitCreditCode");
}

// The digits of the number's token: the amount never passes through floating point.
Result<Money> amount_of(Json json) {
    const std::optional<Json> amount = member_of(json, "amount");
    if (!amount || !amount->is_object())
        return unreadable("amount");
    const Result<Currency> currency = Currency::parse(text_or_empty(*amount, "currency"));
    const std::optional<Json> number = member_of(*amount, "instructedAmount");
    const std::optional<std::string_view> digits = number ? number->number() : std::nullopt;
    if (!currency || !digits)
        return unreadable("amount");
    const Result<Money> money = parse_money(wire::plain_decimal(*digits), *currency);
    if (!money || money->minor <= 0)
        return unreadable("amount");
    return *money;
}

domain::Party counterparty_of(Json json) {
    domain::Party party;
    const std::optional<Json> account = member_of(json, "counterpartAccount");
    const std::optional<Json> id = account ? member_of(*account, "identification") : std::nullopt;
    if (!id)
        return party;
    for (const std::string_view name : {"accountHolderName", "accountName"})
        if (party.name.empty())
            party.name = shown_text(text_or_empty(*id, name));
    party.iban = id_or_empty(*id, "iban");
    party.sort_code = id_or_empty(*id, "sortCode");
    party.account_number = id_or_empty(*id, "accountNumber");
    return party;
}

domain::Party own_account_of(Json json, bool credit) {
    domain::Party party;
    const std::optional<Json> account =
        member_of(json, credit ? "ultimateBeneficiaryAccount" : "ultimateRemitterAccount");
    if (account) {
        party.iban = id_or_empty(*account, "iban");
        party.bban = id_or_empty(*account, "bban");
    }
    return party;
}

Result<BankTransaction> transaction_of(Json json) {
    BankTransaction transaction;
    TRY(transaction.transaction_id, needed_id(json, "transactionId"));
    TRY(transaction.credit, is_credit(json));
    TRY(transaction.amount, amount_of(json));
    TRY(transaction.status, needed_id(json, "status"));
    transaction.end_to_end_id = id_or_empty(json, "endToEndIdentifier");
    transaction.reference = shown_text(text_or_empty(json, "transactionReference"));
    for (const std::string_view name : {"paymentMethodType", "scheme"})
        if (transaction.scheme.empty())
            transaction.scheme = id_or_empty(json, name);
    transaction.account = own_account_of(json, transaction.credit);
    transaction.counterparty = counterparty_of(json);
    if (const Result<Instant> at = wire::parse_bank_time(text_or_empty(json, "transactionTime"))) {
        transaction.time = *at;
        if (transaction.is_settled())
            transaction.settled_at = *at;
    }
    return transaction;
}

} // namespace

domain::CallRequest find_transactions_request(std::string_view account_id,
                                              std::string_view end_to_end_id, Instant from,
                                              Instant to, std::int64_t page) {
    return {.purpose = domain::CallPurpose::find_transactions,
            .method = "GET",
            .target =
                fmt::format("/v2/Accounts/{}/Transactions?pageNumber={}&pageSize={}"
                            "&startDateTime={}&endDateTime={}&endToEndIdentifier={}",
                            percent_encoded(account_id), page, transactions_per_page,
                            percent_encoded(wire::to_rfc3339(from)),
                            percent_encoded(wire::to_rfc3339(to)), percent_encoded(end_to_end_id)),
            .body = {}};
}

domain::CallRequest find_transaction_request(std::string_view account_id,
                                             std::string_view transaction_id) {
    return {.purpose = domain::CallPurpose::find_transaction,
            .method = "GET",
            .target = fmt::format("/v2/Accounts/{}/Transactions/{}", percent_encoded(account_id),
                                  percent_encoded(transaction_id)),
            .body = {}};
}

domain::CallRequest find_bacs_credit_request(std::string_view account_id, Instant from, Instant to,
                                             std::int64_t page) {
    domain::CallRequest request = list_transactions_request(account_id, "Bacs", from, to, page);
    request.purpose = domain::CallPurpose::find_bacs_credit;
    return request;
}

domain::CallRequest list_transactions_request(std::string_view account_id, std::string_view scheme,
                                              Instant from, Instant to, std::int64_t page) {
    // Times are written to the millisecond: what was booked within the last one is asked for, too.
    constexpr std::int64_t millisecond_us = 1'000;
    to.us += (millisecond_us - to.us % millisecond_us) % millisecond_us;
    return {.purpose = domain::CallPurpose::list_transactions,
            .method = "GET",
            .target = fmt::format("/v2/Accounts/{}/Transactions?pageNumber={}&pageSize={}"
                                  "&startDateTime={}&endDateTime={}&paymentMethodType={}",
                                  percent_encoded(account_id), page, transactions_per_page,
                                  percent_encoded(wire::to_rfc3339(from)),
                                  percent_encoded(wire::to_rfc3339(to)), percent_encoded(scheme)),
            .body = {}};
}

Result<TransactionPage> read_transactions(std::string_view body) {
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document)
        return fail(Code::reply_unreadable, "the reply is no JSON");
    const std::optional<Json> list = member_of(document->root(), "transactions");
    if (!list || !list->is_array())
        return unreadable("transactions");
    TransactionPage page;
    for (std::size_t i = 0; i < list->size(); ++i) {
        TRY(BankTransaction transaction, transaction_of(list->at(i)));
        page.transactions.push_back(std::move(transaction));
    }
    page.is_last = page.transactions.size() < transactions_per_page;
    return page;
}

Result<BankTransaction> read_transaction(std::string_view body) {
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document)
        return fail(Code::reply_unreadable, "the reply is no JSON");
    const std::optional<Json> transaction = member_of(document->root(), "transaction");
    if (!transaction || !transaction->is_object())
        return unreadable("transaction");
    return transaction_of(*transaction);
}

} // namespace settled::connectors::clearbank
