// The bank's file, imported by one call.
#include "api/bounds.h"
#include "api/file_places.h"
#include "api/testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::our_iban;
using testing::Reply;
using testing::World;

constexpr std::string_view other_iban = "GB29NWBK60161331926819";

// An MT940 message of an account; its entries are of 1.00 each.
std::string mt940(std::string_view account, int entries, int number = 1) {
    std::string text =
        fmt::format(":20:X\n:25:{}\n:28C:{}/1\n:60F:C261119GBP0,00\n", account, number);
    for (int i = 1; i <= entries; ++i)
        text += fmt::format(":61:2611201120C1,00NTRFREF-{}\n:86:INV {}\n", i, i);
    return text + fmt::format(":62F:C261120GBP{},00\n-\n", entries);
}

// Statements are made before any store is opened.
const store::Statement forget{
    "DELETE FROM statement_entry WHERE statement_id = $1 AND number > 800"};
const store::Statement reset{
    "UPDATE statement SET status = 'loading', loaded = 800, loaded_credits = 800, "
    "loaded_credits_minor = 80000, examined = 0, cursor_minor = 0 WHERE id = $1"};

// As an import leaves it that was killed after two pieces.
store::Step<std::int64_t> break_off_after_800(store::Session& s, StatementId statement) {
    co_await s.send(forget, statement);
    co_await s.send(reset, statement);
    co_return 0;
}

class StatementFiles : public ::testing::Test {
  protected:
    StatementFiles() : key(world.key_of("main")) { own(our_iban); }
    void own(std::string_view iban) {
        ASSERT_EQ(world.call(key, "POST", "/v1/accounts", fmt::format(R"({{"iban":"{}"}})", iban))
                      .status(),
                  201);
    }
    Reply import(const std::string& file, std::string_view query = "") {
        return world.call(key, "POST", "/v1/statements/files" + std::string(query), file,
                          {{"Content-Type", "application/octet-stream"}});
    }
    std::size_t statements() { return world.call(key, "GET", "/v1/statements").count(); }

    World world;
    std::string key;
};

TEST_F(StatementFiles, are_stored_and_reconciled_in_one_call) {
    // More than one piece.
    const Reply reply = import(mt940(our_iban, 1001));
    ASSERT_EQ(reply.status(), 200) << reply.response.body;
    EXPECT_EQ(reply.at("imported"), "1");
    EXPECT_EQ(reply.at("data.0.outcome"), "imported");
    EXPECT_EQ(reply.at("data.0.statement.status"), "reconciled");
    EXPECT_EQ(reply.at("data.0.statement.entries_loaded"), "1001");
    EXPECT_EQ(reply.at("data.0.statement.reconciliation.missing_webhook.count"), "1001");
    EXPECT_EQ(reply.at("data.0.problem"), "");
    const std::string id = reply.at("data.0.statement.id");
    const Reply last = world.call(key, "GET", "/v1/statements/" + id + "/entries?after=1000");
    ASSERT_EQ(last.count(), 1U);
    EXPECT_EQ(last.at("data.0.bank_reference"), "");
    EXPECT_EQ(last.at("data.0.remittance"), "INV 1001");
}

TEST_F(StatementFiles, of_several_accounts_are_taken_as_far_as_these_are_registered) {
    const Reply reply = import(mt940(other_iban, 2) + mt940(our_iban, 3) + mt940(our_iban, 0, 2));
    ASSERT_EQ(reply.status(), 200) << reply.response.body;
    EXPECT_EQ(reply.at("imported"), "2");
    EXPECT_EQ(reply.at("account_unknown"), "1");
    EXPECT_EQ(reply.at("data.0.outcome"), "account_unknown");
    EXPECT_EQ(reply.at("data.0.account"), other_iban);
    EXPECT_EQ(reply.at("data.0.problem.code"), "account_unknown");
    EXPECT_EQ(reply.at("data.1.statement.entries_loaded"), "3");
    EXPECT_EQ(reply.at("data.2.statement.entries_loaded"), "0");
    EXPECT_EQ(statements(), 2U);
}

TEST_F(StatementFiles, stand_in_the_changes_with_the_person_and_the_files_name) {
    const std::string id =
        import(mt940(our_iban, 3), "?name=november.sta").at("data.0.statement.id");
    (void)import(mt940(our_iban, 3), "?name=again.sta");
    const Reply changes = world.call(key, "GET", "/v1/changes?subject=" + id);
    ASSERT_EQ(changes.count(), 1U) << changes.response.body;
    EXPECT_EQ(changes.at("data.0.action"), "statement.import");
    EXPECT_EQ(changes.at("data.0.reason"), "november.sta");
    EXPECT_NE(changes.at("data.0.actor"), "");
}

