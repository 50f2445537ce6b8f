// Rules 17 to 22: a settlement finds its payment, whichever came first, and nothing is guessed.
#include "match/keys.h"
#include "units/testing.h"
#include "wire/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::SettlementStatus;
using testing::party;
using testing::World;
using Kind = Registered::Kind;

domain::NewPayment with_reference(const World& world, std::string_view id,
                                  std::string_view reference) {
    auto payment = world.payment(id, 1234);
    payment.reference = reference;
    return payment;
}

domain::SettlementFact with_reference(const World& world, std::string_view reference) {
    auto fact = world.fact(1234);
    fact.reference = reference;
    return fact;
}

std::vector<std::string> event_types(World& world) {
    std::vector<std::string> types;
    for (const auto& event : world.events())
        types.push_back(event.type + " v" + std::to_string(event.version));
    return types;
}

TEST(RegisterPayment, is_created_once) {
    World world;
    const auto payment = with_reference(world, "order-1", "INV-2041");
    const Registered created = world.register_payment(payment);
    EXPECT_EQ(created.kind, Kind::created);
    EXPECT_EQ(created.payment.status, domain::PaymentStatus::expected);
    const Registered existing = world.register_payment(payment);
    EXPECT_EQ(existing.kind, Kind::existing);
    EXPECT_EQ(existing.payment.id, created.payment.id);
}

TEST(RegisterPayment, refuses_the_same_id_with_other_content) {
    World world;
    world.register_payment(with_reference(world, "order-1", "INV-2041"));
    const Registered conflict =
        world.register_payment(with_reference(world, "order-1", "INV-2042"));
    EXPECT_EQ(conflict.kind, Kind::conflict);
    EXPECT_EQ(world.payment_named("order-1").reference, "INV-2041");
}

TEST(RegisterPayment, ignores_money_for_accounts_that_are_not_ours) {
    World world;
    auto payment = with_reference(world, "order-1", "INV-2041");
    payment.payee = party("GB33BUKB20201555555555");
    const Registered ignored = world.register_payment(payment);
    EXPECT_EQ(ignored.kind, Kind::ignored);
    EXPECT_EQ(ignored.payment.client_id, "order-1");
    EXPECT_FALSE(ignored.payment.id);
    world.add_account("GB33BUKB20201555555555", TenantId{2});
    EXPECT_EQ(world.register_payment(payment).kind, Kind::ignored) << "it is another tenant's";
}

TEST(RegisterPayment, keeps_tenants_apart) {
    World world;
    world.add_account(testing::iban_of_shop, TenantId{2});
    auto theirs = std::make_shared<const Registration>(
        TenantId{2}, with_reference(world, "order-1", "INV-2041"), world.now());
    const auto registered = world.write<Registered>(
        [&](store::Session& s) { return register_payment(s, world.context(), theirs); });
    EXPECT_EQ(registered.kind, Kind::created);
    world.settle("t1", with_reference(world, "INV-2041"));
    world.pass_watermark();
    EXPECT_EQ(world.settlement("t1").status, SettlementStatus::unmatched);
    EXPECT_EQ(world.register_payment(with_reference(world, "order-1", "INV-2041")).kind,
              Kind::created);
    world.run_due();
    EXPECT_EQ(world.payment_of("t1"), "order-1");
}

TEST(Settle, pairs_a_settlement_with_the_payment_that_waits) {
    World world;
    world.register_payment(with_reference(world, "order-1", "INV-2041"));
    world.settle("t1", with_reference(world, "inv 2041"));
    EXPECT_FALSE(world.match_of("t1")) << "its rival may be on its way";
    world.pass_watermark();
    const auto match = world.match_of("t1");
    ASSERT_TRUE(match.has_value());
    EXPECT_EQ(match->rank, match::Rank::reference);
    EXPECT_EQ(match->rule_version, match::rule_version);
    EXPECT_THAT(match->evidence,
                ::testing::StartsWith(
                    R"({"agreed":["reference","account","amount"],)"
                    R"("payments_seen":1,"settlements_seen":1,"rivals":0,)"
                    R"("excluded":0,"after_watermark":true,"expected":{"value":"12.34",)"));
    EXPECT_THAT(match->evidence, ::testing::Not(::testing::HasSubstr("2041")))
        << "what was compared is hashed";
    EXPECT_EQ(world.payment_named("order-1").status, domain::PaymentStatus::settled);
    EXPECT_EQ(world.settlement("t1").status, SettlementStatus::matched);
    EXPECT_THAT(event_types(world), ::testing::ElementsAre("settlement.matched v1"));
}

