// What is decided when the watermark of a settlement is reached, and not before.
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::Pairing;
using domain::PaymentStatus;
using domain::SettlementStatus;
using testing::gbp;
using testing::party;
using testing::World;

struct Start {
    std::string id;
    std::int64_t minor;
    std::string reference = "";
    std::string_view end_to_end_id = "";
    std::string_view payer = "";
};

domain::NewPayment payment_of(const World& world, const Start& start) {
    auto payment = world.payment(start.id, start.minor);
    payment.reference = start.reference;
    payment.end_to_end_id = start.end_to_end_id;
    if (!start.payer.empty())
        payment.payer = party(start.payer);
    return payment;
}

void arrive(World& world, const Start& start) {
    auto fact = world.fact(start.minor);
    fact.reference = start.reference;
    fact.end_to_end_id = start.end_to_end_id;
    if (!start.payer.empty())
        fact.counterparty = party(start.payer);
    world.settle(start.id, fact);
}

void pass_watermark(World& world) {
    world.clock().advance(world.context().watermark);
    world.run_due();
}

std::vector<std::string> event_types(World& world) {
    std::vector<std::string> types;
    for (const auto& event : world.events())
        types.push_back(event.type);
    return types;
}

TEST(Watermark, a_settlement_that_fits_nothing_is_reported_once_however_often_it_is_decided_again) {
    World world;
    arrive(world, {"t", 1234, "ACMESHOP-2041"});
    pass_watermark(world);
    constexpr int neighbours = 20;
    for (int i = 0; i < neighbours; ++i) {
        world.register_payment(payment_of(
            world, {"p" + std::to_string(i), 5000 + i, "ACMESHOP-2041-" + std::to_string(i)}));
        (void)world.run_due();
    }
    world.clock().advance(world.context().unmatched_grace);
    EXPECT_EQ(world.run_due(), 1);
    world.register_payment(payment_of(world, {"later", 6000, "ACMESHOP-2041"}));
    world.clock().advance(world.context().unmatched_grace);
    EXPECT_EQ(world.run_due(), 0);
    EXPECT_THAT(event_types(world), ::testing::ElementsAre("settlement.unmatched"));
    EXPECT_EQ(world.settlement("t").version, 1);
}

TEST(Watermark, a_settlement_that_fits_nothing_is_reported_again_after_it_was_ambiguous) {
    World world;
    arrive(world, {"t", 1234, "INV-2041"});
    world.clock().advance(world.context().unmatched_grace);
    EXPECT_EQ(world.run_due(), 1);
    for (const char* id : {"E2E-0000001", "E2E-0000002"})
        world.register_payment(payment_of(world, {id, 1234, "INV-2041", id}));
    for (const char* id : {"E2E-0000001", "E2E-0000002"})
        arrive(world, {id, 1234, "", id});
    for (int i = 0; i < 3; ++i) {
        world.clock().advance(world.context().unmatched_grace);
        (void)world.run_due();
        world.register_payment(
            payment_of(world, {"p" + std::to_string(i), 90 + i, "INV-2041-ACME"}));
    }
    std::vector<std::string> told;
    for (const auto& event : world.events())
        if (event.subject_id == world.settlement("t").id.value)
            told.push_back(event.type + " v" + std::to_string(event.version));
    EXPECT_THAT(told, ::testing::ElementsAre("settlement.unmatched v1", "settlement.ambiguous v2",
                                             "settlement.unmatched v3"));
}

TEST(Watermark, a_settlement_ambiguous_by_other_amounts_is_reported_once_whatever_arrives_later) {
    World world;
    for (const char* id : {"p", "q"})
        world.register_payment(payment_of(world, {id, 9000, "", "E2E-0000001"}));
    arrive(world, {"t", 4000, "", "E2E-0000001"});
    pass_watermark(world);
    ASSERT_EQ(world.settlement("t").status, SettlementStatus::ambiguous);
    for (int i = 0; i < 3; ++i) {
        auto other = payment_of(world, {"o" + std::to_string(i), 4000, "", "E2E-000000X"});
        other.end_to_end_id += std::to_string(i);
        world.register_payment(other);
        world.clock().advance(world.context().unmatched_grace);
        (void)world.run_due();
    }
    EXPECT_THAT(event_types(world), ::testing::ElementsAre("settlement.ambiguous"));
    EXPECT_EQ(world.reviews("").size(), 1);
}

