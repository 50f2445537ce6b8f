#include "statements/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::statements {
namespace {

using ::testing::HasSubstr;
using testing::read_lines;

std::string document(std::string_view message, std::string_view inside) {
    const bool notification = message.starts_with("camt.054");
    const std::string_view root = notification ? "BkToCstmrDbtCdtNtfctn" : "BkToCstmrStmt";
    const std::string_view statement = notification ? "Ntfctn" : "Stmt";
    return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{}\"><{}>\n"
                       "<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-21T06:00:00</CreDtTm></GrpHdr>\n"
                       "<{}>{}</{}></{}></Document>\n",
                       message, root, statement, inside, statement, root);
}

constexpr std::string_view head = R"(<Id>ST-17</Id><ElctrncSeqNb>17</ElctrncSeqNb>
<FrToDt><FrDtTm>2026-11-20T00:00:00</FrDtTm><ToDtTm>2026-11-20T23:59:59</ToDtTm></FrToDt>
<Acct><Id><IBAN>GB57CLRB04040100057354</IBAN></Id><Ccy>GBP</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="GBP">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="GBP">90.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>
)";
constexpr const char* head_line =
    "> statement camt.053.001.08 GB57CLRB04040100057354 ST-17 17 -10.00 GBP\n";
constexpr const char* tail_line = "< 2026-11-20 2026-11-20 90.50 GBP\n";

std::string entry(std::string_view amount, std::string_view inside,
                  std::string_view direction = "CRDT") {
    return fmt::format("<Ntry><Amt Ccy=\"GBP\">{}</Amt><CdtDbtInd>{}</CdtDbtInd>"
                       "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>"
                       "<ValDt><Dt>2026-11-21</Dt></ValDt>{}</Ntry>",
                       amount, direction, inside);
}

std::string read_entries(const std::string& entries, std::string_view message = "camt.053.001.08") {
    return read_lines(document(message, std::string(head) + entries));
}

// The lines between head and tail.
std::string entries_of(const std::string& entries) {
    std::string lines = read_entries(entries);
    if (!lines.starts_with(head_line) || !lines.ends_with(tail_line))
        return lines;
    return lines.substr(std::string_view(head_line).size(), lines.size() -
                                                                std::string_view(head_line).size() -
                                                                std::string_view(tail_line).size());
}

TEST(Camt, an_entry_has_its_ids_text_and_counterparty) {
    EXPECT_EQ(
        entries_of(entry(
            "100.50",
            "<AcctSvcrRef>B-1</AcctSvcrRef><NtryDtls><TxDtls><Refs><InstrId>I-1</InstrId>"
            "<EndToEndId>E2E-1</EndToEndId><TxId>T-1</TxId>"
            "<UETR>8a562c67-ca16-48ba-b074-65581be6f001</UETR></Refs>"
            "<RltdPties><Dbtr><Pty><Nm>A  Payer</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>"
            "GB58CLRB04040009547509</IBAN></Id></DbtrAcct><Cdtr><Pty><Nm>Us</Nm></Pty></Cdtr>"
            "</RltdPties><RmtInf><Ustrd>INV &amp; 7</Ustrd><Ustrd>again</Ustrd><Strd><CdtrRefInf>"
            "<Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls>")),
        "+100.50 GBP 2026-11-20/2026-11-21 e2e=E2E-1 instr=I-1 tx=T-1 bank=B-1 "
        "uetr=8a562c67-ca16-48ba-b074-65581be6f001 text=INV & 7 again RF18 name=A Payer "
        "account=GB58CLRB04040009547509\n");
}

TEST(Camt, pending_and_zero_entries_are_passed_over) {
    EXPECT_EQ(entries_of("<Ntry><Amt Ccy=\"GBP\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG"
                         "</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>" +
                         entry("0.00", "")),
              "");
}

