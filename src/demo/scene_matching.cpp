// The happy path, and what can be odd about it: a webhook repeated, early, or for two at once.

#include "cli/layout.h"
#include "demo/json_path.h"
#include "demo/stage.h"

#include <algorithm>
#include <set>

namespace settled::demo {

Task<> scene_happy_path(Stage& stage, Sent& sent) {
    World& world = stage.world;
    stage.begin("A payment settles",
                "Ann pays ACME GBP 12.34 through an open banking provider. Faster Payments cuts "
                "the reference to 18 characters, and her bank drops the end-to-end id.");
    const Start start{"order-20417", 1234, "ACME order 20417 London", true};
    co_await stage.register_payment(start, "payment registered by the provider");
    const auto settled = world.settle(stage.money_of(start));
    if (!stage.check("the bank settles it", settled.has_value()))
        co_return;
    sent = *settled;
    co_await stage.acknowledged(sent);
    const Told* const told = co_await stage.partner_told(sent, "settlement.matched",
                                                         "partner told over TLS, signature holds");

    const Answer settlement = co_await stage.settlement_of(sent.transaction_id);
    const Answer payment = co_await world.ask("GET", "/v1/payments/order-20417");
    stage.terminal.fact("payment says", payment.text("reference"),
                        "   " + payment.text("end_to_end_id"));
    const std::string reported = settlement.text("reference");
    stage.terminal.fact(
        "bank says", reported,
        cli::cut_part(payment.text("reference"), reported, stage.terminal.cut_mark()) +
            "   NOTPROVIDED");
    stage.matched_at(settlement, 7);
    stage.equal("the payment is", payment.text("status"), std::string("settled"), "settled");
    if (told != nullptr)
        stage.equal("the partner knows whose it is", told->client_id, start.id, start.id);
}

Task<> scene_duplicates(Stage& stage, Sent sent) {
    World& world = stage.world;
    stage.begin("The bank says it again",
                "Banks deliver at least once, in any order. Three copies of the same webhook come, "
                "each with a nonce of its own; and one that a stranger signed.");
    if (!stage.check("there is a webhook to repeat", !sent.ids.empty()))
        co_return;
    std::size_t answered = 0;
    std::vector<std::int64_t> copies;
    for (int i = 0; i < 3; ++i)
        if (const auto copy = world.sandbox().sender().send_again(sent.ids.front()))
            copies.push_back(*copy);
    co_await world.until([&] {
        return std::ranges::all_of(copies, [&](std::int64_t id) { return world.acknowledged(id); });
    });
    for (const std::int64_t id : copies)
        answered += world.acknowledged(id) && world.webhook(id).attempts == 1 ? 1 : 0;
    std::set<std::size_t> by;
    for (const std::int64_t id : copies)
        by.insert(world.node_of(world.webhook(id)).value_or(0));
    stage.equal("copies answered with the right signed nonce, at once", answered, std::size_t{3},
                by.size() == 1 ? "3 of 3" : fmt::format("3 of 3, by {} nodes", by.size()));

    const auto forged = world.settle(stage.money_of({"", 999'999, "give me money", false}), 0,
                                     sandbox::Tamper::signature);
    if (stage.check("a forged webhook is sent", forged.has_value())) {
        const std::int64_t id = forged->ids.front();
        co_await world.until([&] { return !world.webhook(id).history.empty(); });
        const auto& history = world.webhook(id).history;
        stage.equal("it is refused", history.empty() ? 0 : history.front().status, 401, "401");
        const Answer none = co_await stage.settlement_of(forged->transaction_id);
        stage.check("and left no settlement", none.status == 0);
    }

    std::size_t settlements = 0;
    const auto all = co_await world.ask_all("/v1/settlements");
    for (const wire::JsonDocument& one : all)
        settlements += text_at(one.root(), "transaction_id") == sent.transaction_id ? 1 : 0;
    stage.equal("settlements of this transaction", settlements, std::size_t{1}, "1");
    const auto about = world.told().about(sent.transaction_id);
    const std::string event = about.empty() ? std::string() : about.front()->id;
    const auto deliveries = co_await world.ask_all("/v1/deliveries?event=" + event);
    stage.equal("events and deliveries owed for it", about.size() + deliveries.size(),
                std::size_t{2}, "1 and 1");
    stage.equal("times the partner was told", about.empty() ? 0 : about.front()->times, 1, "1");
}

Task<> scene_ambiguous(Stage& stage) {
    World& world = stage.world;
    stage.begin("Two payments alike, one settlement",
                "Two customers pay the same amount with the same reference, and the money of one "
                "arrives. Nothing says whose. The server does not guess.");
    const Start first{"rent-ann", 65'000, "Rent November", false};
    const Start second{"rent-bob", 65'000, "Rent November", false};
    co_await stage.register_payment(first, "first payment registered");
    co_await stage.register_payment(second, "second payment registered");
    const auto sent = world.settle(stage.money_of(first));
    if (!stage.check("the bank settles one of them", sent.has_value()))
        co_return;
    co_await stage.acknowledged(*sent);
    const Told* const told = co_await stage.partner_told(*sent, "settlement.ambiguous",
                                                         "partner told that it is ambiguous");
    if (told != nullptr) {
        auto candidates = told->candidates;
        std::ranges::sort(candidates);
        stage.equal("both are named", fmt::format("{}", fmt::join(candidates, ", ")),
                    std::string("rent-ann, rent-bob"), "rent-ann, rent-bob");
    }
    const Answer settlement = co_await stage.settlement_of(sent->transaction_id);
    const std::string review_id = settlement.text("review_id");
    const Answer review = co_await world.ask("GET", "/v1/reviews/" + review_id);
    const auto candidates = value_at(review.json.root(), "detail.candidates");
    stage.equal("candidates in the open review", candidates ? candidates->size() : 0,
                std::size_t{2}, "2");
    stage.check("no match was made", settlement.text("match") == "null", {},
                settlement.text("match"));
    for (const Start& start : {first, second}) {
        const Answer payment = co_await world.ask("GET", "/v1/payments/" + start.id);
        stage.equal(start.id + " still is", payment.text("status"), std::string("expected"),
                    "expected");
    }
}

Task<> scene_early_money(Stage& stage) {
    World& world = stage.world;
    stage.begin("The money is faster than the news",
                "The settlement comes before its payment is registered. It waits; the partner "
                "hears of it after a grace, and again when the payment turns up.");
    const Start start{"order-20418", 4250, "INV-2041 of Monday", false};
    const auto sent = world.settle(stage.money_of(start));
    if (!stage.check("the bank settles it", sent.has_value()))
        co_return;
    co_await stage.acknowledged(*sent);
    const Answer waiting = co_await stage.settlement_of(sent->transaction_id);
    stage.equal("the settlement is", waiting.text("status"), std::string("unmatched"), "unmatched");
    const Told* const early = co_await stage.partner_told(
        *sent, "settlement.unmatched", "partner told after the grace of 1 s: money, no payment");
    const Instant registering = world.sandbox().clock().now();
    co_await stage.register_payment(start, "its payment is registered");
    const Told* const late = co_await stage.partner_told(
        *sent, "settlement.matched", "partner told of the match, since then", registering);
    if (early != nullptr && late != nullptr)
        stage.check(
            "the second word outranks the first", late->version > early->version,
            fmt::format("version {} {} {}", early->version, stage.terminal.arrow(), late->version));
    const Answer settled = co_await stage.settlement_of(sent->transaction_id);
    stage.matched_at(settled, 6);
}

} // namespace settled::demo