constexpr std::string_view long_reference = "ACME SHOP ORDER 20417 LONDON";

TEST(Watermark, a_cut_reference_alone_waits_for_the_watermark) {
    World world;
    world.register_payment(payment_of(world, {"p", 1234, std::string(long_reference)}));
    arrive(world, {"t", 1234, std::string(long_reference.substr(0, 18))});
    EXPECT_EQ(world.payment_of("t"), "") << "an older payment may still be on its way";
    pass_watermark(world);
    EXPECT_EQ(world.payment_of("t"), "p");
    EXPECT_EQ(world.match_of("t")->rank, match::Rank::reference_part);
}

TEST(Watermark, a_rival_that_comes_before_the_watermark_is_seen) {
    World world;
    world.register_payment(payment_of(world, {"p", 1234, std::string(long_reference)}));
    arrive(world, {"t", 1234, std::string(long_reference.substr(0, 18))});
    auto rival = payment_of(world, {"q", 1234, "ACME SHOP ORDER 20999 PARIS"});
    rival.reference = std::string(long_reference.substr(0, 22)) + "PARIS";
    world.register_payment(rival);
    pass_watermark(world);
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::ambiguous);
}

TEST(Watermark, the_payer_alone_decides_when_nothing_else_could) {
    World world;
    world.register_payment(payment_of(world, {"p", 1234, "", "", "040004 12345678"}));
    arrive(world, {"t", 1234, "", "", "040004 12345678"});
    EXPECT_EQ(world.payment_of("t"), "");
    pass_watermark(world);
    EXPECT_EQ(world.match_of("t")->rank, match::Rank::payer);
    world.register_payment(payment_of(world, {"q", 99, "", "", "040004 12345678"}));
    world.register_payment(payment_of(world, {"r", 99}));
    arrive(world, {"u", 99, "", "", "040004 12345678"});
    pass_watermark(world);
    EXPECT_EQ(world.payment_of("u"), "") << "the payer of r is not known, it may be the same";
}

TEST(Watermark, amount_and_time_alone_never_decide) {
    World world;
    world.register_payment(payment_of(world, {"p", 1234}));
    arrive(world, {"t", 1234});
    pass_watermark(world);
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::unmatched);
}

TEST(Watermark, a_part_that_names_the_payment_is_published_and_the_rest_closes_it) {
    World world;
    world.register_payment(payment_of(world, {"p", 1000, "INV-2041", "E2E0000001"}));
    arrive(world, {"t1", 400, "INV-2041", "E2E0000001"});
    EXPECT_EQ(world.payment_of("t1"), "");
    pass_watermark(world);
    EXPECT_EQ(world.match_of("t1")->rank, match::Rank::end_to_end_id_only);
    EXPECT_EQ(world.match_of("t1")->pairing, Pairing::split);
    auto payment = world.payment_named("p");
    EXPECT_EQ(payment.status, PaymentStatus::partially_settled);
    EXPECT_EQ(payment.identity.amount, gbp(600)) << "is still to come";
    arrive(world, {"t2", 600, "INV-2041", "E2E0000001"});
    EXPECT_EQ(world.match_of("t2")->rank, match::Rank::end_to_end_id)
        << "exactly the rest: at once";
    payment = world.payment_named("p");
    EXPECT_EQ(payment.status, PaymentStatus::settled);
    EXPECT_EQ(payment.settled_minor, 1000);
    EXPECT_THAT(event_types(world),
                ::testing::ElementsAre("settlement.matched", "payment.partially_settled",
                                       "settlement.matched"));
}