TEST(Camt, sentinels_are_no_ids_and_entries_say_their_own_text_where_details_say_none) {
    EXPECT_EQ(
        entries_of(entry("2", "<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId>"
                              "</Refs></TxDtls></NtryDtls><AddtlNtryInf>FP 17</AddtlNtryInf>")),
        "+2.00 GBP 2026-11-20/2026-11-21 text=FP 17\n");
}

TEST(Camt, reversals_and_returns_say_so) {
    const std::string parties =
        "<RltdPties><Dbtr><Nm>Them</Nm></Dbtr><Cdtr><Nm>Us</Nm></Cdtr></RltdPties>";
    EXPECT_EQ(
        entries_of(
            entry("3.00",
                  "<RvslInd>true</RvslInd><NtryDtls><TxDtls>" + parties + "</TxDtls></NtryDtls>",
                  "DBIT") +
            entry("4.00", "<NtryDtls><TxDtls>" + parties +
                              "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls>")),
        "-3.00 GBP 2026-11-20/2026-11-21 reversal=yes name=Them\n"
        "+4.00 GBP 2026-11-20/2026-11-21 reversal=yes name=Them\n");
}

std::string detail(std::string_view id, std::string_view amount) {
    return fmt::format("<TxDtls><Refs><EndToEndId>{}</EndToEndId></Refs>{}</TxDtls>", id, amount);
}

TEST(Camt, a_batch_becomes_an_entry_for_each_detail_and_what_is_over) {
    struct Case {
        const char* what;
        std::string details;
        const char* lines;
    };
    const std::string plus = "+";
    const Case cases[] = {
        {"amounts in the details (version 04 and later)",
         detail("AAA1", "<Amt Ccy=\"GBP\">60.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>") +
             detail("AAA2", "<Amt Ccy=\"GBP\">40.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"),
         "+60.00 GBP 2026-11-20/2026-11-21 e2e=AAA1\n+40.00 GBP 2026-11-20/2026-11-21 e2e=AAA2\n"},
        {"amounts of the transaction (version 02)",
         detail("AAA1", "<AmtDtls><TxAmt><Amt Ccy=\"GBP\">99.00</Amt></TxAmt></AmtDtls>") +
             detail("AAA2", "<AmtDtls><TxAmt><Amt Ccy=\"GBP\">1.00</Amt></TxAmt></AmtDtls>"),
         "+99.00 GBP 2026-11-20/2026-11-21 e2e=AAA1\n+1.00 GBP 2026-11-20/2026-11-21 e2e=AAA2\n"},
        {"charges were taken from the sum",
         detail("AAA1", "<Amt Ccy=\"GBP\">60.00</Amt>") +
             detail("AAA2", "<Amt Ccy=\"GBP\">41.50</Amt>"),
         "+60.00 GBP 2026-11-20/2026-11-21 e2e=AAA1\n+41.50 GBP 2026-11-20/2026-11-21 e2e=AAA2\n"
         "-1.50 GBP 2026-11-20/2026-11-21 text=batch less its details\n"},
        {"another currency says nothing about this account",
         detail("AAA1", "<Amt Ccy=\"EUR\">60.00</Amt>") +
             detail("AAA2", "<Amt Ccy=\"EUR\">41.50</Amt>"),
         "+100.00 GBP 2026-11-20/2026-11-21 text=batch without details\n"},
        {"no amounts", detail("AAA1", "") + detail("AAA2", ""),
         "+100.00 GBP 2026-11-20/2026-11-21 text=batch without details\n"},
        {"one detail has the entry's amount", detail("AAA1", "<Amt Ccy=\"GBP\">60.00</Amt>"),
         "+100.00 GBP 2026-11-20/2026-11-21 e2e=AAA1\n"},
    };
    for (const Case& c : cases)
        EXPECT_EQ(entries_of(entry("100.00", "<NtryDtls>" + c.details + "</NtryDtls>")), c.lines)
            << c.what;
}

