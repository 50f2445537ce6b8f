// CHAPS, for more than Faster Payments carry, and the three days of Bacs.

#include "cli/layout.h"
#include "demo/json_path.h"
#include "demo/money_out.h"
#include "wire/json_writer.h"

namespace settled::demo {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t completion_pence = 150'000'000;
constexpr std::int64_t bacs_pence = 12'345;
constexpr std::int64_t debit_pence = 990;
constexpr auto settles_after = 300ms;

void write_address(wire::JsonWriter& w, std::string_view key, std::string_view street) {
    w.key(key).object().key("address").object();
    w.member("building_number", "1").member("street_name", street).member("town_name", "London");
    w.member("country", "GB").member("post_code", "EC2V 8RT").end().end();
}

std::string completion(const World& world, std::string_view scheme) {
    wire::JsonWriter w;
    w.object().member("client_id", "completion-1").member("connector", "clearbank");
    w.member("scheme", scheme).key("amount").object();
    w.member("value", decimal(pounds(completion_pence))).member("currency", "GBP").end();
    w.key("debtor").object().member("iban", world.loan_iban).end();
    w.key("creditor").object().member("name", "Conveyancers").member("sort_code", "601613");
    w.member("account_number", "31926819").end().member("reference", "COMPLETION 12");
    if (scheme == "chaps") {
        w.key("chaps").object().member("purpose", "PCOM").member("category_purpose", "OTHR");
        write_address(w, "debtor", "High Street");
        write_address(w, "creditor", "Mill Lane");
        w.end();
    }
    w.end();
    return std::move(w).text();
}

sandbox::BacsItem bacs_item(const World& world, sandbox::BacsKind kind, std::int64_t pence,
                            std::string_view reference) {
    sandbox::BacsItem item;
    item.kind = kind;
    item.account = world.loan_iban;
    item.account_owner = borrower;
    item.amount = pounds(pence);
    item.reference = reference;
    item.other_account = "60161331926819";
    item.other_name = "WATER COMPANY";
    return item;
}

} // namespace

Task<> scene_chaps(Stage& stage) {
    World& world = stage.world;
    stage.begin("A house is paid for by CHAPS",
                fmt::format("{} is more than Faster Payments carry. CHAPS carries it, in the "
                            "bank's hours; here they never end.",
                            shown_pounds(completion_pence)));
    const Answer refused = co_await world.ask("POST", "/v1/orders", completion(world, "fps"));
    stage.equal("by Faster Payments it is refused", refused.status, 422, refused.text("code"));
    sandbox::PaymentRule slow;
    slow.treatment.delay = settles_after;
    world.sandbox().payment_rules().set({slow});
    const Instant posted = world.sandbox().clock().now();
    const Answer order = co_await world.ask("POST", "/v1/orders", completion(world, "chaps"));
    if (!stage.equal("by CHAPS it is taken", order.status, 202, order.text("status")))
        co_return;
    co_await stage.partner_told_of(order.text("id"), "order.settled", "partner told order.settled",
                                   posted);
    check_paid_once(stage, order.text("end_to_end_id"), completion_pence);
    world.sandbox().payment_rules().set({});
}

Task<> scene_bacs(Stage& stage) {
    World& world = stage.world;
    stage.begin(
        "Bacs takes three days",
        "The bank announces a credit and a direct debit on the second day; on the third the "
        "money moves.");
    sandbox::BacsDesk& bacs = world.sandbox().bacs();
    const Instant announced = world.sandbox().clock().now();
    const auto credit = bacs.announce(
        bacs_item(world, sandbox::BacsKind::credit, bacs_pence, "SALARY NOVEMBER"), true);
    const auto debit = bacs.announce(
        bacs_item(world, sandbox::BacsKind::direct_debit, debit_pence, "WATER 4711"), true);
    if (!stage.check("the bank has both in its file", credit && debit))
        co_return;
    co_await stage.partner_told_of(*credit, "bacs_credit.announced",
                                   "partner told: money comes tomorrow", announced);
    co_await stage.partner_told_of(*debit, "direct_debit.announced",
                                   "partner told: money is collected tomorrow", announced);
    const Instant moved = world.sandbox().clock().now();
    bacs.settle_all();
    const std::string transaction = bacs.find(*credit)->transaction_id;
    const auto told = [&] { return world.told().find(transaction, "settlement.unmatched"); };
    co_await world.until([&] { return told() != nullptr; });
    stage.check("partner told: the money is there, and no payment", told() != nullptr,
                told() == nullptr ? "" : cli::duration_text((told()->received - moved).count()),
                "nothing came");
    co_await stage.partner_told_of(*debit, "direct_debit.settled",
                                   "partner told: the direct debit explains its debit", moved);
}

} // namespace settled::demo