TEST(Settle, pairs_a_payment_with_the_settlement_that_waits) {
    World world;
    world.settle("t1", with_reference(world, "INV-2041"));
    world.pass_watermark();
    EXPECT_EQ(world.settlement("t1").status, SettlementStatus::unmatched);
    EXPECT_TRUE(world.events().empty()) << "within its grace it is no news";
    world.register_payment(with_reference(world, "order-1", "INV-2041"));
    world.run_due();
    EXPECT_EQ(world.payment_named("order-1").status, domain::PaymentStatus::settled);
    EXPECT_EQ(world.payment_of("t1"), "order-1");
    EXPECT_THAT(event_types(world), ::testing::ElementsAre("settlement.matched v1"));
}

// A registration that was begun before the watermark and carried out after it, behind the timer.
Registered register_late(World& world, const domain::NewPayment& payment, Instant begun) {
    const auto registration = std::make_shared<const Registration>(World::tenant, payment, begun);
    return world.write<Registered>(
        [&](store::Session& s) { return register_payment(s, world.context(), registration); });
}

TEST(Settle, a_payment_that_overtook_the_watermark_is_still_matched) {
    World world;
    world.settle("t1", with_reference(world, "INV-2041"));
    const Instant begun = world.now();
    world.pass_watermark();
    const Registered registered =
        register_late(world, with_reference(world, "order-1", "INV-2041"), begun);
    EXPECT_EQ(registered.payment.status, domain::PaymentStatus::expected);
    world.run_due();
    EXPECT_EQ(world.payment_of("t1"), "order-1");
}

TEST(Settle, a_twin_that_overtook_the_watermark_still_closes_the_set) {
    World world;
    world.settle("t1", with_reference(world, "INV-2041"));
    world.settle("t2", with_reference(world, "INV-2041"));
    world.register_payment(with_reference(world, "order-1", "INV-2041"));
    const Instant begun = world.now();
    world.pass_watermark();
    register_late(world, with_reference(world, "order-2", "INV-2041"), begun);
    world.run_due();
    EXPECT_EQ(world.pairs().size(), 2U);
    EXPECT_TRUE(world.reviews("open").empty());
}

TEST(Settle, a_payment_registered_after_the_watermark_has_rivals_of_other_amounts_too) {
    World world;
    const auto payer = testing::party("040004 12345678");
    auto owed = with_reference(world, "owed", "MEMBERSHIP");
    owed.amount = testing::gbp(2468);
    owed.payer = payer;
    world.register_payment(owed);
    auto part = with_reference(world, "MEMBERSHIP");
    part.counterparty = payer;
    world.settle("t1", part);
    world.pass_watermark();
    world.register_payment(with_reference(world, "somebody's", "MEMBERSHIP"));
    world.run_due();
    EXPECT_EQ(world.settlement("t1").status, SettlementStatus::ambiguous);
}

TEST(Settle, leaves_nothing_of_a_pair_in_the_index) {
    World world;
    world.register_payment(with_reference(world, "order-1", "INV-2041"));
    world.settle("t1", with_reference(world, "INV-2041"));
    world.pass_watermark();
    world.settle("t2", with_reference(world, "INV-2041"));
    world.pass_watermark();
    EXPECT_EQ(world.settlement("t2").status, SettlementStatus::unmatched) << "order-1 is taken";
    world.register_payment(with_reference(world, "order-2", "INV-2041"));
    world.run_due();
    EXPECT_EQ(world.payment_of("t2"), "order-2");
}

