#include "connectors/clearbank/accounts.h"

#include "connectors/percent_encoded.h"

#include <gtest/gtest.h>

namespace settled::connectors::clearbank {
namespace {

using domain::CallPurpose;

TEST(ClearbankAccounts, an_account_is_opened_by_external_id_or_by_iban) {
    const domain::CallRequest chosen = open_account_request("acc-1", "Ann \"A\" Lee", "", "lnk_1");
    EXPECT_EQ(chosen.purpose, CallPurpose::open_account);
    EXPECT_EQ(chosen.method, "POST");
    EXPECT_EQ(chosen.target, "/v2/Accounts/acc-1/Virtual");
    EXPECT_EQ(
        chosen.body,
        R"({"virtualAccounts":[{"ownerName":"Ann \"A\" Lee","accountIdentifier":{"externalIdentifier":"lnk_1"}}]})");
    EXPECT_EQ(
        open_account_request("acc-1", "Ann", "GB57CLRB04040100057354", "lnk_1").body,
        R"({"virtualAccounts":[{"ownerName":"Ann","accountIdentifier":{"iban":"GB57CLRB04040100057354"}}]})");
}

TEST(ClearbankAccounts, the_other_requests_have_no_body) {
    const domain::CallRequest disable = disable_account_request("acc-1", "va-1");
    EXPECT_EQ(disable.purpose, CallPurpose::disable_account);
    EXPECT_EQ(disable.method, "DELETE");
    EXPECT_EQ(disable.target, "/v1/Accounts/acc-1/Virtual/va-1");
    const domain::CallRequest list = list_accounts_request("acc-1", 3, 50);
    EXPECT_EQ(list.purpose, CallPurpose::list_accounts);
    EXPECT_EQ(list.method, "GET");
    EXPECT_EQ(list.target, "/v2/Accounts/acc-1/Virtual?pageNumber=3&pageSize=50");
    const domain::CallRequest find = find_account_request("acc-1");
    EXPECT_EQ(find.purpose, CallPurpose::find_account);
    EXPECT_EQ(find.method, "GET");
    EXPECT_EQ(find.target, "/v3/Accounts/acc-1");
    for (const domain::CallRequest& request : {disable, list, find})
        EXPECT_EQ(request.body, "");
}

TEST(ClearbankAccounts, an_id_never_changes_the_path) {
    EXPECT_EQ(disable_account_request("a/b", "../x?y=1#z é").target,
              "/v1/Accounts/a%2Fb/Virtual/..%2Fx%3Fy%3D1%23z%20%C3%A9");
    EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
}

TEST(ClearbankAccounts, a_page_of_virtual_accounts_is_read) {
    const auto page = read_accounts(
        R"({"accounts":[{"id":"v-1","name":"Ann","label":"Ann Lee","type":"CACC","status":"Enabled",)"
        R"("currency":["GBP"],"iban":"GB57CLRB04040100057354","bban":"CLRB04040100057354"},)"
        R"({"Id":"v-2","Name":"Bob","Status":"Disabled","IBAN":"GB58CLRB04040009547509","externalIdentifier":"lnk_2"},)"
        R"({"id":"v-3","accountIdentifier":{"Bban":"CLRB04040009547509","ExternalIdentifier":"lnk_3"},"ownerName":"Cy"}],)"
        R"("halLinks":[]})");
    ASSERT_TRUE(page.has_value()) << page.error().detail;
    ASSERT_EQ(page->size(), 3U);
    EXPECT_EQ(page->accounts[0].id, "v-1");
    EXPECT_EQ(page->accounts[0].owner_name, "Ann Lee");
    EXPECT_EQ(page->accounts[0].iban, "GB57CLRB04040100057354");
    EXPECT_EQ(page->accounts[0].bban, "CLRB04040100057354");
    EXPECT_EQ(page->accounts[0].external_id, "");
    EXPECT_TRUE(page->accounts[0].is_enabled);
    EXPECT_EQ(page->accounts[1].id, "v-2");
    EXPECT_EQ(page->accounts[1].external_id, "lnk_2");
    EXPECT_FALSE(page->accounts[1].is_enabled);
    EXPECT_EQ(page->accounts[2].bban, "CLRB04040009547509");
    EXPECT_EQ(page->accounts[2].external_id, "lnk_3");
    EXPECT_EQ(page->accounts[2].owner_name, "Cy");
    EXPECT_EQ(read_accounts(R"({"accounts":[]})")->size(), 0U);
}

TEST(ClearbankAccounts, a_list_with_a_gap_is_not_read) {
    for (const char* body :
         {"", "[]", "{}", R"({"accounts":null})", R"({"accounts":{}})",
          R"({"accounts":[{"iban":"GB57CLRB04040100057354"}]})",
          R"({"accounts":[{"id":"v-1","name":"Ann"}]})", R"({"accounts":[7]})"}) {
        const auto page = read_accounts(body);
        ASSERT_FALSE(page.has_value()) << body;
        EXPECT_EQ(page.error().code, Code::reply_unreadable);
    }
}

TEST(ClearbankAccounts, the_real_account_is_read) {
    const auto account = read_account(
        R"({"account":{"id":"acc-1","name":"Client money","label":"Lender","type":"CACC","currencies":["GBP"],)"
        R"("balances":[{"name":"balance","amount":12.5,"currency":"GBP"}],"status":"Enabled","iban":"GB57CLRB04040100057354",)"
        R"("bban":"CLRB04040100057354"},"halLinks":[]})");
    ASSERT_TRUE(account.has_value()) << account.error().detail;
    EXPECT_EQ(account->id, "acc-1");
    EXPECT_EQ(account->name, "Client money");
    EXPECT_EQ(account->iban, "GB57CLRB04040100057354");
    EXPECT_TRUE(account->is_enabled);
    EXPECT_FALSE(read_account(R"({"account":{"id":"a","status":"Suspended"}})")->is_enabled);
    EXPECT_FALSE(read_account(R"({"account":{"name":"x"}})").has_value());
    EXPECT_FALSE(read_account("<html>").has_value());
}

TEST(ClearbankAccounts, every_published_reason_has_words) {
    for (const char* code :
         {"AccountIban", "AccountIbanSortCode", "AccountIbanAccountNumber", "AccountBban",
          "AccountBbanSortCode", "AccountBbanAccountNumber", "AccountIdentifiers", "AccountName",
          "AccountHolderLabel", "AccountIbanBankCode", "AccountBbanBankCode",
          "ClientMoneyAccountIdMissing", "ExternalVirtualAccountIdNotUnique",
          "ExternalVirtualAccountId", "VirtualAccountIdMissing", "AccountModulusFailed",
          "SortCodeDoesNotBelongToInstitution", "SortCodeTypeIsIncorrect"})
        EXPECT_FALSE(account_refusal_words(code).empty()) << code;
    EXPECT_EQ(account_refusal_words("New"), "");
}

TEST(ClearbankAccounts, a_refusal_has_words_for_people) {
    domain::AccountRefusedFact fact;
    EXPECT_EQ(account_refusal_text(fact), "The bank gave no reason");
    fact.reasons = {{"AccountIbanSortCode", "Invalid Sort Code"},
                    {"AccountName", ""},
                    {"New", "words"},
                    {"Bare", ""},
                    {"", "only words"}};
    EXPECT_EQ(account_refusal_text(fact),
              "AccountIbanSortCode: The sort code of the IBAN is not valid (Invalid Sort Code); "
              "AccountName: The account's name is not valid; New: words; Bare; only words");
}

} // namespace
} // namespace settled::connectors::clearbank
