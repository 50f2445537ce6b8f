// Two nodes on one database: an account is opened for a loan on one while its money comes on the other.
#include "units/postings/loan_world.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using store::testing::Awaited;
using store::testing::must;
using testing::LoanWorld;

struct OtherNode {
    explicit OtherNode(LoanWorld& world)
        : ids(world.clock(), 2), context{ids, world.context().keys},
          store(store::testing::open_store(world.directory())) {
        context.derived_ids = world.context().derived_ids;
    }
    IdMint ids;
    Context context;
    std::unique_ptr<store::Store> store;
};

Awaited<Accepted> accepts(store::Store& store, const Context& context, const LoanWorld& world,
                          const std::string& key, domain::BankFact fact) {
    const auto arrival = std::make_shared<const Arrival>(LoanWorld::tenant, LoanWorld::connector,
                                                         LoanWorld::webhook(key, std::move(fact)),
                                                         "{}", world.now());
    return Awaited<Accepted>::write(store, [&context, arrival](store::Session& s) {
        return accept_webhook(s, context, arrival);
    });
}

TEST(PostgresLoanNodes, post_money_that_comes_while_its_account_becomes_the_loans) {
    LoanWorld world;
    OtherNode other(world);
    constexpr int rounds = 60;
    std::map<std::string, store::LinkRow> links;
    for (int i = 0; i < rounds; ++i) {
        const std::string loan = fmt::format("LN-{}", i);
        world.mambu().add_loan(loan);
        const LinkId id = world.ask_link(loan, "Ann Lee").value().link.id;
        world.run_core();
        world.reply(world.take_one(), 202, "{}");
        links[loan] = world.link_row(id);
    }
    int number = 0;
    for (const auto& [loan, link] : links) {
        const std::string iban = fmt::format("GB58CLRB0404000{:07}", ++number);
        domain::AccountOpenedFact opened;
        opened.external_id = link.external_id;
        opened.bank_account_id = "va-" + iban;
        opened.account = testing::party(iban);
        domain::SettlementFact money = world.fact(10'000);
        money.account = testing::party(iban);
        money.transaction_id = "TX-" + loan;
        auto first = accepts(world.store(), world.context(), world, "opened " + loan, opened);
        auto second = accepts(*other.store, other.context, world, "money " + loan, money);
        must(first.get());
        must(second.get());
    }
    std::map<std::string, int> posted;
    for (const store::PostingRow& row : world.postings("repayment"))
        ++posted[row.loan_account_id];
    for (const auto& [loan, link] : links)
        EXPECT_EQ(posted[loan], 1) << loan;
}

} // namespace
} // namespace settled::units