TEST(Settle, never_decides_between_two) {
    World world;
    world.register_payment(with_reference(world, "order-1", "INV-2041"));
    world.register_payment(with_reference(world, "order-2", "INV-2041"));
    world.settle("t1", with_reference(world, "INV-2041"));
    EXPECT_EQ(world.settlement("t1").status, SettlementStatus::ambiguous);
    EXPECT_EQ(world.payment_of("t1"), "");
    ASSERT_EQ(world.reviews().size(), 1);
    EXPECT_THAT(event_types(world), ::testing::ElementsAre("settlement.ambiguous v1"));
    EXPECT_EQ(world.payment_named("order-1").status, domain::PaymentStatus::expected);
}

// A review's detail as text, "candidates.0.rank"; lists as "a b"; "" when absent or null.
std::string detail_of(const store::ReviewRow& review, std::string_view path) {
    const auto document = wire::JsonDocument::parse(review.detail).value();
    std::optional<wire::Json> at = document.root();
    while (at && !path.empty()) {
        const std::string_view name = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        const bool is_index = name.front() >= '0' && name.front() <= '9';
        at = is_index ? std::optional(at->at(static_cast<std::size_t>(name.front() - '0')))
                      : at->member(name);
    }
    if (!at || at->is_null())
        return "";
    std::string words;
    for (std::size_t i = 0; at->is_array() && i < at->size(); ++i)
        words.append(i == 0 ? "" : " ").append(*at->at(i).string());
    if (at->is_array())
        return words;
    return at->is_string() ? std::string(*at->string()) : std::string(at->raw());
}

TEST(Settle, a_review_shows_what_distinguishes_the_candidates_and_why_none_was_taken) {
    World world;
    auto first = with_reference(world, "order-1", "INV-2041");
    first.payer = party("GB29NWBK60161331926819", "Ann Lee");
    first.end_to_end_id = "E2E-7";
    world.register_payment(first);
    world.clock().advance(std::chrono::seconds(1));
    auto second = with_reference(world, "order-2", "INV-2041");
    second.payer = party("", "Bob May");
    second.end_to_end_id = "E2E-7";
    world.register_payment(second);
    auto fact = with_reference(world, "inv 2041");
    fact.counterparty = party("", "A LEE");
    world.settle("t1", fact);
    const auto review = world.reviews().at(0);
    const std::pair<const char*, std::string> members[] = {
        {"settlement.id", to_string(world.settlement("t1").id)},
        {"settlement.amount.value", "12.34"},
        {"settlement.reference", "inv 2041"},
        {"settlement.payer.name", "A LEE"},
        {"settlement.payer.account", ""},
        {"candidates.0.payment_id", to_string(world.payment_named("order-1").id)},
        {"candidates.0.client_id", "order-1"},
        {"candidates.0.rank", "6"},
        {"candidates.0.rule", "reference+account+amount"},
        {"candidates.0.agrees", "reference account amount"},
        {"candidates.0.differs", "payer_name"},
        {"candidates.0.absent", "uetr end_to_end_id payer_account"},
        {"candidates.0.reference", "INV-2041"},
        {"candidates.0.end_to_end_id", "E2E-7"},
        {"candidates.0.payer.name", "Ann Lee"},
        {"candidates.0.payer.account", "…6819"},
        {"candidates.0.reject_reason", "rival_of_same_rank"},
        {"candidates.1.client_id", "order-2"},
        {"candidates.1.payer.account", ""},
        {"candidates.1.reject_reason", "rival_of_same_rank"},
        {"distinguishing_fields", "payer_name payer_account created_at"},
        {"all_compared", "true"},
        {"left_out", "0"},
    };
    for (const auto& [path, text] : members)
        EXPECT_EQ(detail_of(review, path), text) << path;
    EXPECT_EQ(review.detail.find("31926819"), std::string::npos) << "accounts are masked";
}

