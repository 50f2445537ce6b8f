#include "record_linkage/transfers.h"

#include <gtest/gtest.h>

#include <sstream>

namespace settled::record_linkage {
namespace {

constexpr const char* header = "id,date,amount,currency,reference\n";

struct Read {
    Texts texts;
    Result<Side> side;
    explicit Read(const std::string& csv) : side(read(csv)) {}
    Result<Side> read(const std::string& csv) {
        std::istringstream in(csv);
        return read_side(in, "f.csv", texts);
    }
    std::string problem() const {
        return side ? "" : std::string(info(side.error().code).token) + ": " + side.error().detail;
    }
};

TEST(Transfers, are_read_exactly_and_sorted_by_time) {
    const Read read("reference,currency,extra,id,amount,date\n"
                    "Invoice 7,JPY,x,b,1200,2024-02-29\n"
                    "Invoice 6,GBP,y,a,12.5,2024-02-28T23:59:59.5+01:00\n"
                    "Invoice 5,KWD,z,c,1.234,2024-02-29 00:00:00\n");
    ASSERT_EQ(read.problem(), "");
    const Side& side = *read.side;
    EXPECT_EQ(side.ids, (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(side.transfers[0].minor, 1250);
    EXPECT_EQ(side.transfers[1].minor, 1200);
    EXPECT_EQ(side.transfers[2].minor, 1234);
    EXPECT_TRUE(side.has_times);
    EXPECT_EQ(side.transfers[1].at, side.transfers[2].at);
}

TEST(Transfers, in_another_order_are_the_same) {
    const Read one(std::string(header) + "a,2024-01-01,1,GBP,x\nb,2024-01-01,2,GBP,y\n");
    const Read two(std::string(header) + "b,2024-01-01,2,GBP,y\na,2024-01-01,1,GBP,x\n");
    ASSERT_EQ(one.problem() + two.problem(), "");
    EXPECT_EQ(one.side->ids, two.side->ids);
}

TEST(Transfers, name_the_line_and_the_column_that_is_wrong) {
    struct Case {
        std::string row;
        std::string problem;
    };
    const Case cases[] = {
        {"a,2024-13-01,1,GBP,x", "timestamp_invalid: f.csv, line 2: column date"},
        {"a,2024-01-01,1.005,GBP,x", "amount_invalid: f.csv, line 2: column amount"},
        {"a,2024-01-01,1e3,GBP,x", "amount_invalid: f.csv, line 2: column amount"},
        {"a,2024-01-01,-1,GBP,x", "amount_invalid: f.csv, line 2: column amount"},
        {"a,2024-01-01,0,GBP,x", "amount_invalid: f.csv, line 2: column amount"},
        {"a,2024-01-01,1,XXX,x", "currency_unknown: f.csv, line 2: column currency"},
        {" ,2024-01-01,1,GBP,x", "value_invalid: f.csv, line 2: column id"},
        {"a,2024-01-01,1,GBP,x\na,2024-01-02,1,GBP,x", "id_repeated: f.csv, line 3: column id"},
        {"a,2024-01-01,1,GBP", "csv_malformed: f.csv, line 2"},
    };
    for (const Case& c : cases) {
        const Read read(header + c.row + "\n");
        EXPECT_TRUE(read.problem().starts_with(c.problem)) << c.row << " gave " << read.problem();
    }
}

TEST(Transfers, need_four_columns) {
    EXPECT_EQ(Read("id,date,amount,currency\n").problem(),
              "column_missing: f.csv has no column reference");
    const Read without_currency("id,date,amount,reference\na,2024-01-01,1.20,x\n");
    ASSERT_EQ(without_currency.problem(), "");
    EXPECT_EQ(without_currency.side->transfers[0].minor, 120);
}

TEST(Transfers, fold_accounts_and_drop_sentinels) {
    const Read read("id,date,amount,currency,reference,account,end_to_end_id,payer_account\n"
                    "a,2024-01-01,1,GBP,x,GB29NWBK60161331926819,NOTPROVIDED,*****493\n"
                    "b,2024-01-01,1,GBP,x,60161331926819,E2E-1,\n");
    // A bare number is no IBAN: it stands for itself.
    ASSERT_EQ(read.problem(), "");
    EXPECT_EQ(read.texts.accounts.text(read.side->transfers[0].account), "60161331926819");
    EXPECT_EQ(read.side->transfers[0].end_to_end_id, Names::absent);
    EXPECT_EQ(read.side->transfers[0].payer_account, Names::absent);
    EXPECT_EQ(read.texts.end_to_end_ids.text(read.side->transfers[1].end_to_end_id), "E2E1");
}

TEST(Truth, names_ids_of_both_files) {
    Texts texts;
    std::istringstream o(std::string(header) + "a,2024-01-01,1,GBP,x\n");
    std::istringstream d(std::string(header) + "b,2024-01-01,1,GBP,x\n");
    std::istringstream t("destination,origin\nb,a\nb,gone\n");
    const auto origins = read_side(o, "o", texts);
    const auto destinations = read_side(d, "d", texts);
    const auto truth = read_truth(t, "t", *origins, *destinations);
    ASSERT_TRUE(truth.has_value());
    ASSERT_EQ(truth->pairs.size(), 1U);
    EXPECT_EQ(truth->pairs.front().origin, 0U);
    EXPECT_EQ(truth->unknown, 1U);
    std::istringstream other("origin,destination\na,gone\nx,b\n");
    const auto none = read_truth(other, "t", *origins, *destinations);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().detail, "t: no row has ids of these files; the first has a and gone");
}

} // namespace
} // namespace settled::record_linkage
