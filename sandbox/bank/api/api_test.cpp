#include "sandbox/bank/api/institution_test.h"

#include "base/iban.h"
#include "sandbox/bounds.h"

#include <set>

namespace settled::sandbox {
namespace {

class BankApiTest : public Institution {
  protected:
    static net::Fields without(const net::Fields& all, std::string_view name,
                               std::string value = {}) {
        net::Fields rest;
        for (const auto& [field, text] : all)
            if (field != name)
                rest.add(field, text);
        if (!value.empty())
            rest.add(std::string(name), value);
        return rest;
    }
    std::string virtual_path() {
        return bank_url() + "/v2/Accounts/" + sandbox_->accounts().real_account_id() + "/Virtual";
    }
};

TEST_F(BankApiTest, the_test_endpoint_echoes_and_sends_a_test_event) {
    const std::string body = R"({"body":"hello"})";
    const net::Reply reply = call("POST", bank_url() + "/v1/Test", body, fields(body));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, R"({"Message":"hello"})");
    EXPECT_TRUE(reply.fields.find("X-Correlation-Id"));
    ASSERT_TRUE(until([&] { return stand_in_->webhooks.size() == 1; }));
    EXPECT_EQ(text_at(parsed(stand_in_->webhooks[0].body), "Type"), "FITestEvent");
    EXPECT_EQ(call("GET", bank_url() + "/v1/Test", "", fields("")).status, 200);
}

TEST_F(BankApiTest, each_wrong_header_has_its_answer) {
    struct Case {
        const char* header;
        std::string value; // "" for absent
        int status;
        const char* title;
    };
    const std::string body = R"({"body":"hello"})";
    const std::string foreign = wire::to_base64(*signer_->sign("something else"));
    const Case cases[] = {
        {"Authorization", "", 403, "Forbidden"},
        {"Authorization", "Bearer wrong", 403, "Forbidden"},
        {"Content-Type", "text/plain", 415, "Unsupported Media Type"},
        {"X-Request-Id", "", 400, "Missing X-Request-Id Header"},
        {"X-Request-Id", std::string(84, 'x'), 400, "Missing X-Request-Id Header"},
        {"DigitalSignature", "", 400, "Invalid DigitalSignature Header"},
        {"DigitalSignature", "no base64!", 400, "Invalid DigitalSignature Header"},
        {"DigitalSignature", foreign, 400, "Invalid DigitalSignature Header"},
    };
    for (const Case& c : cases) {
        const net::Reply reply =
            call("POST", bank_url() + "/v1/Test", body, without(fields(body), c.header, c.value));
        EXPECT_EQ(reply.status, c.status) << c.header << ": " << c.value;
        EXPECT_EQ(text_at(parsed(reply.body), "title"), c.title) << c.header << ": " << c.value;
    }
    EXPECT_TRUE(stand_in_->webhooks.empty());
}

TEST_F(BankApiTest, a_repeated_request_id_is_a_conflict) {
    const std::string body = R"({"body":"hello"})";
    const net::Fields same = fields(body);
    EXPECT_EQ(call("POST", bank_url() + "/v1/Test", body, same).status, 200);
    const net::Reply again = call("POST", bank_url() + "/v1/Test", body, same);
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(again.body, R"({"status": 409})");
}

TEST_F(BankApiTest, an_account_opened_by_external_id_gets_an_iban_by_webhook) {
    const std::string body =
        R"({"virtualAccounts":[{"ownerName":"Joe Brown","accountIdentifier":{"externalIdentifier":"loan-7"}}]})";
    const net::Reply reply = call("POST", virtual_path(), body, fields(body));
    EXPECT_EQ(reply.status, 202);
    EXPECT_EQ(reply.body.find("GB"), std::string::npos); // only links: no id, no IBAN
    ASSERT_TRUE(until([&] { return stand_in_->webhooks.size() == 1; }));
    const wire::JsonDocument webhook = parsed(stand_in_->webhooks[0].body);
    EXPECT_EQ(text_at(webhook, "Type"), "VirtualAccountCreated");
    const wire::Json payload = *webhook.root().member("Payload");
    const wire::Json identifier = *payload.member("AccountIdentifier");
    EXPECT_EQ(identifier.member("ExternalIdentifier")->string(), "loan-7");
    const std::string iban(*identifier.member("Iban")->string());
    EXPECT_TRUE(parse_iban(iban)) << iban;

    const wire::JsonDocument list = parsed(call("GET", virtual_path(), "", fields("")).body);
    ASSERT_EQ(list.root().member("accounts")->size(), 1U);
    EXPECT_EQ(list.root().member("accounts")->at(0).member("iban")->string(), iban);
    EXPECT_EQ(list.root().member("accounts")->at(0).member("status")->string(), "Enabled");
}

TEST_F(BankApiTest, an_order_that_cannot_be_met_fails_by_webhook) {
    const std::string bodies[] = {
        R"({"virtualAccounts":[{"ownerName":"A","accountIdentifier":{"iban":"GB57CLRB04040100057354"}}]})",
        R"({"virtualAccounts":[{"ownerName":"A","accountIdentifier":{"iban":"GB57CLRB04040100057354"}}]})",
        R"({"virtualAccounts":[{"ownerName":"A","accountIdentifier":{"iban":"GB58CLRB04040100057354"}}]})",
        R"({"virtualAccounts":[{"ownerName":"A","accountIdentifier":{"iban":"GB29NWBK60161331926819"}}]})",
    };
    for (const std::string& body : bodies)
        EXPECT_EQ(call("POST", virtual_path(), body, fields(body)).status, 202);
    ASSERT_TRUE(until([&] { return stand_in_->webhooks.size() == 4; }));
    std::multiset<std::string> outcomes;
    for (const net::Request& request : stand_in_->webhooks) {
        const wire::JsonDocument webhook = parsed(request.body);
        const auto errors = webhook.root().member("Payload")->member("Errors");
        outcomes.insert(errors ? std::string(errors->name_at(0)) : text_at(webhook, "Type"));
    }
    EXPECT_EQ(outcomes,
              (std::multiset<std::string>{"AccountIban", "AccountIbanBankCode",
                                          "AccountIdentifiers", "VirtualAccountCreated"}));
}

TEST_F(BankApiTest, rules_decide_what_becomes_of_an_order_for_an_account) {
    control("PUT", "/bank/account-rules",
            R"({"rules":[{"external_id_prefix":"bad","outcome":"refuse","code":"AccountName"},)"
            R"({"external_id_prefix":"lost","outcome":"silent"},)"
            R"({"external_id_prefix":"table","outcome":"open","spelling":"table","delay_ms":1}]})");
    const auto order = [this](const std::string& external_id) {
        const std::string body =
            R"({"virtualAccounts":[{"ownerName":"A","accountIdentifier":{"externalIdentifier":")" +
            external_id + R"("}}]})";
        EXPECT_EQ(call("POST", virtual_path(), body, fields(body)).status, 202);
    };
    for (const char* external_id : {"bad-1", "lost-1", "table-1"})
        order(external_id);
    const auto refused = await_webhooks("VirtualAccountCreationFailed", 1);
    EXPECT_EQ(refused[0].root().member("Errors")->name_at(0), "AccountName");
    const auto created = await_webhooks("VirtualAccountCreated", 1);
    EXPECT_EQ(text_at(created[0], "ExternalIdentifier"), "table-1");
    EXPECT_TRUE(created[0].root().member("AccountIdentifiers")->member("IBAN"));

    const wire::JsonDocument opened =
        parsed(control("POST", "/bank/accounts", R"({"owner_name":"Old","external_id":"old-1"})"));
    const net::Reply list =
        get("/v2/Accounts/" + sandbox_->accounts().real_account_id() + "/Virtual");
    EXPECT_NE(list.body.find("lost-1"), std::string::npos);
    EXPECT_NE(list.body.find(text_at(opened, "iban")), std::string::npos);
    EXPECT_EQ(webhooks("VirtualAccountCreated").size(), 1U);
}