TEST(Settle, a_review_is_made_new_when_candidates_come_and_bounds_their_texts) {
    World world;
    world.settle("t1", with_reference(world, "INV-2041"));
    world.settle("t2", with_reference(world, "INV-2041"));
    world.register_payment(with_reference(world, "order-1", "INV-2041"));
    for (const auto& review : world.reviews()) {
        EXPECT_EQ(detail_of(review, "candidates.0.reject_reason"), "settlement_not_unique");
        EXPECT_EQ(detail_of(review, "distinguishing_fields"), "") << "there is one";
    }
    auto second = with_reference(world, "order-2", "INV-2041");
    second.institution_id = std::string(139, 'b') + "ö";
    world.register_payment(second);
    for (const auto& review : world.reviews()) {
        EXPECT_EQ(detail_of(review, "candidates.0.reject_reason"), "rival_of_same_rank");
        EXPECT_EQ(detail_of(review, "distinguishing_fields"), "institution_id");
        EXPECT_EQ(detail_of(review, "candidates.1.institution_id"), std::string(139, 'b') + "…");
    }
}

TEST(Settle, two_settlements_for_one_payment_are_no_choice_either) {
    World world;
    world.settle("t1", with_reference(world, "INV-2041"));
    world.settle("t2", with_reference(world, "INV-2041"));
    const Registered registered =
        world.register_payment(with_reference(world, "order-1", "INV-2041"));
    EXPECT_EQ(registered.payment.status, domain::PaymentStatus::expected);
    EXPECT_EQ(world.settlement("t1").status, SettlementStatus::ambiguous);
    EXPECT_EQ(world.settlement("t2").status, SettlementStatus::ambiguous);
    EXPECT_EQ(world.reviews().size(), 2);
}

TEST(Settle, an_ambiguity_ends_when_a_stronger_rank_takes_the_rival_away) {
    World world;
    auto first = with_reference(world, "order-1", "INV-2041");
    first.end_to_end_id = "E2E0000001";
    auto second = with_reference(world, "order-2", "INV-2041");
    second.end_to_end_id = "E2E0000002";
    world.register_payment(first);
    world.register_payment(second);
    world.settle("t1", with_reference(world, "INV-2041")); // its end-to-end id was lost
    EXPECT_EQ(world.settlement("t1").status, SettlementStatus::ambiguous);
    auto clear = with_reference(world, "INV-2041");
    clear.end_to_end_id = "E2E0000002";
    world.settle("t2", clear);
    EXPECT_EQ(world.payment_of("t2"), "order-2");
    world.pass_watermark();
    EXPECT_EQ(world.payment_of("t1"), "order-1");
    EXPECT_TRUE(world.reviews("open").empty());
    ASSERT_EQ(world.reviews("closed").size(), 1);
    EXPECT_EQ(world.reviews("closed").front().closed_at, world.now());
    EXPECT_THAT(event_types(world),
                ::testing::ElementsAre("settlement.ambiguous v1", "settlement.matched v1",
                                       "settlement.matched v2"));
}

TEST(Settle, a_review_names_candidates_as_they_come) {
    World world;
    for (const char* id : {"order-1", "order-2"})
        world.register_payment(with_reference(world, id, "INV-2041"));
    world.settle("t1", with_reference(world, "INV-2041"));
    world.register_payment(with_reference(world, "order-3", "INV-2041"));
    ASSERT_EQ(world.reviews().size(), 1);
    EXPECT_NE(world.reviews().front().detail.find("order-3"), std::string::npos);
    EXPECT_EQ(world.events().size(), 1) << "it is told once that it is ambiguous";
}

TEST(TellUnmatched, comes_after_the_grace_and_once) {
    World world;
    const auto payment = with_reference(world, "order-1", "INV-2041");
    world.settle("t1", with_reference(world, "INV-2041"));
    world.clock().advance(world.context().unmatched_grace - std::chrono::microseconds(1));
    EXPECT_EQ(world.run_due(), 0);
    world.clock().advance(std::chrono::microseconds(1));
    EXPECT_EQ(world.run_due(), 1);
    world.clock().advance(std::chrono::hours(1));
    EXPECT_EQ(world.run_due(), 0);
    EXPECT_THAT(event_types(world), ::testing::ElementsAre("settlement.unmatched v1"));
    world.register_payment(payment); // its registration is late, not the payment
    world.run_due();
    EXPECT_THAT(event_types(world),
                ::testing::ElementsAre("settlement.unmatched v1", "settlement.matched v2"));
}

