// Money that arrives on linked accounts, and what becomes of it on its loan.
#include "store/money_sums.h"
#include "store/queries/restored.h"
#include "units/calls/hold.h"
#include "units/postings/loan_world.h"
#include "units/postings/post.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::CallPurpose;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Fate;
using testing::iban_of_loan;
using ::testing::IsEmpty;
using testing::LoanWorld;
using ::testing::Not;
using namespace std::chrono_literals;

// How many settlements the status counts as unmatched.
std::int64_t unmatched_in(LoanWorld& world) {
    auto open = world.read<store::OpenMoney>(
        [&](store::Session& s) { return store::read_open_money(s, world.tenant); });
    const auto& sums = open[store::MoneyPart::unmatched];
    return sums.empty() ? 0 : sums.front().count;
}

TEST(Collect, a_credit_on_a_linked_iban_is_posted_to_its_loan) {
    LoanWorld world;
    world.link();
    world.add_endpoint("*");
    world.credit("TX-1");
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("repayment posted"));
    const auto made = world.mambu().of_loan("LN-1", "REPAYMENT");
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0]->external_id, "TX-1-CR");
    EXPECT_EQ(made[0]->amount, "100.00");
    EXPECT_EQ(made[0]->channel, "CB_Loan_Repayment_FPS");
    EXPECT_EQ(made[0]->fields.at("debtorName"), "Ann Lee");
    EXPECT_EQ(world.postings("repayment")[0].transaction_key, made[0]->key);
    EXPECT_THAT(world.event_types(), Contains("repayment.posted"));
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST(Collect, money_that_is_booked_on_its_loan_is_not_published_as_unmatched) {
    LoanWorld world;
    world.link();
    world.add_endpoint("*");
    world.credit("TX-1");
    world.pass(30s); // the core banking system has not answered yet
    (void)world.run_due();
    EXPECT_THAT(world.event_types(), Not(Contains("settlement.unmatched")));
    world.run_core();
    world.pass(5min);
    (void)world.run_due();
    EXPECT_THAT(world.event_types(), Contains("repayment.posted"));
    EXPECT_THAT(world.event_types(), Not(Contains("settlement.unmatched")));
    EXPECT_EQ(unmatched_in(world), 0);
}

TEST(Collect, money_that_is_not_booked_is_published_as_unmatched) {
    LoanWorld world;
    world.link();
    world.add_endpoint("*");
    world.credit("TX-1", 10'000, iban_of_loan, "Bacs"); // without a channel of its own it is kept
    world.pass(5min);
    (void)world.run_due();
    EXPECT_THAT(world.event_types(), Contains("settlement.unmatched"));
    EXPECT_EQ(unmatched_in(world), 1);
}

TEST(Collect, the_value_date_is_the_day_of_the_settlement) {
    LoanWorld world;
    world.link();
    const std::string settled_on = wire::to_rfc3339(world.now()).substr(0, 10);
    world.credit("TX-1");
    world.pass(72h);
    world.run_core();
    const auto made = world.mambu().of_loan("LN-1", "REPAYMENT");
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0]->value_date.substr(0, 10), settled_on);
}

