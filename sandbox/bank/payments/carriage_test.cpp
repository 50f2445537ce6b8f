#include "sandbox/bank/payments/carriage.h"

#include <gtest/gtest.h>

namespace settled::sandbox {
namespace {

SettledPayment payment(std::string scheme) {
    SettledPayment sent;
    sent.scheme = std::move(scheme);
    sent.reference = "Invoice_2041/b for Acme Ltd, London E1";
    sent.end_to_end_id = "E2E-0123456789-0123456789-0123456789";
    sent.payer_name = "A Payer With Quite a Long Name, Limited";
    sent.payer_iban = "GB58CLRB04040009547509";
    return sent;
}

TEST(Carriage, each_scheme_cuts_in_its_own_way) {
    const SettledPayment fps = carried(payment("FasterPayments"));
    EXPECT_EQ(fps.reference, "Invoice_2041/b for");
    EXPECT_EQ(fps.end_to_end_id.size(), 31U);
    EXPECT_EQ(fps.payer_name.size(), 35U);

    const SettledPayment bacs = carried(payment("Bacs"));
    EXPECT_EQ(bacs.reference, "INVOICE 2041/B FOR");
    EXPECT_EQ(bacs.end_to_end_id, "");

    const SettledPayment chaps = carried(payment("Chaps"));
    EXPECT_EQ(chaps.reference.size(), 35U);

    EXPECT_EQ(carried(payment("Transfer")).reference, payment("Transfer").reference);
}

TEST(Carriage, mutations_come_on_top) {
    SettledPayment sent = payment("Transfer");
    sent.mutations.prefix = "/ROC/";
    sent.mutations.upper = true;
    sent.mutations.cut = 12;
    sent.mutations.drop_end_to_end_id = true;
    sent.mutations.drop_payer = true;
    const SettledPayment got = carried(sent);
    EXPECT_EQ(got.reference, "/ROC/INVOICE");
    EXPECT_EQ(got.end_to_end_id, "NOTPROVIDED");
    EXPECT_EQ(got.payer_name + got.payer_iban, "");
    sent.mutations.blank = true;
    EXPECT_EQ(carried(sent).reference, "");
}

} // namespace
} // namespace settled::sandbox
