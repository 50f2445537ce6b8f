// Links of loans in a core banking system.
#include "units/postings/loan_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::CallPurpose;
using domain::LinkStatus;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Fate;
using ::testing::HasSubstr;
using testing::iban_of_loan;
using ::testing::IsEmpty;
using testing::LoanWorld;

TEST(CoreLink, reads_the_loan_opens_the_account_and_writes_both_ids_back_once) {
    LoanWorld world;
    world.add_endpoint("*");
    const LinkId id = world.link();
    EXPECT_EQ(world.link_row(id).status, LinkStatus::active);
    const auto& loan = world.mambu().loans.at("LN-1");
    EXPECT_EQ(loan.iban, iban_of_loan);
    EXPECT_EQ(loan.virtual_account_id, "va-" + std::string(iban_of_loan));
    EXPECT_EQ(world.core_calls(CallPurpose::write_loan_fields).size(), 1U);
    EXPECT_THAT(world.event_types(), ElementsAre("link.created"));
    EXPECT_EQ(world.postings("link_fields")[0].status, domain::PostingStatus::posted);
}

TEST(CoreLink, the_owner_is_the_loans_holder_when_none_is_named) {
    LoanWorld world;
    world.mambu().add_loan("LN-1");
    const LinkId id = world.ask_link("LN-1").value().link.id;
    world.run_core();
    EXPECT_EQ(world.link_row(id).owner_name, "Ann Lee");
    EXPECT_THAT(world.take_one().request.body, HasSubstr("Ann Lee"));
}

TEST(CoreLink, of_an_unknown_loan_opens_nothing) {
    LoanWorld world;
    world.add_endpoint("*");
    const LinkId id = world.ask_link("LN-9", "Ann Lee").value().link.id;
    world.run_core();
    EXPECT_EQ(world.link_row(id).status, LinkStatus::failed);
    EXPECT_THAT(world.link_row(id).errors, HasSubstr("loan_unknown"));
    EXPECT_THAT(world.take(), IsEmpty());
    EXPECT_THAT(world.event_types(), ElementsAre("link.failed"));
}

TEST(CoreLink, fields_that_hold_another_account_fail_it) {
    LoanWorld world;
    auto& loan = world.mambu().add_loan("LN-1");
    loan.virtual_account_id = "va-of-another";
    loan.iban = "GB86CLRB04056810005205";
    const LinkId id = world.ask_link("LN-1", "Ann Lee").value().link.id;
    world.run_core();
    EXPECT_EQ(world.link_row(id).status, LinkStatus::failed);
    EXPECT_THAT(world.link_row(id).errors, HasSubstr("loan_linked"));
    EXPECT_THAT(world.take(), IsEmpty());
    ASSERT_EQ(world.mambu().notes.size(), 1U) << "people who look at the loan see it";
    EXPECT_THAT(world.mambu().notes[0], HasSubstr("loan_linked"));
}

TEST(CoreLink, fields_that_hold_an_account_of_ours_are_adopted) {
    LoanWorld world;
    domain::AccountOpenedFact opened;
    opened.bank_account_id = "va-9";
    opened.account = testing::party(iban_of_loan);
    world.tell("opened elsewhere", opened);
    auto& loan = world.mambu().add_loan("LN-1");
    loan.virtual_account_id = "va-9";
    loan.iban = iban_of_loan;
    const LinkId id = world.ask_link("LN-1", "Ann Lee").value().link.id;
    world.run_core();
    EXPECT_EQ(world.link_row(id).status, LinkStatus::active);
    EXPECT_EQ(world.link_row(id).iban, iban_of_loan);
    EXPECT_THAT(world.take(), IsEmpty());
    EXPECT_THAT(world.core_calls(CallPurpose::write_loan_fields), IsEmpty());
}

TEST(CoreLink, an_iban_in_the_loans_fields_is_the_one_that_is_asked_for) {
    LoanWorld world;
    world.mambu().add_loan("LN-1").iban = iban_of_loan;
    const LinkId id = world.ask_link("LN-1", "Ann Lee").value().link.id;
    world.run_core();
    EXPECT_THAT(world.take_one().request.body, HasSubstr(iban_of_loan));
    EXPECT_EQ(world.link_row(id).asked_iban, iban_of_loan);
}

TEST(CoreLink, an_approved_loan_is_linked_once) {
    LoanWorld world;
    world.mambu().add_loan("LN-1");
    const domain::CoreBankFact approved{domain::CoreBankFact::Event::loan_approved, "LN-1", ""};
    world.core_says("first", approved);
    world.core_says("second template", approved);
    world.run_core();
    EXPECT_EQ(world.take().size(), 1U);
    const auto links = world.read<std::vector<store::LinkRow>>([&](store::Session& s) {
        return store::list_links(s, LoanWorld::tenant, LoanWorld::last_id, 10);
    });
    ASSERT_EQ(links.size(), 1U);
    EXPECT_EQ(links[0].core_banking, "mambu");
}

TEST(CoreLink, replies_that_get_lost_change_nothing) {
    for (const Fate fate : {Fate::lost_before, Fate::lost_after}) {
        LoanWorld world;
        world.mambu().add_loan("LN-1");
        const LinkId id = world.ask_link("LN-1", "Ann Lee").value().link.id;
        std::set<std::string> seen; // each call is lost once
        const auto plan = [&](const CallToSend& call) {
            return seen.insert(call.request_id).second ? fate : Fate::answered;
        };
        world.run_long(plan);
        world.open_at_bank(id, std::string(iban_of_loan));
        world.run_long(plan);
        EXPECT_EQ(world.link_row(id).status, LinkStatus::active);
        EXPECT_EQ(world.mambu().loans.at("LN-1").iban, iban_of_loan);
        EXPECT_EQ(world.postings("link_fields")[0].status, domain::PostingStatus::posted);
    }
}

TEST(CoreLink, empties_the_fields_of_the_loan_when_disabled) {
    LoanWorld world;
    const LinkId id = world.link();
    const auto asked = world.write<Result<LinkAnswer>>([&](store::Session& s) {
        return disable_link(s, world.context(), LoanWorld::tenant, id, world.now());
    });
    ASSERT_TRUE(asked.has_value());
    world.reply(world.take_one(), 204, "");
    world.run_core();
    EXPECT_EQ(world.link_row(id).status, LinkStatus::disabled);
    EXPECT_EQ(world.mambu().loans.at("LN-1").iban, "");
    EXPECT_EQ(world.mambu().loans.at("LN-1").virtual_account_id, "");
    // What arrives from now on belongs to no loan.
    world.credit("TX-1");
    EXPECT_EQ(world.postings("repayment")[0].reason_code, "unknown");
}

TEST(CoreLink, names_a_core_banking_system_of_its_bank) {
    LoanWorld world;
    auto request = std::make_shared<const LinkRequest>(LoanWorld::tenant, "", "clearbank",
                                                       "nowhere", "LN-1", "", "", world.now());
    const auto asked = world.write<Result<LinkAnswer>>(
        [&](store::Session& s) { return register_link(s, world.context(), request); });
    ASSERT_FALSE(asked.has_value());
    EXPECT_EQ(asked.error().code, Code::connector_unknown);
}

} // namespace
} // namespace settled::units