TEST(Camt, an_entry_net_of_charges_says_them_behind_its_text) {
    const std::string taken = "<Amt Ccy=\"GBP\">2.50</Amt><CdtDbtInd>DBIT</CdtDbtInd>";
    const std::string given = "<Amt Ccy=\"GBP\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>";
    const std::string text = "<RmtInf><Ustrd>invoice 1</Ustrd></RmtInf>";
    const auto of_detail = [&](const std::string& charges) {
        return entry("97.50", "<NtryDtls><TxDtls>" + text + charges + "</TxDtls></NtryDtls>");
    };
    const std::string line = "+97.50 GBP 2026-11-20/2026-11-21 text=invoice 1";
    struct Case {
        const char* what;
        std::string entry;
        const char* note;
    };
    const Case cases[] = {
        {"versions 04 and later", of_detail("<Chrgs><Rcrd>" + taken + "</Rcrd></Chrgs>"),
         " (charges 2.50 GBP)"},
        {"version 02", of_detail("<Chrgs>" + taken + "</Chrgs>"), " (charges 2.50 GBP)"},
        {"several, and one given back",
         of_detail("<Chrgs><Rcrd>" + taken + "</Rcrd><Rcrd>" + given + "</Rcrd></Chrgs>"),
         " (charges 1.50 GBP)"},
        {"of the entry",
         entry("97.50", "<Chrgs><Rcrd>" + taken + "</Rcrd></Chrgs><NtryDtls><TxDtls>" + text +
                            "</TxDtls></NtryDtls>"),
         " (charges 2.50 GBP)"},
        {"in another currency",
         of_detail("<Chrgs><Rcrd><Amt Ccy=\"USD\">2.50</Amt></Rcrd></Chrgs>"), ""},
        {"none", of_detail("<Chrgs><Rcrd><Amt Ccy=\"GBP\">0.00</Amt></Rcrd></Chrgs>"), ""},
    };
    for (const Case& c : cases)
        EXPECT_EQ(entries_of(c.entry), line + c.note + "\n") << c.what;
}

TEST(Camt, every_version_is_read_and_no_other) {
    for (const char* message : {"camt.053.001.02", "camt.053.001.06", "camt.053.001.08",
                                "camt.053.001.11", "camt.053.001.13", "camt.054.001.02",
                                "camt.054.001.04", "camt.054.001.08", "camt.054.001.13"}) {
        const std::string status =
            std::string_view(message).substr(13) < "07" ? "BOOK" : "<Cd>BOOK</Cd>";
        const std::string entries =
            "<Ntry><Amt Ccy=\"GBP\">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>" + status +
            "</Sts><BookgDt><DtTm>2026-11-20T23:30:00+01:00</DtTm></BookgDt></Ntry>";
        EXPECT_THAT(read_entries(entries, message), HasSubstr("+5.00 GBP 2026-11-20/2026-11-20\n"))
            << message;
    }
    for (const char* message :
         {"camt.053.001.01", "camt.053.001.14", "camt.052.001.14", "pain.001.001.03"})
        EXPECT_EQ(read_entries("", message),
                  fmt::format("statement_unsupported: f, line 2: it is "
                              "urn:iso:std:iso:20022:tech:xsd:{}, and no camt.052, camt.053 or "
                              "camt.054 of versions 02 to 13",
                              message));
}