TEST(TellUnmatched, is_not_said_of_what_was_matched_meanwhile) {
    World world;
    world.settle("t1", with_reference(world, "INV-2041"));
    world.clock().advance(std::chrono::seconds(9));
    world.register_payment(with_reference(world, "order-1", "INV-2041"));
    world.clock().advance(std::chrono::seconds(9));
    EXPECT_EQ(world.run_due(), 0);
    EXPECT_THAT(event_types(world), ::testing::ElementsAre("settlement.matched v1"));
}

TEST(Tell, owes_a_delivery_to_each_endpoint_that_asks_for_the_type) {
    World world;
    const auto all = world.add_endpoint("*");
    const auto matched = world.add_endpoint("settlement.matched endpoint.disabled");
    world.add_endpoint("settlement.unmatched");
    world.register_payment(with_reference(world, "order-1", "INV-2041"));
    world.settle("t1", with_reference(world, "INV-2041"));
    world.pass_watermark();
    std::vector<std::int64_t> lanes;
    for (const auto& delivery : world.deliveries()) {
        lanes.push_back(delivery.lane_id);
        EXPECT_EQ(delivery.subject_id, world.events().front().id.value);
        EXPECT_EQ(delivery.status, "queued");
        EXPECT_EQ(delivery.due_at, world.now()) << "at once";
    }
    EXPECT_THAT(lanes, ::testing::UnorderedElementsAre(all.value, matched.value));
}

TEST(Tell, notes_each_delivery_with_the_bytes_of_the_event) {
    World world;
    std::vector<store::TaskNote> noted;
    world.store().set_listener([&](std::vector<store::TaskNote> notes) {
        std::ranges::move(notes, std::back_inserter(noted));
    });
    const auto endpoint = world.add_endpoint("*");
    world.register_payment(with_reference(world, "order-1", "INV-2041"));
    world.settle("t1", with_reference(world, "INV-2041"));
    world.pass_watermark();
    const auto delivery = world.deliveries().at(0);
    const auto event = world.events().at(0);
    world.store().stop();
    ASSERT_EQ(noted.size(), 1);
    EXPECT_EQ(noted[0].task, delivery.id);
    EXPECT_EQ(noted[0].endpoint, endpoint);
    EXPECT_EQ(noted[0].event, event.id);
    EXPECT_EQ(*noted[0].body, event.body);
    EXPECT_EQ(noted[0].holder, delivery.lease_owner) << "held from the start";
    EXPECT_EQ(noted[0].fence, delivery.fence);
}

// More than limits::candidates_max rivals: nothing is decided among those that were not looked at,
// but an end-to-end id that only one of all has still decides.
TEST(Settle, in_a_crowded_block_sees_every_candidate_by_id) {
    World world;
    constexpr int crowd = 90;
    for (int i = 0; i < crowd; ++i) {
        auto payment = with_reference(world, "order-" + std::to_string(i), "SUBSCRIPTION");
        payment.end_to_end_id = "E2E00000" + std::to_string(i % 89); // the last is a twin of 0
        world.register_payment(payment);
    }
    auto fact = with_reference(world, "SUBSCRIPTION");
    fact.end_to_end_id = "E2E0000080";
    world.settle("clear", fact);
    EXPECT_EQ(world.payment_of("clear"), "order-80");
    fact.end_to_end_id = "E2E000000";
    world.settle("twins", fact);
    EXPECT_EQ(world.settlement("twins").status, SettlementStatus::ambiguous);
    EXPECT_EQ(world.payment_of("twins"), "") << "order-0 and order-89 are the same to the bank";
    world.settle("unclear", with_reference(world, "SUBSCRIPTION"));
    EXPECT_EQ(world.settlement("unclear").status, SettlementStatus::ambiguous);
    EXPECT_EQ(detail_of(world.reviews().at(0), "all_compared"), "false");
}

} // namespace
} // namespace settled::units
