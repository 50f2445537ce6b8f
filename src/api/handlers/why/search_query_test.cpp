// What a text may be meant as.
#include "api/handlers/why/search_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace settled::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

SearchQuery query_of(std::string_view text) {
    auto query = read_search_query(text);
    EXPECT_TRUE(query.has_value()) << text;
    return query.value_or(SearchQuery{});
}

TEST(SearchQuery, of_fewer_than_three_characters_is_refused) {
    for (const char* text : {"", "  ", "ab", " ab ", "éé"})
        EXPECT_EQ(read_search_query(text).error().code, Code::value_invalid) << text;
    EXPECT_TRUE(read_search_query("abc").has_value());
    EXPECT_TRUE(read_search_query("éàü").has_value());
}

TEST(SearchQuery, recognises_accounts_in_any_spelling) {
    for (const char* text :
         {"GB57CLRB04040100057354", "gb57 clrb 0404 0100 0573 54", "04-04-01 00057354",
          "040401 00057354", "04040100057354", "040401 57354000"})
        EXPECT_FALSE(query_of(text).account.empty()) << text;
    EXPECT_EQ(query_of("gb57 clrb 0404 0100 0573 54").account,
              query_of("04-04-01 00057354").account);
    for (const char* text : {"12.34", "INV-2041", "040401", "Ann Lee"})
        EXPECT_EQ(query_of(text).account, "") << text;
}

TEST(SearchQuery, recognises_amounts_with_and_without_a_currency) {
    for (const char* text : {"£12.34", "12.34 GBP", "GBP 12.34", "12.34gbp", "£ 12.34"}) {
        const auto amounts = query_of(text).amounts;
        ASSERT_EQ(amounts.size(), 1U) << text;
        EXPECT_EQ(amounts.front().minor, 1'234) << text;
        EXPECT_TRUE(amounts.front().fits(*Currency::parse("GBP"))) << text;
        EXPECT_FALSE(amounts.front().fits(*Currency::parse("EUR"))) << text;
    }
    EXPECT_EQ(query_of("£1,234,567.80").amounts.front().minor, 123'456'780);
    for (const char* text : {"12.34.56", "1,23.40", "-12.34", "INV-2041", "0.00"})
        EXPECT_THAT(query_of(text).amounts, IsEmpty()) << text;
}

TEST(SearchQuery, of_a_number_is_an_amount_of_every_currency_that_has_so_many_decimals) {
    const auto has = [](const SearchQuery& query, std::int64_t minor, const char* currency) {
        return std::ranges::any_of(query.amounts, [&](const SoughtAmount& amount) {
            return amount.minor == minor && amount.fits(*Currency::parse(currency));
        });
    };
    const SearchQuery whole = query_of("2041");
    EXPECT_TRUE(has(whole, 204'100, "GBP"));
    EXPECT_TRUE(has(whole, 2'041, "JPY"));
    EXPECT_TRUE(has(whole, 2'041'000, "KWD"));
    const SearchQuery pence = query_of("12.34");
    EXPECT_TRUE(has(pence, 1'234, "GBP"));
    EXPECT_FALSE(has(pence, 1'234, "JPY"));
}

TEST(SearchQuery, is_all_that_it_may_be_at_once) {
    const SearchQuery query = query_of(" Lee-2041 ");
    EXPECT_EQ(query.text, "Lee-2041");
    EXPECT_EQ(query.lower, "lee-2041");
    EXPECT_EQ(query.reference, "LEE2041");
    EXPECT_EQ(query.end_to_end_id, "LEE2041");
    EXPECT_THAT(query.words, ElementsAre("LEE", "2041"));
    EXPECT_EQ(query_of("abc").reference, "") << "the beginning of a reference has four characters";
}

} // namespace
} // namespace settled::api