// Two payments of one reference that may be settled in euros, and euros that could be of either:
// they are in the amount block of neither.
struct EurosForOneOfTwo {
    World world;
    domain::NewPayment p1 = payment_of(world, {"p1", 10'000, "INVOICE-2041-X", "E2E0000001"});
    domain::NewPayment p2 = payment_of(world, {"p2", 10'050, "INVOICE-2041-X", "E2E0000002"});

    EurosForOneOfTwo() {
        const Currency euro = Currency::parse("EUR").value();
        for (domain::NewPayment* payment : {&p1, &p2}) {
            payment->accepted_range = match::Bounds{{11'400, euro}, {11'800, euro}};
            world.register_payment(*payment);
        }
        auto fact = world.fact(1);
        fact.amount = {11'716, euro};
        fact.reference = "INVOICE-2041-X";
        world.settle("t", fact);
        pass_watermark(world);
        EXPECT_EQ(world.settlement("t").status, SettlementStatus::ambiguous);
    }
};

TEST(Watermark, an_ambiguous_settlement_is_decided_when_a_rival_of_another_amount_is_settled) {
    EurosForOneOfTwo between;
    arrive(between.world, {"t1", 10'000, "", "E2E0000001"});
    EXPECT_EQ(between.world.payment_of("t1"), "p1");
    between.world.run_due();
    EXPECT_EQ(between.world.payment_of("t"), "p2");
    EXPECT_TRUE(between.world.reviews().empty());
}

TEST(Watermark, an_ambiguous_settlement_is_decided_when_a_rival_of_another_amount_is_given_up) {
    EurosForOneOfTwo between;
    between.p1.has_failed = true;
    between.world.register_payment(between.p1);
    between.world.run_due();
    EXPECT_EQ(between.world.payment_of("t"), "p2");
}

// What was a rival by its amount and a short reference alone is gone; what is left has another
// amount.
TEST(Watermark,
     an_ambiguous_settlement_is_decided_by_an_id_when_the_rival_of_its_amount_is_settled) {
    World world;
    auto p = payment_of(world, {"p", 1000, "RENT204"});
    p.uetr = "c2f6a588-8d1a-44cb-af87-4741bf2812a3";
    world.register_payment(p);
    world.register_payment(payment_of(world, {"q", 1005, "", "E2E0000002"}));
    arrive(world, {"t", 1000, "RENT204", "E2E0000002"});
    pass_watermark(world);
    ASSERT_EQ(world.settlement("t").status, SettlementStatus::ambiguous);
    auto own = world.fact(1000);
    own.uetr = p.uetr;
    world.settle("t1", own);
    ASSERT_EQ(world.payment_of("t1"), "p");
    world.run_due();
    EXPECT_EQ(world.payment_of("t"), "q");
    EXPECT_TRUE(world.reviews().empty());
}

TEST(Watermark, too_much_is_a_variance) {
    World world;
    world.register_payment(payment_of(world, {"p", 1000, "INV-2041", "E2E0000001"}));
    arrive(world, {"t", 1100, "INV-2041", "E2E0000001"});
    pass_watermark(world);
    EXPECT_EQ(world.payment_of("t"), "p");
    EXPECT_EQ(world.payment_named("p").status, PaymentStatus::settled);
    EXPECT_THAT(world.events().at(0).body,
                ::testing::HasSubstr(R"("difference":{"value":"1.00","currency":"GBP"})"));
}

TEST(Watermark, an_amount_that_the_payment_may_settle_as_is_accepted_with_its_rate) {
    World world;
    auto payment = payment_of(world, {"p", 10'000, "INVOICE-2041-X"});
    const auto eur = [](std::int64_t minor) {
        return Money{minor, Currency::parse("EUR").value()};
    };
    payment.accepted_range = match::Bounds{eur(11'400), eur(11'800)};
    world.register_payment(payment);
    auto fact = world.fact(1);
    fact.amount = eur(11'716);
    fact.reference = "INVOICE-2041-X";
    world.settle("t", fact);
    pass_watermark(world);
    EXPECT_EQ(world.match_of("t")->rank, match::Rank::reference_only);
    EXPECT_EQ(world.payment_named("p").status, PaymentStatus::settled);
    EXPECT_THAT(world.events().at(0).body, ::testing::HasSubstr(R"("rate":"1.17160000")"));
    fact.amount = eur(12'000);
    world.register_payment([&] {
        auto other = payment;
        other.client_id = "q";
        return other;
    }());
    world.settle("u", fact);
    pass_watermark(world);
    EXPECT_EQ(world.payment_of("u"), "") << "beyond the bounds";
}

TEST(Watermark, an_account_for_single_use_says_enough) {
    World world;
    world.add_account("GB33BUKB20201555555555", World::tenant, true);
    auto payment = payment_of(world, {"p", 1000, "WHATEVER"});
    payment.payee = party("GB33BUKB20201555555555");
    world.register_payment(payment);
    auto fact = world.fact(1000);
    fact.account = party("GB33BUKB20201555555555");
    world.settle("t", fact);
    EXPECT_EQ(world.match_of("t")->rank, match::Rank::single_use_account);
}

TEST(Watermark, twins_are_closed_as_a_set_when_all_are_there) {
    World world;
    for (const char* id : {"p1", "p2", "p3"})
        world.register_payment(payment_of(world, {id, 1234, "INV-2041"}));
    arrive(world, {"t1", 1234, "INV-2041"});
    arrive(world, {"t2", 1234, "INV-2041"});
    pass_watermark(world);
    EXPECT_TRUE(world.pairs().empty()) << "three payments, two settlements: which is unpaid?";
    arrive(world, {"t3", 1234, "INV-2041"});
    EXPECT_TRUE(world.pairs().empty());
    pass_watermark(world);
    EXPECT_EQ(world.pairs().size(), 3U);
    for (const char* id : {"t1", "t2", "t3"})
        EXPECT_EQ(world.match_of(id)->pairing, Pairing::set);
    EXPECT_TRUE(world.reviews("open").empty());
}

TEST(Watermark, twins_whose_payments_come_last_are_closed_too) {
    World world;
    arrive(world, {"t1", 1234, "INV-2041"});
    arrive(world, {"t2", 1234, "INV-2041"});
    pass_watermark(world);
    world.register_payment(payment_of(world, {"p1", 1234, "INV-2041"}));
    world.register_payment(payment_of(world, {"p2", 1234, "INV-2041"}));
    world.run_due();
    EXPECT_EQ(world.pairs().size(), 2U);
    EXPECT_TRUE(world.reviews("open").empty());
}

// Others of their amount wait, too, and came later.
TEST(Watermark, twins_are_closed_whatever_else_waits_with_their_amount) {
    World world;
    arrive(world, {"t1", 1234, "INV-2041"});
    arrive(world, {"t2", 1234, "INV-2041"});
    world.register_payment(payment_of(world, {"q1", 1234, "ORDER-77"}));
    world.register_payment(payment_of(world, {"q2", 1234, "ORDER-77"}));
    world.clock().advance(std::chrono::milliseconds(10));
    arrive(world, {"u1", 1234, "ORDER-77"});
    pass_watermark(world);
    EXPECT_EQ(world.reviews("open").size(), 1U) << "u1 is of q1 or of q2";
    world.register_payment(payment_of(world, {"p1", 1234, "INV-2041"}));
    world.register_payment(payment_of(world, {"p2", 1234, "INV-2041"}));
    world.run_due();
    EXPECT_EQ(world.pairs().size(), 2U);
    EXPECT_EQ(world.reviews("open").size(), 1U);
}

TEST(Watermark, parts_without_an_id_are_taken_together_when_exactly_one_choice_fits) {
    World world;
    world.register_payment(payment_of(world, {"p", 1000, "INVOICE-2041-X"}));
    arrive(world, {"t1", 400, "INVOICE-2041-X"});
    pass_watermark(world);
    EXPECT_EQ(world.payment_of("t1"), "") << "a part alone says too little";
    arrive(world, {"t2", 600, "INVOICE-2041-X"});
    pass_watermark(world);
    EXPECT_EQ(world.payment_of("t1"), "p");
    EXPECT_EQ(world.payment_of("t2"), "p");
    EXPECT_EQ(world.match_of("t2")->pairing, Pairing::split);
    EXPECT_EQ(world.payment_named("p").status, PaymentStatus::settled);
}

TEST(Watermark, parts_that_fit_in_two_ways_are_left) {
    World world;
    world.register_payment(payment_of(world, {"p", 1000, "INVOICE-2041-X"}));
    for (const auto& [id, minor] : {std::pair{"t1", 400}, {"t2", 600}, {"t3", 600}})
        arrive(world, {id, minor, "INVOICE-2041-X"});
    pass_watermark(world);
    EXPECT_TRUE(world.pairs().empty());
}

TEST(Watermark, payments_that_came_together_share_their_settlement) {
    World world;
    world.register_payment(payment_of(world, {"p1", 400, "", "", "040004 12345678"}));
    world.register_payment(payment_of(world, {"p2", 600, "", "", "040004 12345678"}));
    world.register_payment(payment_of(world, {"p3", 50, "", "", "040004 12345678"}));
    arrive(world, {"t", 1000, "", "", "040004 12345678"});
    pass_watermark(world);
    EXPECT_EQ(world.payment_named("p1").status, PaymentStatus::settled);
    EXPECT_EQ(world.payment_named("p2").status, PaymentStatus::settled);
    EXPECT_EQ(world.payment_named("p3").status, PaymentStatus::expected);
    EXPECT_EQ(world.settlement("t").version, 2) << "each match is told";
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::matched);
}

// Which of the two that fit alone it is, is not known; that two others sum to it proves nothing.
TEST(Watermark, no_sum_is_taken_where_one_payment_alone_could_be_it) {
    World world;
    for (const auto& [id, minor] : {std::pair{"p1", 1000}, {"p2", 1000}, {"p3", 400}, {"p4", 600}})
        world.register_payment(payment_of(world, {id, minor, "", "", "040004 12345678"}));
    arrive(world, {"t", 1000, "", "", "040004 12345678"});
    pass_watermark(world);
    EXPECT_TRUE(world.pairs().empty());
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::ambiguous);
}

TEST(Watermark, no_parts_are_taken_where_one_settlement_alone_could_be_all) {
    World world;
    for (const auto& [id, minor] : {std::pair{"t1", 400}, {"t2", 600}, {"t3", 1000}, {"t4", 1000}})
        arrive(world, {id, minor, "INVOICE-2041-X"});
    world.register_payment(payment_of(world, {"p", 1000, "INVOICE-2041-X"}));
    EXPECT_EQ(world.settlement("t3").status, SettlementStatus::ambiguous);
    pass_watermark(world);
    EXPECT_TRUE(world.pairs().empty());
    EXPECT_EQ(world.settlement("t3").status, SettlementStatus::ambiguous);
}

// A reference's beginning that hundreds share leads nowhere, and must not make the clear unclear.
TEST(Watermark, a_beginning_that_all_share_does_not_stand_in_the_way) {
    World world;
    for (int i = 0; i < 140; ++i)
        world.register_payment(
            payment_of(world, {"order-" + std::to_string(i), 5000 + i,
                               "ACMESHOP-2026-ORDER-" + std::to_string(1000 + i)}));
    arrive(world, {"t", 5007, "ACMESHOP-2026-ORDER-100"});
    arrive(world, {"u", 9999, "ACMESHOP-2026-ORDER-1001"});
    pass_watermark(world);
    EXPECT_EQ(world.payment_of("t"), "order-7") << "its amount and cut reference are its own";
    EXPECT_EQ(world.settlement("u").status, SettlementStatus::unmatched);
}

TEST(Watermark, a_payment_that_comes_after_its_parts_finds_them) {
    World world;
    arrive(world, {"t1", 400, "INVOICE-2041-X"});
    arrive(world, {"t2", 600, "INVOICE-2041-X"});
    pass_watermark(world);
    world.register_payment(payment_of(world, {"p", 1000, "INVOICE-2041-X"}));
    world.run_due();
    EXPECT_EQ(world.pairs().size(), 2U);
}

} // namespace
} // namespace settled::units
