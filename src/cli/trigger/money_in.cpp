// Money that arrives: the ways in which it fits a payment, and those in which it does not.
#include "cli/trigger/money.h"
#include "cli/trigger/triggers.h"
#include "domain/event.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

std::string or_else(const std::string& wish, std::string_view own) {
    return wish.empty() ? std::string(own) : wish;
}

// One of its own, not registered yet.
Result<TriggerPayment> new_payment(Scene& scene, std::string_view amount) {
    TRY(std::string account, scene.account());
    return TriggerPayment{"trg-" + scene.mark(), std::move(account),
                          or_else(scene.wishes().amount, amount), "INV " + scene.mark(), ""};
}

Result<> run_settlement(Scene& scene) {
    const TriggerWishes& wishes = scene.wishes();
    TriggerPayment payment;
    if (wishes.payment.empty()) {
        TRY(payment, new_payment(scene, "12.34"));
        TRY_VOID(register_payment(scene, payment));
    } else {
        TRY(payment, payment_of(scene, wishes.payment));
    }
    TriggerMoney money = money_of(payment);
    money.amount = or_else(wishes.amount, money.amount);
    money.reference = or_else(wishes.reference, money.reference);
    money.cut = wishes.cut;
    money.blank = wishes.blank;
    money.drop_id = wishes.drop_id;
    TRY(const Reported reported, report_money(scene, money));
    scene.expect(domain::settlement_matched, reported.transaction);
    return {};
}

Result<> run_unmatched(Scene& scene) {
    TRY(const std::string account, scene.account());
    TRY(const Reported reported,
        report_money(scene, {.account = account,
                             .amount = or_else(scene.wishes().amount, "33.10"),
                             .reference = or_else(scene.wishes().reference, "NO " + scene.mark()),
                             .end_to_end_id = "E2E" + scene.mark()}));
    scene.expect(domain::settlement_unmatched, reported.transaction);
    return {};
}

Result<> run_ambiguous(Scene& scene) {
    TRY(TriggerPayment first, new_payment(scene, "650.00"));
    TriggerPayment second = first;
    first.client_id += "-a";
    second.client_id += "-b";
    TRY_VOID(register_payment(scene, first));
    TRY_VOID(register_payment(scene, second));
    TriggerMoney money = money_of(first);
    money.drop_id = true;
    TRY(const Reported reported, report_money(scene, money));
    scene.expect(domain::settlement_ambiguous, reported.transaction);
    return {};
}

Result<> run_duplicate(Scene& scene) {
    constexpr int copies = 2;
    TRY(TriggerPayment payment, new_payment(scene, "12.34"));
    TRY_VOID(register_payment(scene, payment));
    TriggerMoney money = money_of(payment);
    money.duplicates = copies;
    TRY(const Reported reported, report_money(scene, money));
    scene.fact("webhooks", fmt::format("{} of one event", reported.webhooks.size()));
    scene.expect(domain::settlement_matched, reported.transaction);
    return {};
}

Result<> run_split(Scene& scene) {
    TRY(std::string account, scene.account());
    TriggerPayment payment{"trg-" + scene.mark(), std::move(account), "90.00",
                           "INV " + scene.mark(), "E2E" + scene.mark()};
    TRY_VOID(register_payment(scene, payment));
    TriggerMoney part = money_of(payment);
    part.amount = "40.00";
    TRY(const Reported first, report_money(scene, part));
    TRY_VOID(scene.come(domain::payment_partially_settled, payment.client_id));
    part.amount = "50.00";
    TRY(const Reported second, report_money(scene, part));
    scene.expect(domain::settlement_matched, second.transaction);
    return {};
}

Result<> run_merge(Scene& scene) {
    TRY(std::string account, scene.account());
    TriggerPayment first{"trg-" + scene.mark() + "-a", std::move(account), "20.00",
                         "INV " + scene.mark(), ""};
    TriggerPayment second = first;
    second.client_id = "trg-" + scene.mark() + "-b";
    second.amount = "15.50";
    TRY_VOID(register_payment(scene, first));
    TRY_VOID(register_payment(scene, second));
    TriggerMoney money = money_of(first);
    money.amount = "35.50";
    money.drop_id = true;
    TRY_VOID(report_money(scene, money));
    scene.expect(domain::settlement_matched, first.client_id);
    scene.expect(domain::settlement_matched, second.client_id);
    return {};
}

Result<> run_late(Scene& scene) {
    TRY(TriggerPayment payment, new_payment(scene, "42.50"));
    payment.end_to_end_id = "E2E" + scene.mark();
    TRY(const Reported reported, report_money(scene, money_of(payment)));
    TRY_VOID(scene.come(domain::settlement_unmatched, reported.transaction));
    TRY_VOID(register_payment(scene, payment));
    scene.expect(domain::settlement_matched, reported.transaction);
    return {};
}

// A payment is overdue two hours after it is registered; on an account of its own it is so at once.
Result<> run_overdue(Scene& scene) {
    wire::JsonWriter opened;
    opened.object()
        .member("owner_name", "Late Payer Ltd")
        .member("external_id", "trg-" + scene.mark());
    opened.end();
    TRY(const Answered at_bank,
        scene.ask_sandbox("POST", "/bank/accounts", std::move(opened).text()));
    TriggerPayment payment{"trg-" + scene.mark(), at_bank.at("iban"),
                           or_else(scene.wishes().amount, "48.20"), "INV " + scene.mark(), ""};
    wire::JsonWriter account;
    account.object().member("iban", payment.account).member("name", "Late Payer Ltd").end();
    TRY_VOID(scene.ask_server("POST", "/v1/accounts", std::move(account).text()));
    wire::JsonWriter rules;
    rules.object().member("account", payment.account).member("name", "overdue at once");
    rules.key("overdue_hours").object().member("faster_payments", 0).end().end();
    TRY_VOID(scene.ask_server("POST", "/v1/rules", std::move(rules).text()));
    scene.fact("account", payment.account);
    TRY_VOID(register_payment(scene, payment));
    scene.expect(domain::payment_overdue, payment.client_id);
    return {};
}

} // namespace

std::vector<Trigger> money_in_triggers() {
    return {
        {"settlement",
         "a payment is registered, and its money arrives",
         {domain::settlement_matched},
         {"--payment", "--amount", "--reference", "--cut", "--blank", "--drop-id"},
         run_settlement},
        {"unmatched",
         "money arrives that no payment explains",
         {domain::settlement_unmatched},
         {"--amount", "--reference"},
         run_unmatched},
        {"ambiguous",
         "two payments are alike, and the money of one arrives without its id",
         {domain::settlement_ambiguous},
         {"--amount"},
         run_ambiguous},
        {"duplicate",
         "the bank reports the same money three times",
         {domain::settlement_matched},
         {"--amount"},
         run_duplicate},
        {"split",
         "the money of a payment arrives in two parts",
         {domain::payment_partially_settled, domain::settlement_matched},
         {},
         run_split},
        {"merge",
         "the money of two payments arrives as one",
         {domain::settlement_matched, domain::settlement_matched},
         {},
         run_merge},
        {"late",
         "money arrives before its payment is registered",
         {domain::settlement_unmatched, domain::settlement_matched},
         {"--amount"},
         run_late},
        {"overdue",
         "a payment is registered on a new account, and its money does not come",
         {domain::payment_overdue},
         {"--amount"},
         run_overdue,
         std::chrono::seconds(60)}, // the server looks every 30 s
    };
}

} // namespace settled::cli
