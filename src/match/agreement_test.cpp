// The words that show people what was compared.
#include "match/agreement.h"

#include <gtest/gtest.h>

#include <string>

namespace settled::match {
namespace {

// "+reference -amount ?uetr": agrees, differs, absent.
std::string words_of(const Comparison& comparison) {
    std::string words;
    for (const FieldAgreement& field : agreements(comparison)) {
        words += words.empty() ? "" : " ";
        words += "+-?"[static_cast<std::size_t>(field.agreement)];
        words += field.field;
    }
    return words;
}

TEST(Agreement, names_every_field_once_and_says_how_it_stands) {
    const Comparison nothing;
    EXPECT_EQ(words_of(nothing), "?uetr ?end_to_end_id ?reference ?payer_account ?payer_name "
                                 "-account -amount");
    Comparison c{.account = true, .amounts = Amounts::equal};
    c.reference = References::equal;
    c.payer = Ids::equal;
    c.name = Ids::differ;
    EXPECT_EQ(words_of(c), "?uetr ?end_to_end_id +reference +payer_account -payer_name +account "
                           "+amount");
    c.single_use = true;
    c.crossed = true;
    c.uetr = Ids::equal;
    c.end_to_end_id = Ids::differ;
    c.reference = References::settlement_longer;
    c.amounts = Amounts::accepted;
    EXPECT_EQ(words_of(c), "+single_use_account +uetr -end_to_end_id +crossed_ids "
                           "+reference_part +payer_account -payer_name +account +accepted_amount");
    for (const Amounts amounts : {Amounts::less, Amounts::more, Amounts::foreign}) {
        c.amounts = amounts;
        EXPECT_TRUE(words_of(c).ends_with(" -amount"));
    }
}

} // namespace
} // namespace settled::match
