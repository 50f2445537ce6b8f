// Accounts that the bank opens for links, whatever gets lost on the way.
#include "units/orders/bank_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::LinkStatus;
using testing::BankWorld;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

constexpr std::string_view iban = "GB58CLRB04040009547509";

// A bank that is asked to open an account for a loan.
class LinkWorld : public BankWorld {
  public:
    LinkWorld() {
        const auto request = std::make_shared<const LinkRequest>(tenant, "", "clearbank", "",
                                                                 "LN-1", "Ann Lee", "", now());
        id = write<Result<LinkAnswer>>(
                 [&](store::Session& s) { return register_link(s, context(), request); })
                 .value()
                 .link.id;
    }
    store::LinkRow row() {
        return read<std::optional<store::LinkRow>>(
                   [&](store::Session& s) { return store::find_link(s, tenant, id); })
            .value();
    }
    LinkStatus status() { return row().status; }
    // The bank takes the call and says that the account is open.
    void open() {
        reply(take_one(), 202, "{}");
        domain::AccountOpenedFact opened;
        opened.external_id = row().external_id;
        opened.bank_account_id = "va-1";
        opened.account = testing::party(iban);
        tell("opened", opened);
    }
    std::string list_with_account() {
        return fmt::format(R"({{"accounts":[{{"id":"va-1","status":"Enabled","accountIdentifier":)"
                           R"({{"iban":"{}","externalIdentifier":"{}"}}}}]}})",
                           iban, row().external_id);
    }
    // For so long the bank replies so to every call; nullopt: all replies are lost.
    void run(std::chrono::minutes time, const std::optional<domain::CallReply>& replied) {
        for (std::chrono::minutes passed{0}; passed < time; passed += 1min) {
            for (const CallToSend& call : take())
                end(call, replied);
            pass(60s);
        }
    }
    static domain::CallReply shown(std::string body) {
        return {200, std::move(body), std::nullopt};
    }

    LinkId id;
};

TEST(Link, whose_account_is_looked_for_in_vain_is_looked_for_again) {
    LinkWorld world;
    world.run(24h, std::nullopt);
    EXPECT_EQ(world.status(), LinkStatus::requested);
    world.run(25h, LinkWorld::shown(world.list_with_account()));
    EXPECT_EQ(world.status(), LinkStatus::active);
    EXPECT_EQ(world.row().iban, iban);
}

TEST(Link, is_looked_for_again_when_the_banks_list_cannot_be_read_or_lags) {
    for (const std::string_view list : {"{}", R"({"accounts":[]})"}) {
        LinkWorld world;
        world.run(20min, std::nullopt);
        world.run(2h, LinkWorld::shown(std::string(list)));
        EXPECT_EQ(world.status(), LinkStatus::requested) << list;
        world.run(5h, LinkWorld::shown(world.list_with_account()));
        EXPECT_EQ(world.status(), LinkStatus::active) << list;
        EXPECT_THAT(world.review_kinds(), IsEmpty()) << list;
    }
}

TEST(Link, whose_webhook_does_not_come_is_looked_for_in_the_list) {
    LinkWorld world;
    world.reply(world.take_one(), 202, "{}");
    world.run(3h, LinkWorld::shown(world.list_with_account()));
    EXPECT_EQ(world.status(), LinkStatus::active);
}

TEST(Link, is_not_looked_for_once_it_is_open) {
    LinkWorld world;
    world.open();
    world.pass(3h);
    EXPECT_THAT(world.take(), IsEmpty());
}

} // namespace
} // namespace settled::units
