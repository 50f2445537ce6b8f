#include "connectors/clearbank/settlement.h"

#include <gtest/gtest.h>

namespace settled::connectors::clearbank {
namespace {

using domain::AccountRefusedFact;
using domain::SettlementFact;

template <class Fact, class Read>
Fact read(std::string_view payload, const Read& reader) {
    const auto document = wire::JsonDocument::parse(payload);
    EXPECT_TRUE(document.has_value()) << payload;
    const domain::BankFact fact = reader(document->root());
    const Fact* found = std::get_if<Fact>(&fact);
    EXPECT_NE(found, nullptr) << payload;
    return found == nullptr ? Fact{} : *found;
}

SettlementFact settled(std::string_view side, std::string_view more) {
    return read<SettlementFact>(
        R"({"TransactionId":"t-1","EndToEndTransactionId":"E2E-1","Amount":88.52,"CurrencyCode":"GBP",)"
        R"("TimestampSettled":"2025-04-19T10:03:00Z","Account":{"IBAN":"GB57CLRB04040100057354"},)"
        R"("ActualEndToEndTransactionId":"FP-1","DebitCreditCode":")" +
            std::string(side) + R"(")" + std::string(more) + "}",
        read_settlement);
}

constexpr std::string_view carried =
    R"(,"SupplementaryData":[{"Name":"EndToEndReference","Value":"CARRIED"}])";

TEST(ClearbankSettlement, the_scheme_s_id_of_a_payment_is_kept) {
    EXPECT_EQ(settled("Debit", "").actual_end_to_end_id, "FP-1");
    EXPECT_EQ(settled("Credit", "").actual_end_to_end_id, "FP-1");
    EXPECT_EQ(settled("Debit", "").returned_payment_id, "");
}

TEST(ClearbankSettlement, a_return_names_the_payment_that_it_gives_back) {
    const std::string names =
        R"("SupplementaryData":[{"Name":"ReturnedPaymentFpId","Value":"FP-0"},)"
        R"({"Name":"PaymentReturnCode","Value":"AC04"}])";
    const SettlementFact returned = settled("Credit", R"(,"IsReturn":true,)" + names);
    EXPECT_TRUE(returned.is_return);
    EXPECT_EQ(returned.returned_payment_id, "FP-0");
    EXPECT_EQ(returned.return_reason, "AC04");
    const SettlementFact payment = settled("Credit", R"(,"IsReturn":false,)" + names);
    EXPECT_EQ(payment.returned_payment_id, "");
    EXPECT_EQ(payment.return_reason, "");
    EXPECT_EQ(settled("Credit", R"(,"IsReturn":true)").returned_payment_id, "");
}

TEST(ClearbankSettlement, a_return_by_pacs_004_has_the_reason_code_of_its_scheme) {
    const auto reason = [](const std::string& xml, const std::string& more = "") {
        return settled("Credit",
                       R"(,"IsReturn":true,"Iso20022XmlDocument":")" + xml + R"(")" + more)
            .return_reason;
    };
    EXPECT_EQ(
        reason("<PmtRtr><TxInf><RtrRsnInf><Rsn><Cd>AC04</Cd></Rsn></RtrRsnInf></TxInf></PmtRtr>"),
        "AC04");
    EXPECT_EQ(
        reason("<p:PmtRtr><p:RtrRsnInf><p:Orgtr><p:Nm>A</p:Nm></p:Orgtr><p:Rsn><p:Cd>FOCR</p:Cd>"
               "</p:Rsn></p:RtrRsnInf></p:PmtRtr>"),
        "FOCR");
    EXPECT_EQ(reason("<RtrRsnInf><Rsn><Cd>AC04</Cd></Rsn></RtrRsnInf>",
                     R"(,"SupplementaryData":[{"Name":"PaymentReturnCode","Value":"AM09"}])"),
              "AM09")
        << "the bank's own member counts first";
    for (const char* none :
         {"", "<RtrRsnInf><Rsn><Prtry>ours</Prtry></Rsn></RtrRsnInf>",
          "<RtrRsnInf></RtrRsnInf><SttlmInf><Cd>CLRG</Cd></SttlmInf>",
          "<ChrgsInf><Cd>SLEV</Cd></ChrgsInf>",
          "<RtrRsnInf><Rsn><Cd>TOOLONG</Cd></Rsn></RtrRsnInf>", "<RtrRsnInf><Rsn><Cd>AC04"})
        EXPECT_EQ(reason(none), "") << none;
}