TEST_F(BankApiTest, malformed_orders_are_refused) {
    for (
        const std::string body :
        {"{", "{}", R"({"virtualAccounts":[]})", R"({"virtualAccounts":[7]})",
         R"({"virtualAccounts":[{"ownerName":"A|B","accountIdentifier":{"externalIdentifier":"x"}}]})",
         R"({"virtualAccounts":[{"ownerName":"A","accountIdentifier":{}}]})",
         R"({"virtualAccounts":[{"ownerName":"A","accountIdentifier":{"iban":"x","externalIdentifier":"y"}}]})"})
        EXPECT_EQ(call("POST", virtual_path(), body, fields(body)).status, 400) << body;
    EXPECT_TRUE(sandbox_->accounts().all().empty());
}

TEST_F(BankApiTest, unknown_paths_and_methods_are_named) {
    EXPECT_EQ(call("GET", bank_url() + "/v9/Nothing", "", fields("")).status, 404);
    EXPECT_EQ(call("GET", bank_url() + "/v2/Accounts/other/Virtual", "", fields("")).status, 404);
    EXPECT_EQ(call("DELETE", bank_url() + "/v1/Test", "", fields("")).status, 405);
    EXPECT_EQ(call("GET", virtual_path() + "/nobody", "", fields("")).status, 404);
}

TEST(RequestIdsTest, are_free_again_after_a_day) {
    RequestIds ids;
    const Instant start{1'000'000};
    EXPECT_TRUE(ids.take("a", start));
    EXPECT_FALSE(ids.take("a", start + std::chrono::hours(24)));
    EXPECT_TRUE(ids.take("a", start + std::chrono::hours(25)));
}

} // namespace
} // namespace settled::sandbox