TEST_F(StatementFiles, are_imported_once) {
    (void)import(mt940(our_iban, 3));
    const Reply again = import(mt940(our_iban, 3));
    EXPECT_EQ(again.at("already_imported"), "1");
    EXPECT_EQ(again.at("imported"), "0");
    EXPECT_EQ(again.at("data.0.statement.status"), "reconciled");
    EXPECT_EQ(statements(), 1U);
}

TEST_F(StatementFiles, are_completed_after_they_were_broken_off) {
    const Reply whole = import(mt940(our_iban, 1001));
    const std::string id = whole.at("data.0.statement.id");
    const StatementId statement = *parse_id<StatementIdTag>(id);
    (void)world.write<std::int64_t>(
        [statement](store::Session& s) { return break_off_after_800(s, statement); });
    const Reply again = import(mt940(our_iban, 1001));
    ASSERT_EQ(again.status(), 200) << again.response.body;
    EXPECT_EQ(again.at("data.0.outcome"), "imported");
    EXPECT_EQ(again.at("data.0.statement.entries_loaded"), "1001");
    EXPECT_EQ(again.at("data.0.statement.reconciliation.missing_webhook.count"), "1001");
}

TEST_F(StatementFiles, with_one_wrong_entry_change_nothing) {
    const Reply wrong = import(mt940(our_iban, 500) + ":20:Y\n:25:GB57\n:28C:2/1\n"
                                                      ":60F:C261119GBP0,00\n:61:nonsense\n",
                               "?name=november.sta");
    EXPECT_EQ(wrong.status(), 422) << wrong.response.body;
    EXPECT_NE(wrong.at("detail").find("november.sta"), std::string::npos) << wrong.at("detail");
    EXPECT_EQ(statements(), 0U);
    EXPECT_EQ(import("").code(), "statement_unsupported");
    EXPECT_EQ(import("%PDF-1.7").code(), "statement_unsupported");
    EXPECT_EQ(import(mt940(other_iban, 1)).code(), "account_unknown");
}

TEST_F(StatementFiles, with_more_statements_than_one_call_takes_are_refused) {
    std::string file;
    for (std::size_t i = 0; i <= bounds::statements_per_file_max; ++i)
        file += mt940(our_iban, 0, static_cast<int>(i) + 1);
    EXPECT_EQ(import(file).code(), "statement_unsupported");
    EXPECT_EQ(statements(), 0U);
}

TEST_F(StatementFiles, are_of_the_account_that_is_named) {
    own(other_iban);
    const std::string both = mt940(other_iban, 2) + mt940(our_iban, 3);
    const Reply one = import(both, "?account=" + std::string(our_iban));
    EXPECT_EQ(one.at("imported"), "1");
    EXPECT_EQ(one.at("data.0.account"), our_iban);
    const Reply own_way = import(mt940("4711/00", 2), "?account=" + std::string(our_iban));
    EXPECT_EQ(own_way.at("data.0.account"), our_iban) << own_way.response.body;
    EXPECT_EQ(import(both, "?account=DE89370400440532013000").code(), "account_unknown");
}

TEST_F(StatementFiles, need_the_scope_before_their_body_is_read) {
    const auto admitted = [&](const std::string& with) {
        net::Request head;
        head.method = "POST";
        head.path = head.target = "/v1/statements/files";
        head.fields.add("Authorization", "Bearer " + with);
        return world.admitted(head);
    };
    EXPECT_EQ(world.api->file_bytes_max("POST", "/v1/statements/files"),
              bounds::statement_file_bytes_max);
    EXPECT_EQ(world.api->file_bytes_max("POST", "/v1/statements"), 0U);
    EXPECT_EQ(admitted(world.key_of("main", "settlements:read")).error().code, Code::scope_missing);
    EXPECT_EQ(admitted("sk_none").error().code, Code::credentials_invalid);
    const auto place = admitted(key);
    ASSERT_TRUE(place);
    EXPECT_EQ(admitted(key).error().code, Code::server_busy) << "one of a tenant";
    EXPECT_TRUE(admitted(world.key_of("rival")));
}

TEST(FilePlaces, are_free_again_when_they_are_left) {
    FilePlaces places;
    auto first = places.take(TenantId{1});
    const auto second = places.take(TenantId{2});
    ASSERT_TRUE(first && second);
    EXPECT_EQ(places.take(TenantId{3}).error().code, Code::server_busy);
    first->reset();
    EXPECT_TRUE(places.take(TenantId{3}));
    EXPECT_TRUE(places.take(TenantId{1}));
}

} // namespace
} // namespace settled::api
