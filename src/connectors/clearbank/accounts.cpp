#include "connectors/clearbank/accounts.h"

#include "connectors/clearbank/names.h"
#include "connectors/percent_encoded.h"
#include "connectors/shown_text.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace settled::connectors::clearbank {

namespace {

using domain::CallPurpose;
using domain::CallRequest;
using wire::Json;

constexpr std::array<std::pair<std::string_view, std::string_view>, 18> refusals{{
    {"AccountIban", "The IBAN is not valid"},
    {"AccountIbanSortCode", "The sort code of the IBAN is not valid"},
    {"AccountIbanAccountNumber", "The account number of the IBAN is not valid"},
    {"AccountIbanBankCode", "The bank code of the IBAN is not valid"},
    {"AccountBban", "The BBAN is not valid"},
    {"AccountBbanSortCode", "The sort code of the BBAN is not valid"},
    {"AccountBbanAccountNumber", "The account number of the BBAN is not valid"},
    {"AccountBbanBankCode", "The bank code of the BBAN is not valid"},
    {"AccountIdentifiers", "The account's identifiers do not agree, or the account exists"},
    {"AccountName", "The account's name is not valid"},
    {"AccountHolderLabel", "The owner's name is not valid"},
    {"AccountModulusFailed", "The sort code and account number do not agree"},
    {"ClientMoneyAccountIdMissing", "The institution account is missing"},
    {"ExternalVirtualAccountId", "The external id is not valid"},
    {"ExternalVirtualAccountIdNotUnique", "The external id belongs to another account"},
    {"SortCodeDoesNotBelongToInstitution", "The sort code does not belong to the institution"},
    {"SortCodeTypeIsIncorrect", "The sort code is not for accounts of this kind"},
    {"VirtualAccountIdMissing", "The id of the virtual account is missing"},
}};

std::string virtual_accounts_target(std::string_view version, std::string_view institution) {
    return fmt::format("/{}/Accounts/{}/Virtual", version, percent_encoded(institution));
}

std::unexpected<Error> unreadable(std::string_view what) {
    return fail(Code::reply_unreadable, std::string(what) + " is missing or unreadable");
}

Result<wire::JsonDocument> object_in(std::string_view body) {
    Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document || !document->root().is_object())
        return fail(Code::reply_unreadable, "the reply is no JSON object");
    return document;
}

// "Enabled" in any case; a status that the bank does not show stands for enabled.
bool is_enabled(std::string_view status) {
    return status.empty() || status == "Enabled" || status == "enabled" || status == "ENABLED";
}

Result<BankAccount> bank_account(Json json) {
    const Json identifiers = [json] {
        constexpr std::array<std::string_view, 2> names{"accountIdentifier", "accountIdentifiers"};
        for (const std::string_view name : names)
            if (const auto found = member_of(json, name); found && found->is_object())
                return *found;
        return json;
    }();
    BankAccount account;
    account.id = id_or_empty(json, "id");
    if (account.id.empty())
        return unreadable("id");
    account.iban = id_or_empty(identifiers, "iban");
    account.bban = id_or_empty(identifiers, "bban");
    if (account.iban.empty() && account.bban.empty())
        return unreadable("iban");
    account.external_id = id_or_empty(identifiers, "externalIdentifier");
    if (account.external_id.empty())
        account.external_id = id_or_empty(json, "externalIdentifier");
    for (const std::string_view name : {"label", "ownerName", "name"})
        if (account.owner_name.empty())
            account.owner_name = shown_text(text_or_empty(json, name));
    account.is_enabled = is_enabled(text_or_empty(json, "status"));
    return account;
}

} // namespace

CallRequest open_account_request(std::string_view institution_account, std::string_view owner_name,
                                 std::string_view iban, std::string_view external_id) {
    wire::JsonWriter w;
    w.object().key("virtualAccounts").array().object().member("ownerName", owner_name);
    w.key("accountIdentifier").object();
    if (iban.empty())
        w.member("externalIdentifier", external_id);
    else
        w.member("iban", iban);
    w.end().end().end().end();
    return {.purpose = CallPurpose::open_account,
            .method = "POST",
            .target = virtual_accounts_target("v2", institution_account),
            .body = std::move(w).text()};
}

CallRequest disable_account_request(std::string_view institution_account,
                                    std::string_view virtual_account_id) {
    return {.purpose = CallPurpose::disable_account,
            .method = "DELETE",
            .target = virtual_accounts_target("v1", institution_account) + "/" +
                      percent_encoded(virtual_account_id),
            .body = {}};
}

CallRequest list_accounts_request(std::string_view institution_account, std::int64_t page_number,
                                  std::int64_t page_size) {
    return {.purpose = CallPurpose::list_accounts,
            .method = "GET",
            .target = fmt::format("{}?pageNumber={}&pageSize={}",
                                  virtual_accounts_target("v2", institution_account), page_number,
                                  page_size),
            .body = {}};
}

CallRequest find_account_request(std::string_view account_id) {
    return {.purpose = CallPurpose::find_account,
            .method = "GET",
            .target = "/v3/Accounts/" + percent_encoded(account_id),
            .body = {}};
}

Result<AccountPage> read_accounts(std::string_view body) {
    TRY(const wire::JsonDocument document, object_in(body));
    const std::optional<Json> list = member_of(document.root(), "accounts");
    if (!list || !list->is_array())
        return unreadable("accounts");
    AccountPage page;
    for (std::size_t i = 0; i < list->size(); ++i) {
        TRY(BankAccount account, bank_account(list->at(i)));
        page.accounts.push_back(std::move(account));
    }
    return page;
}

Result<RealAccount> read_account(std::string_view body) {
    TRY(const wire::JsonDocument document, object_in(body));
    const Json json = member_of(document.root(), "account").value_or(document.root());
    RealAccount account;
    account.id = id_or_empty(json, "id");
    if (account.id.empty())
        return unreadable("id");
    account.iban = id_or_empty(json, "iban");
    account.bban = id_or_empty(json, "bban");
    account.name = shown_text(text_or_empty(json, "name"));
    account.status = shown_text(text_or_empty(json, "status"));
    account.is_enabled = is_enabled(account.status);
    return account;
}

std::string_view account_refusal_words(std::string_view code) {
    const auto* const found =
        std::ranges::find(refusals, code, [](const auto& entry) { return entry.first; });
    return found == refusals.end() ? std::string_view() : found->second;
}

std::string account_refusal_text(const domain::AccountRefusedFact& fact) {
    std::string text;
    for (const domain::AccountRefusedFact::Reason& reason : fact.reasons) {
        const std::string_view words = account_refusal_words(reason.code);
        text.append(text.empty() ? "" : "; ");
        if (reason.code.empty() || (words.empty() && reason.text.empty()))
            text.append(reason.code).append(reason.text);
        else if (words.empty())
            text.append(reason.code).append(": ").append(reason.text);
        else if (reason.text.empty())
            text.append(reason.code).append(": ").append(words);
        else
            text.append(fmt::format("{}: {} ({})", reason.code, words, reason.text));
    }
    return shown_text(text.empty() ? "The bank gave no reason" : text);
}

} // namespace settled::connectors::clearbank