TEST(Collect, the_scheme_chooses_the_channel) {
    LoanWorld world;
    world.link();
    world.credit("TX-1", 10'000, iban_of_loan, "Chaps");
    world.credit("TX-2", 20'000, iban_of_loan, "Transfer");
    world.credit("TX-3", 30'000, iban_of_loan, "Bacs");
    world.run_core();
    std::vector<std::string> channels;
    for (const auto* const made : world.mambu().of_loan("LN-1", "REPAYMENT"))
        channels.push_back(made->channel);
    EXPECT_THAT(channels, ElementsAre("CB_Loan_Repayment_CHAPS", "CB_Loan_Repayment_FPS"));
    // Without a channel of its own, a Bacs credit is kept.
    EXPECT_EQ(world.postings("repayment")[2].status, domain::PostingStatus::suspended);
    EXPECT_EQ(world.postings("repayment")[2].reason_code, "no_channel");
}

TEST(Collect, a_credit_that_is_reported_twice_is_posted_once) {
    LoanWorld world;
    world.link();
    world.credit("TX-1");
    world.credit("TX-1");
    world.run_core();
    world.credit("TX-1");
    world.run_core();
    EXPECT_EQ(world.mambu().of_loan("LN-1", "REPAYMENT").size(), 1U);
    EXPECT_THAT(world.posted(), ElementsAre("repayment posted"));
}

TEST(Collect, a_settlement_of_a_payment_is_matched_and_posted_together) {
    LoanWorld world;
    world.link();
    auto payment = world.payment("order-1", 10'000);
    payment.payee = testing::party(iban_of_loan, "Ann Lee");
    payment.end_to_end_id = "E2E-0000001";
    world.register_payment(std::move(payment));
    domain::SettlementFact fact = world.fact(10'000);
    fact.account = testing::party(iban_of_loan);
    fact.end_to_end_id = "E2E-0000001";
    world.settle("TX-1", std::move(fact));
    EXPECT_EQ(world.payment_of("TX-1"), "order-1") << token(world.payment_named("order-1").status);
    EXPECT_THAT(world.posted(), ElementsAre("repayment queued"));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("repayment posted"));
}

// Webhooks come in any order: the money's before that of its account.
TEST(Collect, money_that_came_before_its_account_was_known_is_posted_once_it_is) {
    LoanWorld world;
    world.mambu().add_loan("LN-1");
    world.credit("TX-0"); // of before the loan was linked
    world.pass(std::chrono::seconds(1));
    const LinkId link = world.ask_link("LN-1", "Ann Lee").value().link.id;
    world.run_core();
    world.credit("TX-1");
    EXPECT_THAT(world.posted(), IsEmpty());
    world.open_at_bank(link, std::string(iban_of_loan));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("repayment posted"));
    EXPECT_EQ(world.mambu().of_loan("LN-1", "REPAYMENT").front()->external_id, "TX-1-CR");
}

TEST(Collect, money_on_an_account_that_is_not_linked_to_a_loan_is_not_ours_to_post) {
    LoanWorld world;
    const std::string iban = "GB95CLRB04190000001114";
    store::AccountRow registered;
    registered.tenant = LoanWorld::tenant;
    registered.id = world.new_id<AccountId>();
    registered.iban = iban;
    registered.account_key = account_key(iban);
    world.write<bool>([&](store::Session& s) { return store::insert_account(s, registered); });
    world.credit("TX-1", 10'000, iban);
    world.run_core();
    EXPECT_THAT(world.posted(), IsEmpty());
}

// A posting that was carried out and whose reply was lost is found, and not made again.
TEST(PostingInDoubt, is_looked_up_before_it_is_repeated) {
    for (const Fate fate : {Fate::lost_before, Fate::lost_after}) {
        LoanWorld world;
        world.link();
        world.credit("TX-1");
        bool first = true;
        world.run_core([&](const CallToSend& call) {
            const bool loses = first && call.request.purpose == CallPurpose::post_repayment;
            first = first && !loses;
            return loses ? fate : Fate::answered;
        });
        EXPECT_THAT(world.posted(), ElementsAre("repayment in_doubt"));
        world.pass(2s);
        const auto look = world.take_core();
        ASSERT_EQ(look.size(), 1U);
        EXPECT_EQ(look[0].request.purpose, CallPurpose::find_bookings);
        world.carry_out(look[0], Fate::answered);
        world.run_core();
        EXPECT_THAT(world.posted(), ElementsAre("repayment posted"));
        EXPECT_EQ(world.mambu().of_loan("LN-1", "REPAYMENT").size(), 1U);
        // A repeat is the same call: the same bytes under the same id.
        const auto writes = world.core_calls(CallPurpose::post_repayment);
        ASSERT_EQ(writes.size(), 1U);
        EXPECT_EQ(writes[0].tries, fate == Fate::lost_before ? 2 : 1);
    }
}

TEST(PostingInDoubt, after_the_node_died_it_is_looked_up_by_another) {
    LoanWorld world;
    world.link();
    world.credit("TX-1");
    world.run_core([](const CallToSend&) { return Fate::cut; });
    world.pass(60s);
    for (int i = 0; i < 20; ++i) {
        for (const CallToSend& call : world.take_core(777, true))
            world.carry_out(call, Fate::answered);
        world.pass(10s);
    }
    EXPECT_THAT(world.posted(), ElementsAre("repayment posted"));
    EXPECT_EQ(world.mambu().of_loan("LN-1", "REPAYMENT").size(), 1U);
}

TEST(PostingInDoubt, silence_ends_with_a_person_who_may_have_it_posted_again) {
    LoanWorld world;
    const LinkId link = world.link();
    world.credit("TX-1");
    world.run_long([](const CallToSend&) { return Fate::lost_before; });
    EXPECT_THAT(world.posted(), ElementsAre("repayment needs_review"));
    EXPECT_THAT(world.review_kinds(), ElementsAre("posting_failed"));
    EXPECT_THAT(world.mambu().of_loan("LN-1", "REPAYMENT"), IsEmpty());
    const auto posting = world.postings("repayment")[0];
    const auto again = world.write<Result<>>([&](store::Session& s) {
        return rule_on_posting(s, {world.context(), LoanWorld::tenant, world.now()}, posting.id,
                               PostingRuling::post_again);
    });
    ASSERT_TRUE(again.has_value());
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("repayment posted"));
    EXPECT_THAT(world.review_kinds(), IsEmpty());
    EXPECT_EQ(world.mambu().of_loan("LN-1", "REPAYMENT").size(), 1U);
    EXPECT_TRUE(link);
}

// A store from before the reply: what was posted meanwhile is found, and not posted again.
TEST(PostingInDoubt, of_a_restored_store_is_looked_up_before_it_is_sent) {
    for (const bool was_posted : {false, true}) {
        LoanWorld world;
        world.link();
        world.credit("TX-1");
        if (was_posted) {
            auto& made = world.mambu().book("LN-1", "100.00", world.now(), "CB_Loan_Repayment_FPS");
            made.type = "REPAYMENT";
            made.external_id = "TX-1-CR";
        }
        world.write<void>([&](store::Session& s) { return mark_restored(s, world.now()); });
        world.write<void>([&](store::Session& s) {
            return catch_up_bookings(s, {world.context(), LoanWorld::tenant, world.now()},
                                     LoanWorld::core, world.now());
        });
        EXPECT_THAT(world.posted(), ElementsAre("repayment in_doubt"));
        world.run_core();
        // While the mark stands nothing is posted.
        EXPECT_THAT(world.posted(),
                    ElementsAre(was_posted ? "repayment posted" : "repayment queued"));
        const store::RestoreEnd end{LoanWorld::tenant, world.now(), world.now(), "ben",
                                    "the bank was asked"};
        world.write<void>([&](store::Session& s) { return store::put_restore_end(s, end); });
        world.run_core();
        EXPECT_THAT(world.posted(), ElementsAre("repayment posted"));
        EXPECT_EQ(world.mambu().of_loan("LN-1", "REPAYMENT").size(), 1U);
    }
}

struct RefusedRow {
    std::string_view why;
    std::string_view setting;
    std::string_view becomes;
    std::string_view event;
    std::string_view code;
};

TEST(RefusedRepayment, is_kept_or_sent_back_by_setting) {
    constexpr std::array rows{
        RefusedRow{"closed", "", "suspended", "repayment.suspended", "closed"},
        RefusedRow{"closed", R"("repayment_refused":"return")", "returned", "repayment.returned",
                   "closed"},
        RefusedRow{"locked", "", "suspended", "repayment.suspended", "locked"},
        RefusedRow{"locked", R"("repayment_refused":{"locked":"return"})", "returned",
                   "repayment.returned", "locked"},
        RefusedRow{"overpaid", "", "suspended", "repayment.suspended", "overpaid"},
        RefusedRow{"overpaid", R"("repayment_refused":{"closed":"return"})", "suspended",
                   "repayment.suspended", "overpaid"},
        RefusedRow{"overpaid", R"("repayment_refused":{"overpaid":"return"})", "returned",
                   "repayment.returned", "overpaid"},
        RefusedRow{"other", R"("repayment_refused":"return")", "needs_review", "posting.failed",
                   "refused"},
    };
    for (const RefusedRow& row : rows) {
        SCOPED_TRACE(fmt::format("{} {}", row.why, row.setting));
        LoanWorld world(row.setting);
        world.link();
        world.add_endpoint("*");
        auto& loan = world.mambu().loans.at("LN-1");
        if (row.why == "closed")
            loan.state = "CLOSED_REPAID";
        else if (row.why == "locked")
            loan.state = "LOCKED";
        else if (row.why == "overpaid")
            loan.balance = "0.00";
        else
            loan.state = "WITHDRAWN";
        world.credit("TX-1");
        world.run_core();
        EXPECT_THAT(world.posted(), ElementsAre("repayment " + std::string(row.becomes)));
        EXPECT_THAT(world.event_types(), Contains(row.event));
        EXPECT_EQ(world.postings("repayment")[0].reason_code, row.code);
        EXPECT_THAT(world.mambu().of_loan("LN-1", "REPAYMENT"), IsEmpty());
        const auto at_bank = world.take();
        const bool returns = row.becomes == "returned";
        ASSERT_EQ(at_bank.size(), returns ? 1U : 0U);
        if (returns)
            EXPECT_EQ(at_bank[0].request.target, "/v3/payments/fps/return");
    }
}

TEST(RefusedRepayment, of_a_virtual_account_without_a_link_is_unknown) {
    for (const std::string_view setting :
         {std::string_view(), std::string_view(R"("repayment_refused":{"unknown":"return"})")}) {
        LoanWorld world(setting);
        world.link();
        world.add_endpoint("*");
        domain::AccountOpenedFact opened;
        opened.bank_account_id = "va-9";
        opened.account = testing::party("GB86CLRB04056810005205");
        world.tell("opened elsewhere", opened);
        world.credit("TX-1", 10'000, "GB86CLRB04056810005205");
        world.pass(11s);
        (void)world.run_due();
        const bool returns = !setting.empty();
        EXPECT_THAT(world.posted(),
                    ElementsAre(returns ? "repayment returned" : "repayment suspended"));
        EXPECT_THAT(world.event_types(),
                    Contains(returns ? "repayment.returned" : "repayment.suspended"));
        EXPECT_EQ(world.take().size(), returns ? 1U : 0U);
    }
}

// Facts that come within one watermark come to the same in every order.
TEST(RefusedRepayment, of_an_account_without_a_link_is_not_sent_back_when_a_payment_is_for_it) {
    LoanWorld world(R"("repayment_refused":{"unknown":"return"})");
    constexpr std::string_view iban = "GB86CLRB04056810005205";
    domain::AccountOpenedFact opened;
    opened.bank_account_id = "va-9";
    opened.account = testing::party(iban);
    world.tell("opened elsewhere", opened);
    world.credit("TX-1", 10'000, iban);
    world.pass(1s);
    domain::NewPayment payment = world.payment("p-1", 10'000);
    payment.payee = testing::party(iban, "Shop");
    payment.end_to_end_id = "E2E-TX-1";
    world.register_payment(payment);
    world.pass(1min);
    (void)world.run_due();
    EXPECT_EQ(world.payment_of("TX-1"), "p-1");
    EXPECT_THAT(world.take(), IsEmpty());
    EXPECT_THAT(world.posted(), IsEmpty());
}

// A restored store may have forgotten the link, and the money is for its loan.
TEST(RefusedRepayment, of_an_account_of_a_forgotten_link_is_kept) {
    for (const bool is_resumed : {false, true}) {
        LoanWorld world(R"("repayment_refused":{"unknown":"return"})");
        world.write<void>([&](store::Session& s) { return mark_restored(s, world.now()); });
        const store::RestoreEnd end{LoanWorld::tenant, world.now(), world.now(), "ben", "compared"};
        const auto resume = [&] {
            world.write<void>([&](store::Session& s) { return store::put_restore_end(s, end); });
        };
        if (is_resumed)
            resume();
        domain::AccountOpenedFact opened;
        opened.bank_account_id = "va-9";
        opened.external_id = world.context().derived_ids->end_to_end_id(LoanWorld::tenant,
                                                                        "clearbank", "link LN-9 1");
        opened.account = testing::party("GB86CLRB04056810005205");
        world.tell("opened", opened);
        world.credit("TX-1", 10'000, "GB86CLRB04056810005205");
        world.pass(1min);
        (void)world.run_due();
        resume();
        EXPECT_THAT(world.posted(), ElementsAre("repayment suspended")) << is_resumed;
        EXPECT_THAT(world.take(), IsEmpty()) << is_resumed;
    }
}

// After a restore its call waits until a person lets calls go on; he has booked it by hand meanwhile.
TEST(PostingInDoubt, is_not_sent_later_when_a_person_dropped_it) {
    LoanWorld world;
    world.link();
    world.credit("TX-1");
    world.pass(3h);
    world.write<void>([&](store::Session& s) { return mark_restored(s, world.now()); });
    world.write<void>([&](store::Session& s) {
        return catch_up_bookings(s, {world.context(), LoanWorld::tenant, world.now()},
                                 LoanWorld::core, world.now());
    });
    world.run_core();
    const auto posting = world.postings("repayment").at(0);
    ASSERT_EQ(posting.status, domain::PostingStatus::needs_review);
    const auto dropped = world.write<Result<>>([&](store::Session& s) {
        return rule_on_posting(s, {world.context(), LoanWorld::tenant, world.now()}, posting.id,
                               PostingRuling::drop);
    });
    ASSERT_TRUE(dropped.has_value());
    const store::RestoreEnd end{LoanWorld::tenant, world.now(), world.now(), "ben", "compared"};
    world.write<void>([&](store::Session& s) { return store::put_restore_end(s, end); });
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("repayment cancelled"));
    EXPECT_THAT(world.mambu().of_loan("LN-1", "REPAYMENT"), IsEmpty());
}

} // namespace
} // namespace settled::units