TEST(ClearbankSettlement, a_payment_of_ours_keeps_our_end_to_end_id) {
    EXPECT_EQ(settled("Debit", carried).end_to_end_id, "E2E-1");
    EXPECT_EQ(settled("Credit", carried).end_to_end_id, "CARRIED");
    EXPECT_EQ(
        settled("Debit", std::string(R"(,"IsReturn":true)") + std::string(carried)).end_to_end_id,
        "CARRIED");
}

TEST(ClearbankSettlement, an_id_that_no_index_could_hold_is_not_taken) {
    const std::string id(1000, 'x');
    EXPECT_EQ(settled("Credit", R"(,"IsReturn":true,"SupplementaryData":[)"
                                R"({"Name":"ReturnedPaymentFpId","Value":")" +
                                    id + R"("}])")
                  .returned_payment_id,
              "");
}

TEST(ClearbankSettlement, a_refused_account_is_read_in_both_shapes) {
    const auto v3 = read<AccountRefusedFact>(
        R"({"AccountId":"a","VirtualAccountId":"v","AccountIdentifier":{"Iban":"GB00CUBK22002243218765",)"
        R"("ExternalIdentifier":"ext-1"},"Errors":{"AccountIbanSortCode":"Invalid Sort Code","AccountName":["too long","empty"]},"OwnerName":"Joe"})",
        read_account_refused);
    EXPECT_EQ(v3.bank_account_id, "v");
    EXPECT_EQ(v3.external_id, "ext-1");
    EXPECT_EQ(v3.iban, "GB00CUBK22002243218765");
    ASSERT_EQ(v3.reasons.size(), 2U);
    EXPECT_EQ(v3.reasons[0].code, "AccountIbanSortCode");
    EXPECT_EQ(v3.reasons[0].text, "Invalid Sort Code");
    EXPECT_EQ(v3.reasons[1].text, "too long, empty");

    const auto v2 = read<AccountRefusedFact>(
        R"({"ClientMoneyAccountId":"c","VirtualAccountId":"v","VirtualAccountIdentifiers":{"IBAN":"GB57CLRB04040100057354"},)"
        R"("ExternalIdentifier":"ext-2","Errors":["AccountModulusFailed"]})",
        read_account_refused);
    EXPECT_EQ(v2.iban, "GB57CLRB04040100057354");
    EXPECT_EQ(v2.external_id, "ext-2");
    ASSERT_EQ(v2.reasons.size(), 1U);
    EXPECT_EQ(v2.reasons[0].code, "");
    EXPECT_EQ(v2.reasons[0].text, "AccountModulusFailed");
}

TEST(ClearbankSettlement, one_name_of_a_refused_account_is_enough_and_none_is_not) {
    EXPECT_EQ(read<AccountRefusedFact>(R"({"AccountIdentifiers":{"ExternalIdentifier":"e"}})",
                                       read_account_refused)
                  .external_id,
              "e");
    EXPECT_TRUE(
        read<AccountRefusedFact>(R"({"VirtualAccountId":"v","Errors":null})", read_account_refused)
            .reasons.empty());
    EXPECT_EQ(read<domain::UnreadableFact>(R"({"Errors":{"AccountName":"x"},"OwnerName":"Joe"})",
                                           read_account_refused)
                  .reason,
              "AccountIdentifier is missing or unreadable");
}

} // namespace
} // namespace settled::connectors::clearbank