TEST(Camt, amounts_are_exact_in_the_currency_s_minor_units) {
    const auto of = [](std::string_view currency, std::string_view amount) {
        return read_lines(document(
            "camt.053.001.08",
            fmt::format(
                "<Id>X</Id><Acct><Id><Othr><Id>04040100057354</Id></Othr></Id></Acct><Ntry><Amt "
                "Ccy=\"{}\">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-11-20</Dt>"
                "</BookgDt></Ntry>",
                currency, amount)));
    };
    EXPECT_THAT(of("JPY", "1234"), HasSubstr("+1234 JPY"));
    EXPECT_THAT(of("JPY", "1234.0"), HasSubstr("+1234 JPY"));
    EXPECT_THAT(of("KWD", "1.234"), HasSubstr("+1.234 KWD"));
    EXPECT_THAT(of("GBP", "0.1"), HasSubstr("+0.10 GBP"));
    EXPECT_THAT(of("JPY", "1.5"), HasSubstr("amount_invalid: f, line 4 (entry 1): "));
    EXPECT_THAT(of("GBP", "0.001"), HasSubstr("amount_invalid: f, line 4 (entry 1): "));
    EXPECT_THAT(of("GBP", "-1.00"), HasSubstr("amount_invalid: f, line 4 (entry 1): "));
    EXPECT_THAT(of("GBP", "1e2"), HasSubstr("amount_invalid: f, line 4 (entry 1): "));
    EXPECT_THAT(of("XYZ", "1"), HasSubstr("currency_unknown: f, line 4 (entry 1): "));
}

TEST(Camt, a_prefix_an_envelope_and_space_make_no_difference) {
    const std::string text = R"(<e:Envelope xmlns:e="urn:e"><e:Hdr><Id>no</Id></e:Hdr>
<n:Document xmlns:n="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><n:BkToCstmrStmt><n:Stmt>
  <n:Id> 1 </n:Id><n:Acct><n:Id><n:IBAN>GB57CLRB04040100057354</n:IBAN></n:Id></n:Acct>
  <n:Ntry> <n:Amt Ccy="GBP">1</n:Amt> <n:CdtDbtInd>CRDT</n:CdtDbtInd> <n:Sts>BOOK</n:Sts>
  <n:ValDt><n:Dt>2026-11-20</n:Dt></n:ValDt></n:Ntry>
</n:Stmt></n:BkToCstmrStmt></n:Document></e:Envelope>)";
    EXPECT_EQ(read_lines(text), "> statement camt.053.001.02 GB57CLRB04040100057354 1 - -\n"
                                "+1.00 GBP 2026-11-20/2026-11-20\n< 2026-11-20 2026-11-20 -\n");
}

TEST(Camt, harmful_xml_is_refused) {
    const std::string doctype =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY b \"c\">]><Document/>";
    EXPECT_EQ(read_lines(doctype),
              "statement_malformed: f, line 2: a document type declaration is not accepted");
    std::string deep = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">";
    for (int i = 0; i < 100; ++i)
        deep += "<a>";
    EXPECT_THAT(read_lines(deep), HasSubstr("nested too deeply"));
    EXPECT_THAT(read_entries(
                    entry("1.00", "<AddtlNtryInf>" + std::string(20'000, 'x') + "</AddtlNtryInf>")),
                HasSubstr("too much text"));
    EXPECT_THAT(read_lines("<a><!--" + std::string(2'000'000, 'x') + "--></a>"),
                HasSubstr("too long"));
    EXPECT_THAT(
        read_lines("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><a>"),
        HasSubstr("statement_malformed: f, line 1: no element found"));
    EXPECT_EQ(read_lines("<html></html>"),
              "statement_unsupported: f: it has no ISO 20022 document in it");
}

TEST(Camt, a_statement_without_a_required_member_is_refused) {
    const auto in = [](std::string_view inside) {
        return read_lines(document("camt.053.001.08", inside));
    };
    EXPECT_THAT(in("<Id>1</Id>"), HasSubstr("does not say its account"));
    EXPECT_THAT(in("<Acct><Id><IBAN>GB57CLRB04040100057354</IBAN></Id></Acct>"),
                HasSubstr("does not say its currency"));
    EXPECT_THAT(read_entries("<Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
                             "<BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>"),
                HasSubstr("an amount in EUR in a statement in GBP"));
    EXPECT_THAT(read_entries("<Ntry><Amt Ccy=\"GBP\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>"),
                HasSubstr("timestamp_invalid"));
    EXPECT_THAT(read_entries("<Ntry><Amt Ccy=\"GBP\">1.00</Amt></Ntry>"), HasSubstr("CdtDbtInd"));
}

} // namespace
} // namespace settled::statements
