// A loan gets an account of its own at the bank.

#include "cli/layout.h"
#include "demo/json_path.h"
#include "demo/money_out.h"
#include "wire/json_writer.h"

namespace settled::demo {

namespace {

std::string link_body() {
    wire::JsonWriter w;
    w.object().member("connector", "clearbank").member("loan_account_id", loan_account);
    w.member("owner_name", borrower).key("iban").null().end();
    return std::move(w).text();
}

} // namespace

Task<> scene_link(Stage& stage) {
    World& world = stage.world;
    stage.begin("A loan gets an account",
                "A lender links a loan to an account at the bank. The bank takes the order with an "
                "empty answer; its webhook names the IBAN.");
    const Instant asked = world.sandbox().clock().now();
    const Answer link = co_await world.ask("POST", "/v1/links", link_body());
    const std::string id = link.text("id");
    if (!stage.equal("link asked for, the call is committed with it", link.status, 202,
                     link.text("status")))
        co_return;
    const Told* const told = co_await stage.partner_told_of(
        id, "link.created", "partner told link.created, with the IBAN", asked);
    const Answer active = co_await world.ask("GET", "/v1/links/" + id);
    stage.equal("the link is", active.text("status"), std::string("active"), "active");
    const std::string iban = active.text("iban");
    const auto* const account = world.sandbox().accounts().by_iban(iban);
    stage.check("the bank's books have this account, for the borrower",
                account != nullptr && account->owner_name == borrower,
                account != nullptr ? account->owner_name : std::string());
    if (told != nullptr) {
        const auto event = wire::JsonDocument::parse(told->body);
        stage.equal("the partner knows it", event ? text_at(event->root(), "data.iban") : "", iban,
                    std::string(loan_account));
    }
    const Answer again = co_await world.ask("POST", "/v1/links", link_body());
    stage.check("asked for again: the same link, and no second account",
                again.status == 200 && again.text("id") == id, {}, again.shown());
    stage.terminal.fact("account", iban);
    world.loan_iban = iban;
}

} // namespace settled::demo
